package dev.proa.control.scheduler.framework;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plugin of the scheduling framework. It implements those extension points, the interfaces in here, at which it has something to
 * say; what it remembers of a pod between them it keeps in the {@link CycleState}.
 *
 * <pre>
 *   PreEnqueue  ► queue, QueueSort ►
 *   PreFilter ► Filter (each node) ► PostFilter when no node is left
 *                                  ► PreScore ► Score (each node) ► normalize ► Reserve ► Permit      one pod at a time
 *   wait ► PreBind ► Bind ► PostBind, Unreserve after a failure                                       beside each other
 * </pre>
 *
 * Whatever a plugin throws becomes a status of {@link Code#ERROR}: the attempt ends, and the pod is tried again after a back-off.
 */
public interface Plugin {
    /** As Kubernetes names it: {@code NodeResourcesFit}. */
    String name();

    /**
     * A plugin that says which events may make a pod schedulable that it rejected. Pods that were rejected by a plugin which does
     * not say so are tried again upon every event.
     */
    interface EnqueueExtensions extends Plugin {
        /** Asked when the scheduler starts; always the same. */
        List<EventRegistration> eventsToRegister();
    }

    /** Keeps pods out of the active queue. */
    interface PreEnqueue extends Plugin {
        /** Success to let the pod in. Called with the queue's lock held, so it must be quick. */
        Status preEnqueue(PodInfo pod);
    }

    /** Orders the active queue. A profile has exactly one, and all profiles have the same. */
    interface QueueSort extends Plugin {
        /** Negative when {@code a} is to be tried before {@code b}. */
        int compare(QueuedPodInfo a, QueuedPodInfo b);
    }

    /** Looks at the pod before any node is looked at. */
    interface PreFilter extends Plugin {
        PreFilterResult preFilter(CycleState state, PodInfo pod);

        /** How to follow changes of a node's pods that are only simulated; null when they do not matter to this plugin. */
        default @Nullable PreFilterExtensions preFilterExtensions() {
            return null;
        }
    }

    /** Brings what a {@link PreFilter} has written into the state up to date with changes that are only simulated. */
    interface PreFilterExtensions {
        /** {@code added} counts on {@code node} too while {@code pod} is scheduled. */
        Status addPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node);

        /** {@code removed} does not count on {@code node} while {@code pod} is scheduled. */
        Status removePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node);
    }

    /** Keeps pods off nodes. */
    interface Filter extends Plugin {
        Status filter(CycleState state, PodInfo pod, NodeInfo node);
    }

    /** Tries to make room for a pod that fits on no node; this is where preemption goes. */
    interface PostFilter extends Plugin {
        /** Makes room; {@code nodes} says why the pod cannot run on each node. */
        PostFilterResult postFilter(CycleState state, PodInfo pod, NodeStatuses nodes);
    }

    /** Prepares scoring. */
    interface PreScore extends Plugin {
        /** Called once, with the nodes that the pod fits on. */
        Status preScore(CycleState state, PodInfo pod, List<NodeInfo> nodes);
    }

    /** Prefers some nodes to others. */
    interface Score extends Plugin {
        /** The best score after {@link #normalizeScores}; the worst is 0. */
        long MAX_SCORE = 100;

        /** How good the node is for the pod. */
        long score(CycleState state, PodInfo pod, NodeInfo node);

        /** Brings the scores of all nodes, in place, into the range from 0 to {@link #MAX_SCORE}. */
        default void normalizeScores(CycleState state, PodInfo pod, List<NodeInfo> nodes, long[] scores) {}
    }

    /** Keeps state outside of the cycle about which node a pod takes. */
    interface Reserve extends Plugin {
        Status reserve(CycleState state, PodInfo pod, String node);

        /** Undoes {@link #reserve}, which may not have been called. Must not fail. */
        void unreserve(CycleState state, PodInfo pod, String node);
    }

    /** Approves, rejects or delays the binding. */
    interface Permit extends Plugin {
        PermitResult permit(CycleState state, PodInfo pod, String node);
    }

    /** Prepares the binding, such as volumes on the node. May block. */
    interface PreBind extends Plugin {
        /** Success if {@link #preBind} has something to do, else {@link Code#SKIP}. Called in the scheduling cycle, so it must be quick. */
        Status preBindPreFlight(CycleState state, PodInfo pod, String node);

        Status preBind(CycleState state, PodInfo pod, String node);
    }

    /** Binds the pod. May block. */
    interface Bind extends Plugin {
        /** {@link Code#SKIP} leaves it to the next plugin. */
        Status bind(CycleState state, PodInfo pod, String node);
    }

    /** Hears that a pod was bound. */
    interface PostBind extends Plugin {
        void postBind(CycleState state, PodInfo pod, String node);
    }
}
