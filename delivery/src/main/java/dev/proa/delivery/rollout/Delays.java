package dev.proa.delivery.rollout;

import dev.proa.delivery.argo.BlueGreenStrategy;
import dev.proa.delivery.argo.CanaryStrategy;
import java.time.Duration;
import java.util.Objects;

/** How long versions keep their pods after they got out of use. */
final class Delays {
    private Delays() {}

    /** After an update; only strategies that do not split traffic by pods have one. */
    static Duration afterUpdate(Situation s) {
        BlueGreenStrategy blueGreen = s.blueGreen();
        if (blueGreen != null) {
            return Duration.ofSeconds(blueGreen.scaleDownDelaySeconds());
        }
        return s.hasRouting()
                ? Duration.ofSeconds(Objects.requireNonNull(s.canary()).scaleDownDelaySeconds())
                : Duration.ZERO;
    }

    /** How many versions may wait for their delay at a time. */
    static int mostWaiting(Situation s) {
        BlueGreenStrategy blueGreen = s.blueGreen();
        CanaryStrategy canary = s.canary();
        Integer limit = blueGreen != null
                ? blueGreen.scaleDownDelayRevisionLimit()
                : canary == null ? null : canary.scaleDownDelayRevisionLimit();
        return limit == null ? Integer.MAX_VALUE : limit;
    }

    /** The seconds after an abort; 0 for ever. */
    private static int abortSeconds(Situation s) {
        BlueGreenStrategy blueGreen = s.blueGreen();
        CanaryStrategy canary = s.canary();
        return blueGreen != null
                ? blueGreen.abortScaleDownDelaySeconds()
                : canary == null ? 30 : canary.abortScaleDownDelaySeconds();
    }

    /** Whether a version that was aborted keeps its pods until something else happens. */
    static boolean keepsForEver(Situation s) {
        return (s.blueGreen() != null || s.hasRouting()) && abortSeconds(s) == 0;
    }

    /** Whether the current version is to keep its pods for a while, since its update was aborted. */
    static boolean delaysAbort(Draft draft) {
        Situation s = draft.situation;
        CanaryStrategy canary = s.canary();
        if (!draft.isAborted() || s.stable() == null || canary != null && !s.hasRouting() || keepsForEver(s)) {
            return false;
        }
        return !s.isDynamic() || canary != null && canary.has("abortScaleDownDelaySeconds");
    }

    static Duration afterAbort(Situation s) {
        return Duration.ofSeconds(abortSeconds(s));
    }
}
