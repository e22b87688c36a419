package dev.proa.image.solver;

import dev.proa.image.Platform;
import dev.proa.image.dockerfile.Dockerfile;
import dev.proa.image.dockerfile.Expander;
import dev.proa.image.dockerfile.Instruction;
import dev.proa.image.dockerfile.Words;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The build arguments outside of stages: those given, those of the platforms, and the {@code ARG}s before the first stage. */
final class Variables {
    private final Words words;
    private final Map<String, String> given;
    private final Map<String, String> platforms;
    private final Map<String, @Nullable String> global = new LinkedHashMap<>();
    private final Set<String> used = new ConcurrentSkipListSet<>();

    Variables(Dockerfile dockerfile, BuildRequest request) {
        words = new Words(dockerfile.directives().escape());
        given = request.arguments();
        platforms = platforms(request.platform(), request.target());
        for (Instruction.Arg instruction : dockerfile.globalArgs()) {
            for (Instruction.Argument argument : instruction.expand(outside()).arguments()) {
                String value = given(argument.name());
                global.put(argument.name(), value != null ? value : argument.value());
            }
        }
    }

    private static Map<String, String> platforms(Platform target, String stage) {
        Map<String, String> values = new TreeMap<>();
        put(values, "TARGET", target);
        put(values, "BUILD", Platform.host());
        values.put("TARGETSTAGE", stage.isEmpty() ? "default" : stage);
        return values;
    }

    private static void put(Map<String, String> values, String prefix, Platform platform) {
        values.put(prefix + "PLATFORM", platform.toString());
        values.put(prefix + "OS", platform.os());
        values.put(prefix + "ARCH", platform.architecture());
        values.put(prefix + "VARIANT", platform.variant());
    }

    /** Expands what stands outside of stages: {@code FROM} and the {@code ARG}s before it. */
    Expander outside() {
        return words.expander(name -> {
            if (global.containsKey(name)) {
                return global.get(name);
            }
            return platforms.get(name);
        });
    }

    /** The expander of a stage. */
    Expander inside(Function<String, @Nullable String> variables) {
        return words.expander(variables);
    }

    /** The value of an {@code ARG} in a stage; null when it has none. */
    @Nullable
    String value(String name, @Nullable String otherwise) {
        String value = given(name);
        if (value != null) {
            return value;
        }
        if (otherwise != null) {
            return otherwise;
        }
        return global.containsKey(name) ? global.get(name) : platforms.get(name);
    }

    private @Nullable String given(String name) {
        String value = given.get(name);
        if (value != null) {
            used.add(name);
        }
        return value;
    }

    /** The proxies given, which every {@code RUN} has. */
    Map<String, String> proxies() {
        Map<String, String> proxies = new TreeMap<>(given);
        proxies.keySet().retainAll(BuildRequest.PROXIES);
        return proxies;
    }

    /** Arguments that were given and that no stage so far has declared. */
    Set<String> unused() {
        Set<String> unused = new TreeSet<>(given.keySet());
        unused.removeAll(used);
        unused.removeAll(BuildRequest.PROXIES);
        unused.remove("SOURCE_DATE_EPOCH");
        return unused;
    }
}
