package dev.proa.delivery.pipeline;

/** Whether an event starts a run, and why. */
public sealed interface TriggerDecision {
    /** A run starts. */
    record Runs() implements TriggerDecision {}

    /** No run starts; {@code reason} in plain words, as {@code branch dev is none of main, release/**}. */
    record Ignores(String reason) implements TriggerDecision {}

    /** A run was asked for which cannot be, as one with an input that is missing. */
    record Refuses(String problem) implements TriggerDecision {}
}
