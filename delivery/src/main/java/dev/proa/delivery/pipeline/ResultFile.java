package dev.proa.delivery.pipeline;

/**
 * A file by which a step tells something.
 *
 * @param name as {@code GITHUB_OUTPUT}; {@code GITHUB_STEP_SUMMARY} is for people, and the runner keeps it
 * @param variable of the step's environment that has the path; empty when none
 * @param path in the workspace; empty when the runner chooses one outside of it
 */
public record ResultFile(String name, String variable, String path) {}
