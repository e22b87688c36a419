package dev.proa.control.scheduler.framework;

import java.util.Locale;

/** The code of a {@link Status}: what a plugin says about a pod. */
public enum Code {
    /** The plugin agrees. */
    SUCCESS,
    /** The plugin failed; the pod is tried again after a back-off. */
    ERROR,
    /** The pod cannot run there now; preempting other pods may help. */
    UNSCHEDULABLE,
    /** The pod cannot run there, and preempting other pods does not help. */
    UNSCHEDULABLE_AND_UNRESOLVABLE,
    /** {@link Plugin.Permit} only: the pod has to wait. */
    WAIT,
    /** The plugin has nothing to do for this pod; what else it does at related extension points is skipped. */
    SKIP,
    /** Like {@link #UNSCHEDULABLE}, but the plugin waits for something outside, after which the pod needs no back-off. */
    PENDING;

    /** As metrics of kube-scheduler name it: {@code UnschedulableAndUnresolvable}. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (String word : name().split("_", -1)) {
            text.append(word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT));
        }
        return text.toString();
    }
}
