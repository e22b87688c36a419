package dev.proa.control.daemonset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.apps.v1.DaemonSetStatus;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UpkeepTest {
    private static final Instant NOW = Instant.parse("2026-01-01T01:00:00Z");
    private static final DaemonSet SET =
            Samples.set("{type: RollingUpdate, rollingUpdate: {maxUnavailable: 1, maxSurge: 0}}");
    private static final DaemonSet SURGING =
            Samples.set("{type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}");
    private static final Node NODE1 = Samples.node("node1");
    private static final Node KEEP = Samples.node("keep", "{}", "[{key: a, effect: NoSchedule}]");
    private static final Node LEAVE = Samples.node("leave", "{}", "[{key: a, effect: NoExecute}]");

    private static NodePods known(DaemonSet set, List<Node> nodes, Pod... pods) {
        return NodePods.of(set, "new", nodes, List.of(pods), NOW);
    }

    private static Pod pod(String name, String node, String hash, String phase, boolean ready) {
        return Samples.pod(SET, name, node, hash, phase, ready ? NOW.minusSeconds(60) : null);
    }

    private static Pod bound(Pod pod) {
        return pod.withSpec(spec -> spec.withNodeName(DaemonPods.node(pod)));
    }

    private static Pod deleting(Pod pod) {
        return pod.withMetadata(metadata -> metadata.withDeletionTimestamp(NOW));
    }

    private static List<String> names(List<Pod> pods) {
        return pods.stream().map(Pod::name).toList();
    }

    @Test
    void createsWhereNoneIsAndDeletesWhereNoneMayBe() {
        Actions actions = Upkeep.of(known(SET, List.of(NODE1, KEEP, LEAVE), pod("a", "leave", "new", "Running", true)));
        assertThat(actions.create()).containsExactly("node1");
        assertThat(names(actions.delete())).containsExactly("a");
        assertThat(Upkeep.of(known(SET, List.of(KEEP), pod("a", "keep", "new", "Running", true))))
                .isEqualTo(Actions.NONE);
    }

    @Test
    void waitsForAPodThatIsBeingDeletedUnlessItSurges() {
        Pod going = deleting(pod("a", "node1", "old", "Running", true));
        assertThat(Upkeep.of(known(SET, List.of(NODE1), going))).isEqualTo(Actions.NONE);
        assertThat(Upkeep.of(known(SURGING, List.of(NODE1), going)).create()).containsExactly("node1");
    }

    @Test
    void replacesPodsThatHaveEnded() {
        Actions actions = Upkeep.of(known(
                SET,
                List.of(NODE1, KEEP),
                pod("a", "node1", "new", "Failed", false),
                pod("b", "keep", "new", "Succeeded", false)));
        assertThat(names(actions.ended())).containsExactlyInAnyOrder("a", "b");
        assertThat(actions.create()).isEmpty();
    }

    @Test
    void keepsTheOldestOfSeveralOnANodeAndTheOneThatIsBoundFirst() {
        Pod older = pod("a", "node1", "new", "Pending", false);
        Pod other = bound(pod("b", "node1", "new", "Running", true));
        assertThat(names(Upkeep.of(known(SET, List.of(NODE1), older, other)).delete()))
                .containsExactly("a");
    }

    @Test
    void keepsTwoWhileTheOldIsReadyAndTheNewIsNotAvailable() {
        Pod old = pod("a", "node1", "old", "Running", true);
        Pod next = pod("b", "node1", "new", "Running", false);
        assertThat(Upkeep.of(known(SURGING, List.of(NODE1), old, next))).isEqualTo(Actions.NONE);
        assertThat(names(Upkeep.of(known(SURGING, List.of(NODE1), old, pod("b", "node1", "new", "Running", true)))
                        .delete()))
                .containsExactly("a");
        assertThat(names(Upkeep.of(known(SURGING, List.of(NODE1), pod("a", "node1", "old", "Running", false), next))
                        .delete()))
                .containsExactly("a");
        assertThat(names(Upkeep.of(known(SURGING, List.of(NODE1), old, next, pod("c", "node1", "old", "Running", true)))
                        .delete()))
                .containsExactly("c");
    }

    @Test
    void deletesPodsForNodesThatAreGoneUnlessTheyAreBound() {
        Pod waiting = pod("a", "gone", "new", "Pending", false);
        Pod bound = bound(pod("b", "gone", "new", "Running", true));
        assertThat(names(Upkeep.of(known(SET, List.of(NODE1), waiting, bound)).delete()))
                .containsExactly("a");
    }

    @Test
    void countsTheOldestPodOfEachNode() {
        DaemonSet patient = SET.withSpec(spec -> spec.withMinReadySeconds(120));
        NodePods known = known(
                patient,
                List.of(NODE1, Samples.node("node2"), Samples.node("node3"), KEEP),
                pod("a", "node1", "new", "Running", true),
                pod("b", "node2", "old", "Running", false),
                pod("c", "keep", "new", "Running", true));
        DaemonSetStatus status = DaemonSetCounts.status(known, true, 0);
        assertThat(status.desiredNumberScheduled()).isEqualTo(3);
        assertThat(status.currentNumberScheduled()).isEqualTo(2);
        assertThat(status.numberMisscheduled()).isEqualTo(1);
        assertThat(status.numberReady()).isEqualTo(1);
        assertThat(status.numberAvailable()).isZero();
        assertThat(status.numberUnavailable()).isEqualTo(3);
        assertThat(status.updatedNumberScheduled()).isEqualTo(1);
        assertThat(status.observedGeneration()).isEqualTo(1);
        assertThat(DaemonSetCounts.untilAvailable(known)).isEqualTo(Duration.ofSeconds(60));
        assertThat(DaemonSetCounts.status(known, false, 0).hasObservedGeneration())
                .isFalse();
    }

    @Test
    void holdsBackTheReplacementOfPodsThatKeepFailing() {
        FailedPods failed = new FailedPods();
        FailedPods.Place place = new FailedPods.Place("u", 1, "node1");
        assertThat(delay(failed, place, NOW)).isZero();
        assertThat(delay(failed, place, NOW)).isEqualTo(Duration.ofSeconds(1));
        Instant later = NOW.plusSeconds(1);
        assertThat(delay(failed, place, later)).isZero();
        assertThat(delay(failed, place, later)).isEqualTo(Duration.ofSeconds(2));
        assertThat(delay(failed, new FailedPods.Place("u", 2, "node1"), later)).isZero();
        assertThat(delay(failed, place, later.plus(Duration.ofMinutes(31)))).isZero();
        assertThat(delay(failed, place, later.plus(Duration.ofMinutes(31)))).isEqualTo(Duration.ofSeconds(1));
    }

    private static @Nullable Duration delay(FailedPods failed, FailedPods.Place place, Instant now) {
        return failed.delay(place, now);
    }
}
