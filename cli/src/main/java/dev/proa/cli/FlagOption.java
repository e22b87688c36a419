package dev.proa.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An option that gives flags of a part of Kubernetes, which are kept for the next start of a cluster.
 *
 * @param option its name, as {@code --kube-apiserver-arg}
 * @param parse reads flags, relative to a directory, and returns them in full
 * @param name the flag that an argument names
 * @param checkName throws IllegalArgumentException when there is no flag of that name
 */
record FlagOption(
        String option,
        BiFunction<List<String>, Path, List<String>> parse,
        UnaryOperator<String> name,
        Consumer<String> checkName) {
    /**
     * The flags that are given, with absolute paths; {@code FLAG=} and empty ones as they are.
     *
     * @param texts null for none
     */
    List<String> given(@Nullable List<String> texts) {
        List<String> flags = new ArrayList<>();
        try {
            for (String text : texts == null ? List.<String>of() : texts) {
                if (text.isEmpty() || text.endsWith("=")) {
                    checkName.accept(text);
                    flags.add(text);
                } else {
                    flags.addAll(parse.apply(List.of(text), Path.of("").toAbsolutePath()));
                }
            }
            return flags;
        } catch (IllegalArgumentException e) {
            throw new Failure(Exit.USAGE, option + ": " + e.getMessage());
        }
    }

    /** Those of before with what is given put in, in the place of values of before, and what is to go taken away. */
    List<String> merged(List<String> before, @Nullable List<String> texts) {
        List<String> given = given(texts);
        Set<String> named = new HashSet<>();
        given.forEach(flag -> named.add(name.apply(flag)));
        List<String> flags = new ArrayList<>();
        if (!given.contains("")) {
            before.stream().filter(flag -> !named.contains(name.apply(flag))).forEach(flags::add);
        }
        given.stream().filter(flag -> !flag.isEmpty() && !flag.endsWith("=")).forEach(flags::add);
        return flags;
    }

    /** Whether what is given changes the flags of before. */
    boolean changes(List<String> before, @Nullable List<String> texts) {
        return !Set.copyOf(merged(before, texts)).equals(Set.copyOf(before));
    }

    /** The refusal of flags that were kept. */
    Failure refused(RuntimeException e) {
        return new Failure(
                Exit.FAILED,
                e.getMessage() + "; give other flags with " + option + ", or take all away with " + option + "=");
    }

    /** What is given, as arguments of {@code proa server}. */
    List<String> arguments(@Nullable List<String> texts) {
        List<String> arguments = new ArrayList<>();
        given(texts).forEach(flag -> arguments.addAll(List.of(option, flag)));
        return arguments;
    }
}
