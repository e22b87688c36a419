package dev.proa.image.dockerfile;

import dev.proa.image.ImageFailure;

/** A Dockerfile is malformed. The message names the file and the line, and shows the lines around it. */
public final class DockerfileException extends ImageFailure {
    private static final long serialVersionUID = 1;

    private final String problem;
    private final transient Location location;

    /** @param excerpt the lines around the error, ready to print; may be empty */
    DockerfileException(String file, Location location, String problem, String excerpt) {
        super(
                Reason.INVALID,
                file + ":" + location.line() + ": " + problem + (excerpt.isEmpty() ? "" : "\n" + excerpt));
        this.problem = problem;
        this.location = location;
    }

    /** What is wrong, without file, line and excerpt. */
    public String problem() {
        return problem;
    }

    public Location location() {
        return location;
    }
}
