package dev.proa.control.scheduler.framework;

import java.time.Duration;

/**
 * The result of {@link Plugin.Permit}.
 *
 * @param status success, {@link Code#WAIT}, or why the pod is rejected
 * @param timeout after which a pod that waits is rejected
 */
public record PermitResult(Status status, Duration timeout) {
    public static final PermitResult APPROVED = new PermitResult(Status.SUCCESS, Duration.ZERO);

    public static PermitResult waitFor(Duration timeout) {
        return new PermitResult(Status.WAIT, timeout);
    }

    public static PermitResult of(Status status) {
        return new PermitResult(status, Duration.ZERO);
    }
}
