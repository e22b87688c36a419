package dev.proa.control.scheduler.framework;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A plugin at every extension point but QueueSort that records its calls, and answers or throws as it is told. */
public class TracingPlugin
        implements Plugin.PreEnqueue,
                Plugin.EnqueueExtensions,
                Plugin.PreFilter,
                Plugin.PreFilterExtensions,
                Plugin.Filter,
                Plugin.PostFilter,
                Plugin.PreScore,
                Plugin.Score,
                Plugin.Reserve,
                Plugin.Permit,
                Plugin.PreBind,
                Plugin.Bind,
                Plugin.PostBind {
    /** The calls of a plugin. */
    public enum Point {
        PRE_ENQUEUE,
        QUEUE_SORT,
        HINT,
        PRE_FILTER,
        ADD_POD,
        REMOVE_POD,
        FILTER,
        POST_FILTER,
        PRE_SCORE,
        SCORE,
        NORMALIZE,
        RESERVE,
        UNRESERVE,
        PERMIT,
        PRE_FLIGHT,
        PRE_BIND,
        BIND,
        POST_BIND
    }

    /** One that sorts the queue too, of which a profile has exactly one. */
    public static final class Sorting extends TracingPlugin implements Plugin.QueueSort {
        public Sorting(String name, List<String> trace) {
            super(name, trace);
        }

        @Override
        public int compare(QueuedPodInfo a, QueuedPodInfo b) {
            call(Point.QUEUE_SORT, a.info());
            call(Point.QUEUE_SORT, b.info());
            return a.queued().compareTo(b.queued());
        }
    }

    private final String name;
    private final List<String> trace;
    private final Map<Point, Status> answers = new EnumMap<>(Point.class);
    private final Map<Point, Throwable> faults = new EnumMap<>(Point.class);
    private Predicate<PodInfo> which = pod -> true;
    private PreFilterResult preFilterResult = PreFilterResult.ALL_NODES;
    private Duration permitTimeout = Duration.ofSeconds(10);
    private @Nullable String nominated;
    private long score = 1;

    /** @param trace to which each call is added as {@code name.POINT} */
    public TracingPlugin(String name, List<String> trace) {
        this.name = name;
        this.trace = trace;
        answers.put(Point.BIND, Status.SKIP); // another one binds
        answers.put(Point.POST_FILTER, Status.unschedulable("no room was made by " + name));
    }

    public TracingPlugin(String name) {
        this(name, new CopyOnWriteArrayList<>());
    }

    /** Only pods for which this holds are answered so; the others get through. */
    public TracingPlugin only(Predicate<PodInfo> pods) {
        which = pods;
        return this;
    }

    public synchronized TracingPlugin answer(Point point, Status status) {
        answers.put(point, status);
        return this;
    }

    public synchronized TracingPlugin fail(Point point) {
        faults.put(point, new IllegalStateException("a fault in " + point));
        return this;
    }

    /** As {@link #fail}, with an Error, which no framework catches. */
    public synchronized TracingPlugin breakDown(Point point) {
        faults.put(point, new AssertionError("an error in " + point));
        return this;
    }

    public synchronized TracingPlugin heal() {
        faults.clear();
        answers.clear();
        answers.put(Point.BIND, Status.SKIP);
        return this;
    }

    public TracingPlugin preFilter(PreFilterResult result) {
        preFilterResult = result;
        return this;
    }

    public TracingPlugin permitWithin(Duration timeout) {
        permitTimeout = timeout;
        return answer(Point.PERMIT, Status.WAIT);
    }

    public TracingPlugin nominate(String node) {
        nominated = node;
        return this;
    }

    public TracingPlugin score(long value) {
        score = value;
        return this;
    }

    final synchronized Status call(Point point, PodInfo pod) {
        trace.add(name + "." + point);
        boolean meant = which.test(pod);
        Throwable fault = faults.get(point);
        if (meant && fault instanceof Error error) {
            throw error;
        }
        if (meant && fault != null) {
            throw (RuntimeException) fault;
        }
        Status usual = point == Point.BIND ? Status.SKIP : Status.SUCCESS;
        return meant ? answers.getOrDefault(point, usual) : usual;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Status preEnqueue(PodInfo pod) {
        return call(Point.PRE_ENQUEUE, pod);
    }

    @Override
    public List<EventRegistration> eventsToRegister() {
        return List.of(new EventRegistration(
                ClusterEvent.ANY, (pod, before, after) -> call(Point.HINT, pod).isSuccess()));
    }

    @Override
    public PreFilterResult preFilter(CycleState state, PodInfo pod) {
        Status status = call(Point.PRE_FILTER, pod);
        return status.isSuccess() ? preFilterResult : PreFilterResult.of(status);
    }

    @Override
    public PreFilterExtensions preFilterExtensions() {
        return this;
    }

    @Override
    public Status addPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node) {
        return call(Point.ADD_POD, pod);
    }

    @Override
    public Status removePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node) {
        return call(Point.REMOVE_POD, pod);
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        return call(Point.FILTER, pod);
    }

    @Override
    public PostFilterResult postFilter(CycleState state, PodInfo pod, NodeStatuses nodes) {
        Status status = call(Point.POST_FILTER, pod);
        return which.test(pod)
                ? new PostFilterResult(status, nominated)
                : new PostFilterResult(Status.unschedulable("no room was made by " + name), null);
    }

    @Override
    public Status preScore(CycleState state, PodInfo pod, List<NodeInfo> nodes) {
        return call(Point.PRE_SCORE, pod);
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        call(Point.SCORE, pod);
        return score;
    }

    @Override
    public void normalizeScores(CycleState state, PodInfo pod, List<NodeInfo> nodes, long[] scores) {
        call(Point.NORMALIZE, pod);
    }

    @Override
    public Status reserve(CycleState state, PodInfo pod, String node) {
        return call(Point.RESERVE, pod);
    }

    @Override
    public void unreserve(CycleState state, PodInfo pod, String node) {
        call(Point.UNRESERVE, pod);
    }

    @Override
    public PermitResult permit(CycleState state, PodInfo pod, String node) {
        return new PermitResult(call(Point.PERMIT, pod), permitTimeout);
    }

    @Override
    public Status preBindPreFlight(CycleState state, PodInfo pod, String node) {
        return call(Point.PRE_FLIGHT, pod);
    }

    @Override
    public Status preBind(CycleState state, PodInfo pod, String node) {
        return call(Point.PRE_BIND, pod);
    }

    @Override
    public Status bind(CycleState state, PodInfo pod, String node) {
        return call(Point.BIND, pod);
    }

    @Override
    public void postBind(CycleState state, PodInfo pod, String node) {
        call(Point.POST_BIND, pod);
    }
}
