package dev.proa.control.scheduler.framework;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of running a plugin.
 *
 * @param reasons why it is no success, as events show it
 * @param plugin the name of the plugin that returned it; empty when the status is not attributed to one
 * @param cause what was thrown, for the log
 */
public record Status(
        Code code,
        List<String> reasons,
        String plugin,
        @Nullable Throwable cause) {
    public static final Status SUCCESS = of(Code.SUCCESS);
    public static final Status SKIP = of(Code.SKIP);
    public static final Status WAIT = of(Code.WAIT);

    public Status {
        reasons = List.copyOf(reasons);
    }

    public static Status of(Code code, String... reasons) {
        return new Status(code, List.of(reasons), "", null);
    }

    /** {@link Code#UNSCHEDULABLE}. */
    public static Status unschedulable(String... reasons) {
        return of(Code.UNSCHEDULABLE, reasons);
    }

    /** {@link Code#UNSCHEDULABLE_AND_UNRESOLVABLE}. */
    public static Status unresolvable(String... reasons) {
        return of(Code.UNSCHEDULABLE_AND_UNRESOLVABLE, reasons);
    }

    /** {@link Code#ERROR}. */
    public static Status error(String message) {
        return of(Code.ERROR, message);
    }

    /** {@link Code#ERROR}, with the message of {@code cause}. */
    public static Status error(Throwable cause) {
        return new Status(Code.ERROR, List.of(String.valueOf(cause.getMessage())), "", cause);
    }

    /** This status, attributed to {@code plugin}. */
    public Status by(String name) {
        return plugin.equals(name) ? this : new Status(code, reasons, name, cause);
    }

    /** An error that says {@code where} this status came up: {@code where: message}. */
    Status errorAt(String where) {
        String message = code == Code.ERROR || !reasons.isEmpty() ? message() : "unexpected status " + code;
        return new Status(Code.ERROR, List.of(where + ": " + message), plugin, cause);
    }

    public boolean isSuccess() {
        return code == Code.SUCCESS;
    }

    public boolean isSkip() {
        return code == Code.SKIP;
    }

    public boolean isWait() {
        return code == Code.WAIT;
    }

    public boolean isError() {
        return code == Code.ERROR;
    }

    /** Whether a plugin has rejected the pod, rather than failed. */
    public boolean isRejected() {
        return code == Code.UNSCHEDULABLE || code == Code.UNSCHEDULABLE_AND_UNRESOLVABLE || code == Code.PENDING;
    }

    /** All reasons, separated by commas. */
    public String message() {
        return String.join(", ", reasons);
    }
}
