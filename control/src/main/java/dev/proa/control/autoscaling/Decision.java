package dev.proa.control.autoscaling;

import dev.proa.api.value.ListValue;
import org.jspecify.annotations.Nullable;

/** What is to become of the number of replicas. */
sealed interface Decision {
    /** For {@code status.currentMetrics}. */
    ListValue metrics();

    /** It stays. {@code error} tells why, if something is wrong. */
    record Keep(ListValue metrics, @Nullable String error) implements Decision {}

    /**
     * It changes.
     *
     * @param reason for the event
     * @param error what is wrong with other metrics, if something is
     */
    record Rescale(
            int replicas,
            String reason,
            ListValue metrics,
            @Nullable String error) implements Decision {}

    /** It cannot be computed. */
    record Failed(ListValue metrics, String error) implements Decision {}
}
