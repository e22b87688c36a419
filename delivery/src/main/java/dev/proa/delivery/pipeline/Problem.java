package dev.proa.delivery.pipeline;

/**
 * Something wrong in a file of a pipeline.
 *
 * @param file path in the repository
 * @param line counted from 1
 * @param column counted from 1
 * @param message what is wrong, and what to do where that is not plain
 */
public record Problem(String file, int line, int column, String message) {
    /** As compilers print it: {@code file:line:column: message}. */
    @Override
    public String toString() {
        return file + ":" + line + ":" + column + ": " + message;
    }
}
