package dev.proa.control.scheduler;

import static dev.proa.control.scheduler.Samples.asking;
import static dev.proa.control.scheduler.Samples.node;
import static dev.proa.control.scheduler.Samples.state;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.control.scheduler.Placement.Outcome;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.Extender;
import dev.proa.control.scheduler.framework.ExtenderException;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Snapshot;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.scheduler.framework.Victims;
import dev.proa.control.scheduler.plugin.DefaultPlugins;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What extenders have to say about where pods go. */
class ExtendersTest {
    private static final PodInfo POD = PodInfo.of(asking("p", "1", "1Gi"));

    private final PluginCluster cluster = new PluginCluster(DefaultPlugins.ALL);
    private final List<NodeInfo> nodes = List.of(state(node("a", "4", "8Gi", 110)), state(node("b", "4", "8Gi", 110)));

    @AfterEach
    void close() {
        cluster.close();
    }

    /** Rejects node {@code a}, scores {@code b} with 10, and binds; fails at all of it when told so. */
    private static final class Fake implements Extender {
        private final boolean ignorable;
        private final List<String> bound = new CopyOnWriteArrayList<>();
        private boolean filters;
        private boolean prioritizes;
        private boolean binds;
        private boolean fails;

        Fake(boolean ignorable) {
            this.ignorable = ignorable;
        }

        private void mayFail() {
            if (fails) {
                throw new ExtenderException("out of order");
            }
        }

        @Override
        public String name() {
            return "fake";
        }

        @Override
        public boolean isIgnorable() {
            return ignorable;
        }

        @Override
        public boolean isInterested(PodInfo pod) {
            return true;
        }

        @Override
        public boolean filters() {
            return filters;
        }

        @Override
        public boolean prioritizes() {
            return prioritizes;
        }

        @Override
        public boolean preempts() {
            return false;
        }

        @Override
        public boolean binds() {
            return binds;
        }

        @Override
        public Filtered filter(PodInfo pod, List<NodeInfo> given) {
            mayFail();
            return new Filtered(
                    given.stream().filter(node -> !node.name().equals("a")).toList(),
                    Map.of("a", "not with me"),
                    Map.of());
        }

        @Override
        public Map<String, Long> prioritize(PodInfo pod, List<NodeInfo> given) {
            mayFail();
            return Map.of("b", 10L);
        }

        @Override
        public Map<String, Victims> preempt(PodInfo pod, Map<String, Victims> candidates, Snapshot snapshot) {
            throw new AssertionError("it does not preempt");
        }

        @Override
        public void bind(PodInfo pod, String node) {
            mayFail();
            bound.add(node);
        }
    }

    private Outcome place(Fake extender, List<NodeInfo> among) {
        return new Placement(
                        new Random(1),
                        new Extenders(List.of(extender)),
                        new ExtensionPointTimer(cluster.services.metrics(), cluster.clock),
                        0)
                .place(cluster.framework, new CycleState(Samples.snapshot(among)), POD);
    }

    @Test
    void keepPodsOffNodes() {
        Fake extender = new Fake(false);
        extender.filters = true;
        assertThat(place(extender, nodes)).isEqualTo(new Outcome.Node("b"));
        Outcome outcome = place(extender, nodes.subList(0, 1));
        assertThat(outcome).isInstanceOf(Outcome.Unfit.class);
        Diagnosis diagnosis = ((Outcome.Unfit) outcome).diagnosis();
        assertThat(diagnosis.message()).isEqualTo("0/1 nodes are available: 1 not with me.");
        assertThat(diagnosis.unschedulablePlugins()).contains("Extender");
    }

    @Test
    void failTheAttemptUnlessTheyAreIgnorable() {
        Fake extender = new Fake(false);
        extender.filters = true;
        extender.fails = true;
        assertThat(place(extender, nodes)).isInstanceOf(Outcome.Failed.class);
        Fake ignorable = new Fake(true);
        ignorable.filters = true;
        ignorable.fails = true;
        assertThat(place(ignorable, nodes)).isInstanceOf(Outcome.Node.class);
    }

    @Test
    void preferNodes() {
        Fake extender = new Fake(false);
        extender.prioritizes = true;
        for (int i = 0; i < 20; i++) {
            assertThat(place(extender, nodes)).isEqualTo(new Outcome.Node("b"));
        }
        extender.fails = true;
        assertThat(place(extender, nodes)).as("others decide then").isInstanceOf(Outcome.Node.class);
    }

    @Test
    void bind() {
        Fake extender = new Fake(false);
        Extenders extenders = new Extenders(List.of(extender));
        assertThat(extenders.bind(POD, "a")).as("it is for plugins to bind").isNull();
        extender.binds = true;
        assertThat(extenders.bind(POD, "a")).isEqualTo(Status.SUCCESS);
        assertThat(extender.bound).containsExactly("a");
        extender.fails = true;
        Status failed = extenders.bind(POD, "a");
        assertThat(failed).isNotNull();
        assertThat(failed.message()).isEqualTo("out of order");
    }
}
