package dev.proa.control.scheduler.framework;

import static dev.proa.control.scheduler.Samples.asking;
import static dev.proa.control.scheduler.Samples.info;
import static dev.proa.control.scheduler.Samples.node;
import static dev.proa.control.scheduler.Samples.snapshot;
import static dev.proa.control.scheduler.Samples.state;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.client.Client;
import dev.proa.client.informer.InformerFactory;
import dev.proa.control.scheduler.framework.TracingPlugin.Point;
import dev.proa.control.scheduler.metrics.SchedulerMetrics;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The contract of each extension point: the order of calls, and what ends it. */
class FrameworkTest {
    private static final PodInfo POD = info(asking("p", "1", "1Gi"));
    private static final NodeInfo N = state(node("n", "4", "8Gi", 110));
    private static final NodeInfo M = state(node("m", "4", "8Gi", 110));
    private static final List<NodeInfo> NODES = List.of(N, M);

    private final SimulatedClock clock = new SimulatedClock();
    private final PodNominator nominator = new PodNominator();
    private final List<String> trace = new ArrayList<>();
    private final TracingPlugin a = new TracingPlugin("a", trace);
    private final TracingPlugin b = new TracingPlugin("b", trace);
    private final TracingPlugin c = new TracingPlugin.Sorting("c", trace);
    private final CycleState state = new CycleState(snapshot(NODES));
    private final Framework framework = framework(
            List.of(Profile.Entry.of(handle -> a), Profile.Entry.of(handle -> b, 5), Profile.Entry.of(handle -> c)));

    private Framework framework(List<Profile.Entry> plugins) {
        Client client = new Client(new FakeTransport(clock));
        return new Framework(
                new Profile("test", plugins),
                new Framework.Services(
                        client,
                        new InformerFactory(client, clock, new Random(1)),
                        clock,
                        new Random(1),
                        nominator,
                        new PodsInBinding(clock),
                        new SharedState(),
                        List.of(),
                        (scheduler, about, type, reason, action, note) -> {},
                        new SchedulerMetrics(new PrometheusRegistry()),
                        pods -> {}));
    }

    @Test
    void preEnqueueEndsAtTheFirstThatKeepsThePodOut() {
        b.answer(Point.PRE_ENQUEUE, Status.unschedulable("not yet"));
        assertThat(framework.preEnqueue(POD))
                .isEqualTo(Status.unschedulable("not yet").by("b"));
        assertThat(trace).containsExactly("a.PRE_ENQUEUE", "b.PRE_ENQUEUE");
        b.fail(Point.PRE_ENQUEUE);
        Status failed = framework.preEnqueue(POD);
        assertThat(failed.code()).isEqualTo(Code.ERROR);
        assertThat(failed.message()).isEqualTo("running PreEnqueue plugin \"b\": a fault in PRE_ENQUEUE");
        assertThat(failed.plugin()).isEqualTo("b");
        assertThat(failed.cause()).hasMessage("a fault in PRE_ENQUEUE");
    }

    @Test
    void preFiltersAllRunAndTheirNodesAreIntersected() {
        a.preFilter(PreFilterResult.only(Set.of("n", "m")));
        c.preFilter(PreFilterResult.only(Set.of("m", "x")));
        Framework.PreFiltered result = framework.preFilter(state, POD);
        assertThat(result.result()).isEqualTo(PreFilterResult.only(Set.of("m")));
        assertThat(result.plugins()).containsExactly("a", "c");
        assertThat(trace).containsExactly("a.PRE_FILTER", "b.PRE_FILTER", "c.PRE_FILTER");
    }

    @Test
    void preFiltersThatContradictEachOtherEndTheAttempt() {
        a.preFilter(PreFilterResult.only(Set.of("n")));
        b.preFilter(PreFilterResult.only(Set.of("m")));
        Framework.PreFiltered result = framework.preFilter(state, POD);
        assertThat(result.result().status())
                .isEqualTo(Status.unresolvable("node(s) didn't satisfy plugin(s) [a, b] simultaneously"));
        assertThat(result.plugins()).containsExactly("a", "b");
        assertThat(trace).doesNotContain("c.PRE_FILTER");
    }

    @Test
    void preFiltersGoOnAfterUnschedulableButNotAfterUnresolvable() {
        a.answer(Point.PRE_FILTER, Status.unschedulable("maybe later"));
        assertThat(framework.preFilter(state, POD).result().status())
                .isEqualTo(Status.unschedulable("maybe later").by("a"));
        assertThat(trace).hasSize(3);
        trace.clear();
        b.answer(Point.PRE_FILTER, Status.unresolvable("never"));
        assertThat(framework.preFilter(state, POD).result().status())
                .isEqualTo(Status.unresolvable("never").by("b"));
        assertThat(trace).containsExactly("a.PRE_FILTER", "b.PRE_FILTER");
        a.answer(Point.PRE_FILTER, Status.SUCCESS);
        b.fail(Point.PRE_FILTER);
        assertThat(framework.preFilter(state, POD).result().status().message())
                .isEqualTo("running PreFilter plugin \"b\": a fault in PRE_FILTER");
    }

