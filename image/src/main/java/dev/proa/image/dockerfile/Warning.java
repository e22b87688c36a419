package dev.proa.image.dockerfile;

/**
 * Something in a Dockerfile that works but is discouraged or likely a mistake.
 *
 * @param rule the name that BuildKit gives the rule, such as {@code StageNameCasing}; {@code # check=skip=NAME} turns
 *     it off
 * @param location the lines it is about
 */
public record Warning(String rule, String message, Location location) {}
