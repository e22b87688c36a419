package dev.proa.delivery.pipeline;

/**
 * Of one group only one run or job goes on at a time in a repository, and only the newest of others waits.
 *
 * @param group compared without regard to case
 * @param cancelInProgress whether the one that goes on is cancelled for the newer one
 */
public record Concurrency(String group, boolean cancelInProgress) {}