    @Test
    void aSkippedPreFilterSkipsItsFilterAndExtensions() {
        b.answer(Point.PRE_FILTER, Status.SKIP);
        assertThat(framework.preFilter(state, POD).result()).isEqualTo(PreFilterResult.ALL_NODES);
        assertThat(state.skippedFilters()).containsExactly("b");
        trace.clear();
        assertThat(framework.filter(state, POD, N)).isEqualTo(Status.SUCCESS);
        assertThat(framework.preFilterAddPod(state, POD, POD, N).isSuccess()).isTrue();
        assertThat(framework.preFilterRemovePod(state, POD, POD, N).isSuccess()).isTrue();
        assertThat(trace)
                .containsExactly("a.FILTER", "c.FILTER", "a.ADD_POD", "c.ADD_POD", "a.REMOVE_POD", "c.REMOVE_POD");
    }

    @Test
    void filtersEndAtTheFirstThatRejects() {
        b.answer(Point.FILTER, Status.unschedulable("full"));
        assertThat(framework.filter(state, POD, N))
                .isEqualTo(Status.unschedulable("full").by("b"));
        assertThat(trace).containsExactly("a.FILTER", "b.FILTER");
        b.answer(Point.FILTER, Status.WAIT);
        assertThat(framework.filter(state, POD, N).message())
                .isEqualTo("running \"b\" filter plugin: unexpected status WAIT");
        b.fail(Point.FILTER);
        assertThat(framework.filter(state, POD, N).message())
                .isEqualTo("running \"b\" filter plugin: a fault in FILTER");
    }

    @Test
    void filtersRunTwiceWhereAPodOfNoLowerPriorityIsNominated() {
        nominator.put(info(asking("other", "1", "1Gi")), "n");
        framework.preFilter(state, POD);
        trace.clear();
        assertThat(framework.filterWithNominatedPods(state, POD, N)).isEqualTo(Status.SUCCESS);
        assertThat(trace)
                .containsExactly(
                        "a.ADD_POD",
                        "b.ADD_POD",
                        "c.ADD_POD",
                        "a.FILTER",
                        "b.FILTER",
                        "c.FILTER",
                        "a.FILTER",
                        "b.FILTER",
                        "c.FILTER");
        trace.clear();
        framework.filterWithNominatedPods(state, POD, M);
        assertThat(trace).as("nobody is nominated for it").containsExactly("a.FILTER", "b.FILTER", "c.FILTER");
        b.fail(Point.ADD_POD);
        assertThat(framework.filterWithNominatedPods(state, POD, N).message())
                .isEqualTo("adding nominated pods: running AddPod on PreFilter plugin \"b\": a fault in ADD_POD");
    }

    @Test
    void postFiltersEndAtTheFirstThatMakesRoom() {
        NodeStatuses statuses = new NodeStatuses();
        a.nominate("m");
        assertThat(framework.postFilter(state, POD, statuses))
                .isEqualTo(new PostFilterResult(
                        new Status(
                                Code.UNSCHEDULABLE,
                                List.of("no room was made by a", "no room was made by b", "no room was made by c"),
                                "a",
                                null),
                        "m"));
        trace.clear();
        b.nominate("n").answer(Point.POST_FILTER, Status.SUCCESS);
        assertThat(framework.postFilter(state, POD, statuses))
                .isEqualTo(new PostFilterResult(Status.SUCCESS.by("b"), "n"));
        assertThat(trace).containsExactly("a.POST_FILTER", "b.POST_FILTER");
        a.fail(Point.POST_FILTER);
        assertThat(framework.postFilter(state, POD, statuses).status().message())
                .isEqualTo("a fault in POST_FILTER");
    }

    @Test
    void scoresAreNormalizedAndWeighted() {
        a.score(10);
        b.score(20);
        long[] totals = new long[2];
        assertThat(framework.preScore(state, POD, NODES)).isEqualTo(Status.SUCCESS);
        assertThat(framework.score(state, POD, NODES, totals)).isEqualTo(Status.SUCCESS);
        assertThat(totals).containsExactly(10 + 5 * 20 + 1, 10 + 5 * 20 + 1);
        assertThat(trace)
                .containsExactly(
                        "a.PRE_SCORE",
                        "b.PRE_SCORE",
                        "c.PRE_SCORE",
                        "a.SCORE",
                        "a.SCORE",
                        "a.NORMALIZE",
                        "b.SCORE",
                        "b.SCORE",
                        "b.NORMALIZE",
                        "c.SCORE",
                        "c.SCORE",
                        "c.NORMALIZE");
    }

