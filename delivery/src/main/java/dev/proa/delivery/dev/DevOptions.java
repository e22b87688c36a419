package dev.proa.delivery.dev;

/**
 * How a session works.
 *
 * @param cleanup whether what was deployed is deleted at the end
 * @param debug whether Java applications listen for debuggers, and that port is forwarded
 */
public record DevOptions(boolean cleanup, boolean debug) {}
