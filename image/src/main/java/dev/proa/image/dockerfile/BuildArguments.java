package dev.proa.image.dockerfile;

import dev.proa.image.Platform;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a build: those that are given, those that are predefined, and the {@code ARG}s before the first
 * {@code FROM}. Immutable.
 */
public final class BuildArguments {
    /** Arguments that each {@code RUN} has without {@code ARG}, and that no cache key has. Names in any case. */
    private static final Set<String> PROXIES =
            Set.of("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY");

    private final Dockerfile dockerfile;
    private final Words words;
    private final Checks checks;
    private final Map<String, String> given;
    private final Map<String, String> global;
    private final Set<String> declared = new HashSet<>();

    /**
     * Computes the global arguments.
     *
     * @param given the values of {@code --build-arg}
     * @param targetStage the name of the stage to build, empty for the last one
     * @throws DockerfileException if a default value cannot be expanded
     */
    public BuildArguments(
            Dockerfile dockerfile, Map<String, String> given, Platform build, Platform target, String targetStage) {
        this.dockerfile = dockerfile;
        this.words = new Words(dockerfile.directives().escape());
        this.checks = Checks.parse(dockerfile.directives().check());
        this.given = Map.copyOf(given);
        this.global = predefined(build, target, targetStage);
        Expander expander = words.expander(global::get);
        for (Instruction.Arg arg : dockerfile.globalArgs()) {
            for (Instruction.Argument argument : arg.arguments()) {
                declared.add(argument.name());
                String value = given.get(argument.name());
                String otherwise = argument.value();
                if (value == null && otherwise != null) {
                    value = locating(arg.source(), () -> expander.word(otherwise));
                }
                if (value != null) {
                    global.put(argument.name(), value);
                }
            }
        }
    }

    private Map<String, String> predefined(Platform build, Platform target, String targetStage) {
        String last = dockerfile.stages().getLast().name();
        String stage = targetStage.isEmpty() ? last : targetStage;
        Map<String, String> values = new LinkedHashMap<>();
        values.put("BUILDPLATFORM", build.toString());
        values.put("BUILDOS", build.os());
        values.put("BUILDOSVERSION", "");
        values.put("BUILDARCH", build.architecture());
        values.put("BUILDVARIANT", build.variant());
        values.put("TARGETPLATFORM", target.toString());
        values.put("TARGETOS", target.os());
        values.put("TARGETOSVERSION", "");
        values.put("TARGETARCH", target.architecture());
        values.put("TARGETVARIANT", target.variant());
        values.put("TARGETSTAGE", stage.isEmpty() ? "default" : stage);
        values.replaceAll((name, value) -> given.getOrDefault(name, value));
        return values;
    }

    /**
     * The base of a stage and its platform, expanded with global arguments.
     *
     * @param image never empty
     * @param platform empty if the stage has no {@code --platform}
     */
    public record From(String image, String platform, List<Warning> warnings) {
        public From {
            warnings = List.copyOf(warnings);
        }
    }

    /** @throws DockerfileException if the name or the platform cannot be expanded, or is empty */
    public From from(Stage stage) {
        List<Warning> warnings = new ArrayList<>();
        Expander expander = words.expander(name -> {
            String value = global.get(name);
            if (value == null && !declared.contains(name)) {
                String hint = Suggestion.of(name, global.keySet(), "");
                warnings.add(new Warning(
                        "UndefinedArgInFrom",
                        "FROM argument '" + name + "' is not declared" + hint,
                        stage.source().location()));
            }
            return value;
        });
        String image = locating(stage.source(), () -> expander.word(stage.image()));
        String platform = locating(stage.source(), () -> expander.word(stage.platform()));
        if (image.isEmpty()) {
            throw dockerfile.failure(stage.source(), "base name (" + stage.image() + ") should not be blank");
        }
        if (platform.isEmpty() && !stage.platform().isEmpty()) {
            throw dockerfile.failure(stage.source(), "empty platform value from expression " + stage.platform());
        }
        return new From(image, platform, checks.kept(warnings));
    }

    /** The variables of a stage on an image with this environment. */
    public Scope scope(Map<String, String> imageEnvironment) {
        return new Scope(this, imageEnvironment);
    }

    /** The proxies given, which {@code RUN} gets as variables, in the case given. They belong in no cache key. */
    public Map<String, String> proxies() {
        Map<String, String> proxies = new LinkedHashMap<>();
        given.forEach((name, value) -> {
            if (PROXIES.contains(name.toUpperCase(Locale.ROOT))) {
                proxies.put(name, value);
            }
        });
        return proxies;
    }

    /** Names given that nothing in the Dockerfile declares, without those that are predefined. */
    public List<String> unused() {
        Set<String> used = new HashSet<>(declared);
        for (Stage stage : dockerfile.stages()) {
            for (Instruction instruction : stage.instructions()) {
                if (instruction instanceof Instruction.Arg arg) {
                    arg.arguments().forEach(a -> used.add(a.name()));
                }
            }
        }
        return given.keySet().stream()
                .filter(name -> !used.contains(name)
                        && !global.containsKey(name)
                        && !proxies().containsKey(name)
                        && !name.startsWith("BUILDKIT_")
                        && !name.equals("SOURCE_DATE_EPOCH"))
                .sorted()
                .toList();
    }

    /** The value of an argument that a stage declares: given, its own default, or global; null if it has none. */
    @Nullable
    String declare(Instruction.Argument argument, Expander expander) {
        String value = given.get(argument.name());
        if (value != null) {
            return value;
        }
        return argument.value() != null ? expander.word(argument.value()) : global.get(argument.name());
    }

    Words words() {
        return words;
    }

    Checks checks() {
        return checks;
    }

    <T> T locating(Source source, Supplier<T> action) {
        try {
            return action.get();
        } catch (SyntaxProblem e) {
            throw dockerfile.failure(source, Objects.toString(e.getMessage()));
        }
    }
}