    @Test
    void aSkippedPreScoreSkipsItsScore() {
        b.answer(Point.PRE_SCORE, Status.SKIP);
        framework.preScore(state, POD, NODES);
        assertThat(state.skippedScores()).containsExactly("b");
        trace.clear();
        framework.score(state, POD, NODES, new long[2]);
        assertThat(trace).doesNotContain("b.SCORE", "b.NORMALIZE").contains("a.SCORE", "c.SCORE");
    }

    @Test
    void scoresThatFailOrAreOutOfRangeEndTheAttempt() {
        b.score(101);
        assertThat(framework.score(state, POD, NODES, new long[2]).message())
                .isEqualTo("applying score defaultWeights on Score plugins: plugin \"b\" returns an invalid score 101,"
                        + " it should in the range of [0, 100] after normalizing");
        assertThat(trace).doesNotContain("c.SCORE");
        b.fail(Point.NORMALIZE);
        assertThat(framework.score(state, POD, NODES, new long[2]).message())
                .isEqualTo("running Normalize on Score plugins: plugin \"b\" failed with: a fault in NORMALIZE");
        b.fail(Point.SCORE);
        assertThat(framework.score(state, POD, NODES, new long[2]).message())
                .isEqualTo("running Score plugins: plugin \"b\" failed with: a fault in SCORE");
        b.fail(Point.PRE_SCORE);
        assertThat(framework.preScore(state, POD, NODES).message())
                .isEqualTo("running PreScore plugin \"b\": a fault in PRE_SCORE");
    }

    @Test
    void reserveEndsAtTheFirstFailureAndIsUndoneInReverseOrder() {
        BindingPoints points = framework.binding();
        b.answer(Point.RESERVE, Status.unschedulable("taken"));
        assertThat(points.reserve(state, POD, "n"))
                .isEqualTo(Status.unschedulable("taken").by("b"));
        assertThat(trace).containsExactly("a.RESERVE", "b.RESERVE");
        trace.clear();
        b.fail(Point.UNRESERVE);
        points.unreserve(state, POD, "n");
        assertThat(trace)
                .as("even those that were not asked, and after one that throws")
                .containsExactly("c.UNRESERVE", "b.UNRESERVE", "a.UNRESERVE");
    }

    @Test
    void permitWaitsForAllWhoAskedForIt() throws Exception {
        BindingPoints points = framework.binding();
        a.permitWithin(Duration.ofSeconds(10));
        c.permitWithin(Duration.ofSeconds(20));
        assertThat(points.permit(state, POD, "n").isWait()).isTrue();
        assertThat(trace).containsExactly("a.PERMIT", "b.PERMIT", "c.PERMIT");
        assertThat(points.willWaitOnPermit(POD)).isTrue();
        WaitingPod waiting = framework.waitingPod(POD.uid());
        assertThat(waiting.pendingPlugins()).containsExactlyInAnyOrder("a", "c");
        waiting.allow("a");
        assertThat(waiting.pendingPlugins()).containsExactly("c");
        clock.advance(Duration.ofSeconds(15)); // the time of a, who has allowed it, does not count any more
        waiting.allow("c");
        assertThat(points.waitOnPermit(POD)).isEqualTo(Status.SUCCESS);
        assertThat(points.willWaitOnPermit(POD)).isFalse();
        assertThat(points.waitOnPermit(POD)).as("no longer waits").isEqualTo(Status.SUCCESS);
    }

    @Test
    void permitRejectsOnRequestAndAfterItsTime() {
        BindingPoints points = framework.binding();
        a.permitWithin(Duration.ofSeconds(90));
        points.permit(state, POD, "n");
        clock.advance(Duration.ofSeconds(90));
        assertThat(points.waitOnPermit(POD))
                .isEqualTo(Status.unschedulable("rejected due to timeout after waiting 1m30s at plugin a")
                        .by("a"));
        points.permit(state, POD, "n");
        framework.waitingPod(POD.uid()).reject("a", "no");
        assertThat(points.waitOnPermit(POD))
                .isEqualTo(Status.unschedulable("no").by("a"));
        points.permit(state, POD, "n");
        assertThat(framework.rejectWaitingPod(POD.uid())).isTrue();
        assertThat(points.waitOnPermit(POD).message()).isEqualTo("removed");
        assertThat(framework.rejectWaitingPod(POD.uid())).isFalse();
        b.answer(Point.PERMIT, Status.unschedulable("at once"));
        assertThat(points.permit(state, POD, "n"))
                .isEqualTo(Status.unschedulable("at once").by("b"));
        assertThat(framework.waitingPods()).isEmpty();
        assertThat(clock.waiting()).as("timers").isZero();
    }

