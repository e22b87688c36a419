package dev.proa.client.leader;

import java.time.Duration;

/**
 * What the candidates of an election agree on, and who this one is. The times are those of client-go's leader election.
 *
 * <p>A candidate only measures durations on its own clock, so it does not matter if clocks show different times. Clocks that run at
 * different speeds are tolerated up to the ratio of {@code leaseDuration} to {@code renewDeadline}.
 *
 * @param namespace of the lease
 * @param name of the lease
 * @param identity of this candidate; no other may have the same
 * @param leaseDuration how long the others wait after the last renewal that they saw before one of them takes over
 * @param renewDeadline how long the leader goes on without having renewed the lease
 * @param retryPeriod how long to wait between attempts; those who do not lead wait up to 2.2 times as long
 * @param releaseOnCancel whether a leader that is closed gives the lease up, so that the others need not wait
 */
public record LeaderElectionConfig(
        String namespace,
        String name,
        String identity,
        Duration leaseDuration,
        Duration renewDeadline,
        Duration retryPeriod,
        boolean releaseOnCancel) {
    /** How much longer than the retry period a candidate may wait, as a multiple of it. */
    static final double JITTER = 1.2;

    public LeaderElectionConfig {
        if (identity.isEmpty()) {
            throw new IllegalArgumentException("the identity is empty; each candidate needs one of its own");
        }
        if (leaseDuration.compareTo(renewDeadline) <= 0) {
            throw new IllegalArgumentException(
                    "leaseDuration " + leaseDuration + " must be longer than renewDeadline " + renewDeadline);
        }
        if (renewDeadline.toNanos() <= retryPeriod.toNanos() * JITTER) {
            throw new IllegalArgumentException("renewDeadline " + renewDeadline + " must be longer than retryPeriod "
                    + retryPeriod + " times " + JITTER);
        }
        if (retryPeriod.toNanos() <= 0 || leaseDuration.toSeconds() < 1) {
            throw new IllegalArgumentException("retryPeriod must be positive, and leaseDuration at least a second");
        }
    }

    /** With the times of Kubernetes' own components (15 s, 10 s, 2 s), and the lease given up on close. */
    public static LeaderElectionConfig of(String namespace, String name, String identity) {
        return new LeaderElectionConfig(
                namespace, name, identity, Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2), true);
    }
}
