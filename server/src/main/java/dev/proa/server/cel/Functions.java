package dev.proa.server.cel;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the implementation of functions by name. */
final class Functions {
    private Functions() {}

    /** The implementation; every function that {@link Declarations} has, has one. */
    static Function find(String name) {
        List<java.util.function.Function<String, @Nullable Function>> libraries = List.of(
                Operators::find,
                Conversions::find,
                Strings::find,
                Regexes::find,
                Lists::find,
                Addresses::find,
                Urls::find,
                Quantities::find,
                Semver::find,
                NamedFormat::find,
                Authorization::find,
                Functions::rest);
        return Stream.of(libraries)
                .flatMap(List::stream)
                .mapMulti(
                        (java.util.function.Function<String, @Nullable Function> library,
                                java.util.function.Consumer<Function> found) -> {
                            Function function = library.apply(name);
                            if (function != null) {
                                found.accept(function);
                            }
                        })
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no function " + name));
    }

    private static @Nullable Function rest(String name) {
        return switch (name) {
            case "getFullYear",
                    "getMonth",
                    "getDayOfYear",
                    "getDayOfMonth",
                    "getDate",
                    "getDayOfWeek",
                    "getHours",
                    "getMinutes",
                    "getSeconds",
                    "getMilliseconds" -> args -> Times.part(name, args[0], args.length > 1 ? args[1] : null);
            case "optional.none" -> args -> Optional.NONE;
            case "optional.of" -> args -> Optional.of(args[0]);
            case "optional.ofNonZeroValue" -> args -> isZero(args[0]) ? Optional.NONE : Optional.of(args[0]);
            case "hasValue" -> args -> optional(args[0]).present();
            case "value" -> args -> optional(args[0]).get();
            case "optional.unwrap", "unwrapOpt" ->
                args -> Lists.list(args[0]).stream()
                        .map(Functions::optional)
                        .filter(Optional::present)
                        .map(Optional::value)
                        .toList();
            case "cel.@mapInsert" -> args -> inserted(args);
            case "jsonpatch.escapeKey" ->
                args -> Strings.text(args[0]).replace("~", "~0").replace("/", "~1");
            default -> null;
        };
    }

    private static Optional optional(@Nullable Object value) {
        if (value instanceof Optional optional) {
            return optional;
        }
        throw EvaluationException.noSuchOverload();
    }

    private static boolean isZero(@Nullable Object value) {
        return switch (value) {
            case null -> true;
            case Boolean bool -> !bool;
            case Long number -> number == 0;
            case UInt number -> number.bits() == 0;
            case Double number -> number == 0;
            case Optional optional -> !optional.present();
            case java.time.Duration duration -> duration.isZero();
            default -> Values.size(value) == 0;
        };
    }

    private static CelMap.Made inserted(@Nullable Object[] args) {
        if (!(args[0] instanceof CelMap.Made made)) {
            throw EvaluationException.noSuchOverload();
        }
        if (args.length == 3) {
            return made.inserted(args[1], args[2]);
        }
        CelMap.Made result = made;
        if (!(args[1] instanceof CelMap added)) {
            throw EvaluationException.noSuchOverload();
        }
        for (Object key : added.keys()) {
            result = result.inserted(key, added.find(key));
        }
        return result;
    }
}
