package dev.proa.control.daemonset;

import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.value.IntOrString;
import dev.proa.api.value.MapValue;

/**
 * How far a rolling update of a DaemonSet goes at a time.
 *
 * @param maxUnavailable how many nodes may be without an available pod because of it
 * @param maxSurge how many nodes may have a second pod; 0 for an update that deletes a pod before it creates the next
 */
record Strategy(int maxUnavailable, int maxSurge) {
    /** @param desired how many nodes are to have a pod, which percentages are of */
    static Strategy of(DaemonSet set, int desired) {
        MapValue given = rolling(set);
        int maxUnavailable = IntOrString.from(given.get("maxUnavailable")).scaled(desired, true);
        int maxSurge = surge(set, desired);
        // Or else nothing would ever move.
        return new Strategy(desired > 0 && maxUnavailable == 0 && maxSurge == 0 ? 1 : maxUnavailable, maxSurge);
    }

    /** Whether a node may have two pods for a while. */
    static boolean surges(DaemonSet set) {
        try {
            return surge(set, 1) > 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static boolean isRolling(DaemonSet set) {
        return set.spec().updateStrategy().type().equals("RollingUpdate");
    }

    private static int surge(DaemonSet set, int desired) {
        return IntOrString.from(rolling(set).get("maxSurge")).scaled(desired, true);
    }

    private static MapValue rolling(DaemonSet set) {
        return isRolling(set) ? set.spec().updateStrategy().value().map("rollingUpdate") : MapValue.EMPTY;
    }
}
