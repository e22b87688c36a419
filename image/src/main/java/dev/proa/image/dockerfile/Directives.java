package dev.proa.image.dockerfile;

/**
 * The parser directives in the first lines of a Dockerfile.
 *
 * @param syntax the frontend image asked for by {@code # syntax=}, empty if none; nothing else is made of it
 * @param escape the escape character, backslash or backtick
 * @param check the value of {@code # check=}, empty if none
 */
public record Directives(String syntax, char escape, String check) {
    public static final Directives DEFAULT = new Directives("", '\\', "");
}
