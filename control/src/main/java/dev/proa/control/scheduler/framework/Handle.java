package dev.proa.control.scheduler.framework;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.control.scheduler.metrics.SchedulerMetrics;
import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What the scheduler offers to its plugins. */
public interface Handle {
    Client client();

    InformerFactory informers();

    /** The informer of all objects of a kind. Nothing is scheduled before it has synced. */
    <T extends KubeObject> Informer<T> informer(Kind<T> kind);

    Clock clock();

    /** The pods that wait for a permit. */
    Collection<WaitingPod> waitingPods();

    /** The pod of a uid that waits for a permit; null when it does not wait. */
    @Nullable
    WaitingPod waitingPod(String uid);

    /** Rejects a pod that waits for a permit; returns whether it waited. */
    boolean rejectWaitingPod(String uid);

    /** Moves pods that wait in the queue to where they are tried next. */
    void activate(Collection<Pod> pods);

    /**
     * Cancels the binding of a pod whose {@link Plugin.PreBind}s run; it goes back to the queue, as after an error.
     *
     * @return false when they do not run, or have ended
     */
    boolean cancelPreBind(String uid, String why);

    PodNominator nominator();

    /** The same for all profiles of the scheduler. */
    SharedState shared();

    RandomGenerator random();

    /** The extenders of the scheduler, in order. */
    List<Extender> extenders();

    SchedulerMetrics metrics();

    /** Records an event in the name of this profile; see {@link EventSink}. */
    void event(Pod about, String type, String reason, String action, String note);

    /** Runs the filters with the pods that are nominated for the node and must be left room, and without them. */
    Status filterWithNominatedPods(CycleState state, PodInfo pod, NodeInfo node);

    /** Tells all {@link Plugin.PreFilterExtensions} that {@code added} counts on {@code node} in a simulation. */
    Status preFilterAddPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node);

    /** Tells all {@link Plugin.PreFilterExtensions} that {@code removed} does not count on {@code node} in a simulation. */
    Status preFilterRemovePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node);
}