    @Test
    void permitWaitsForAQuarterOfAnHourAtMost() {
        a.permitWithin(Duration.ofHours(2));
        framework.binding().permit(state, POD, "n");
        clock.advance(Duration.ofMinutes(15));
        assertThat(framework.binding().waitOnPermit(POD).message()).contains("after waiting 15m0s at plugin a");
    }

    @Test
    void preBindSkipsWhoHasNothingToDoAndEndsAtTheFirstFailure() {
        BindingPoints points = framework.binding();
        a.answer(Point.PRE_FLIGHT, Status.SKIP);
        assertThat(points.preBindPreFlight(state, POD, "n")).isEqualTo(Status.SUCCESS);
        assertThat(state.skippedPreBinds()).containsExactly("a");
        trace.clear();
        b.fail(Point.PRE_BIND);
        assertThat(points.preBind(state, POD, "n").message())
                .isEqualTo("running PreBind plugin \"b\": a fault in PRE_BIND");
        assertThat(trace).containsExactly("b.PRE_BIND");
        b.answer(Point.PRE_FLIGHT, Status.SKIP);
        c.answer(Point.PRE_FLIGHT, Status.SKIP);
        assertThat(points.preBindPreFlight(state, POD, "n")).isEqualTo(Status.SKIP);
        b.answer(Point.PRE_FLIGHT, Status.unschedulable("no"));
        assertThat(points.preBindPreFlight(state, POD, "n").isError()).isTrue();
    }

    @Test
    void bindEndsAtTheFirstThatDoesNotSkip() {
        BindingPoints points = framework.binding();
        b.answer(Point.BIND, Status.SUCCESS);
        assertThat(points.bind(state, POD, "n")).isEqualTo(Status.SUCCESS);
        assertThat(trace).containsExactly("a.BIND", "b.BIND");
        b.fail(Point.BIND);
        assertThat(points.bind(state, POD, "n").message()).isEqualTo("running Bind plugin \"b\": a fault in BIND");
        b.heal();
        assertThat(points.bind(state, POD, "n").message()).isEqualTo("all Bind plugins skipped the pod");
    }

    @Test
    void postBindTellsAllWhateverTheyThrow() {
        a.fail(Point.POST_BIND);
        framework.binding().postBind(state, POD, "n");
        assertThat(trace).containsExactly("a.POST_BIND", "b.POST_BIND", "c.POST_BIND");
    }

    @Test
    void stateIsTypedAndCopiesAreIndependent() {
        record Count(int value) implements CycleState.Data {
            @Override
            public CycleState.Data copy() {
                return this;
            }
        }
        CycleState.Key<Count> key = CycleState.Key.of(Count.class);
        CycleState.Key<Count> other = CycleState.Key.of(Count.class);
        state.write(key, new Count(1));
        CycleState copy = state.copy();
        copy.write(key, new Count(2));
        assertThat(state.read(key)).isEqualTo(new Count(1));
        assertThat(copy.read(key)).isEqualTo(new Count(2));
        assertThat(state.read(other)).isNull();
        state.delete(key);
        assertThat(state.read(key)).isNull();
        assertThat(copy.snapshot()).isSameAs(state.snapshot());
    }

    @Test
    void aProfileNeedsOneOrderAndOneWhoBinds() {
        assertThatThrownBy(() -> framework(List.of(Profile.Entry.of(handle -> a))))
                .hasMessageContaining(
                        "only one queue sort plugin required for profile with scheduler name \"test\", but got 0");
        assertThatThrownBy(() -> framework(List.of(Profile.Entry.of(handle -> new SortOnly()))))
                .hasMessageContaining("at least one bind plugin is needed");
    }

    @Test
    void pluginsWithoutRegistrationHearOfEverything() {
        Framework small = framework(List.of(Profile.Entry.of(handle -> new SortOnly()), Profile.Entry.of(handle -> a)));
        Map<String, List<EventRegistration>> events = small.eventsToRegister();
        assertThat(events.get("SortOnly")).hasSize(1);
        assertThat(events.get("SortOnly").getFirst().event().covers(ClusterEvent.NODE_ADDED))
                .isTrue();
    }

    private static final class SortOnly implements Plugin.QueueSort {
        @Override
        public String name() {
            return "SortOnly";
        }

        @Override
        public int compare(QueuedPodInfo one, QueuedPodInfo other) {
            return 0;
        }
    }
}
