package dev.proa.image.dockerfile;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A Dockerfile, parsed and not yet expanded.
 *
 * @param globalArgs the {@code ARG}s before the first {@code FROM}
 * @param stages at least one
 * @param warnings in the order of lines, without those that {@code # check=skip=} turns off
 * @param text the lines, for messages
 */
public record Dockerfile(
        Directives directives,
        List<Instruction.Arg> globalArgs,
        List<Stage> stages,
        List<Warning> warnings,
        SourceText text) {
    /** A larger file is refused. */
    public static final int MAX_BYTES = 10 << 20;

    public Dockerfile {
        globalArgs = List.copyOf(globalArgs);
        stages = List.copyOf(stages);
        warnings = List.copyOf(warnings);
    }

    /**
     * Parses a Dockerfile.
     *
     * @param name the file's name for messages
     * @throws DockerfileException if it is malformed, has no {@code FROM} or is larger than {@link #MAX_BYTES}
     */
    public static Dockerfile parse(byte[] content, String name) {
        return new DockerfileParser(text(content, name)).parse();
    }

    /**
     * Parses what {@code ONBUILD} left in the base image, one trigger of its configuration.
     *
     * @throws DockerfileException if it is malformed, or {@code FROM}, {@code MAINTAINER} or {@code ONBUILD}
     */
    public static List<Instruction> parseTrigger(String trigger) {
        byte[] content = trigger.getBytes(StandardCharsets.UTF_8);
        return new DockerfileParser(text(content, "ONBUILD of the base image")).parseTrigger();
    }

    private static SourceText text(byte[] content, String name) {
        if (content.length > MAX_BYTES) {
            throw new DockerfileException(
                    name,
                    Location.line(1),
                    "a Dockerfile has at most " + MAX_BYTES + " bytes, not " + content.length,
                    "");
        }
        return SourceText.of(content, name);
    }

    /** An error at an instruction of this file, with the lines around it. */
    public DockerfileException failure(Source source, String problem) {
        return text.failure(source.location(), problem);
    }

    /** The stage of that name, ignoring case, or of that index as decimal digits; the last one of several of a name. */
    public Optional<Stage> stage(String nameOrIndex) {
        String name = nameOrIndex.toLowerCase(Locale.ROOT);
        return stages.reversed().stream()
                .filter(s -> s.name().equals(name) || String.valueOf(s.index()).equals(name))
                .findFirst();
    }
}
