package dev.proa.control.scheduler.framework;

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
    PENDING
}
