package dev.proa.control.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.value.IntOrString;
import dev.proa.api.value.MapValue;
import dev.proa.control.shared.Templates;
import dev.proa.control.shared.Tries;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RollingUpdateTest {
    static Deployment deployment(int replicas, IntOrString surge, IntOrString unavailable) {
        return Deployment.of("default", "web")
                .withSpec(spec -> spec.withReplicas(replicas)
                        .withTemplate(t -> t.withMetadata(m -> m.withLabels(Map.of("version", "new"))))
                        .withStrategy(strategy -> strategy.withType("RollingUpdate")
                                .withRollingUpdate(r -> r.withMaxSurge(surge).withMaxUnavailable(unavailable))));
    }

    static ReplicaSet set(String name, int replicas, int available) {
        return new ReplicaSet(ReplicaSet.of("default", name)
                        .withMetadata(m -> m.withUid(name))
                        .withSpec(spec -> spec.withReplicas(replicas)
                                .withTemplate(t -> t.withMetadata(m -> m.withLabels(Map.of("version", name)))))
                        .value())
                .withStatus(status -> status.withReplicas(replicas).withAvailableReplicas(available));
    }

    private static List<String> next(Deployment deployment, ReplicaSet current, ReplicaSet... old) {
        Rollout rollout = new Rollout(deployment, current, List.of(old));
        return RollingUpdate.next(rollout, current).stream()
                .map(scale -> scale.set().name() + "=" + scale.to())
                .toList();
    }

    @Test
    void growsTheNewSetWithinTheSurge() {
        Deployment d = deployment(10, IntOrString.of("30%"), IntOrString.of(0));
        assertThat(next(d, set("new", 0, 0), set("old", 10, 10))).containsExactly("new=3");
        assertThat(next(d, set("new", 3, 0), set("old", 10, 10))).isEmpty();
    }

    @Test
    void shrinksTheOldSetByWhatIsAvailable() {
        Deployment d = deployment(10, IntOrString.of(3), IntOrString.of(2));
        assertThat(next(d, set("new", 3, 0), set("old", 10, 10))).containsExactly("old=8");
        assertThat(next(d, set("new", 5, 5), set("old", 8, 8))).containsExactly("old=3");
    }

    @Test
    void doesNotTakePodsForAvailableThatAreAboutToGo() {
        Deployment d = deployment(10, IntOrString.of(2), IntOrString.of(1));
        // the old set was shrunk from 9 to 8 just now, and its status does not know yet
        assertThat(next(d, set("new", 4, 3), set("old", 8, 9))).containsExactly("old=6");
    }

    @Test
    void dropsOldPodsThatAreNotAvailableFirst() {
        Deployment d = deployment(10, IntOrString.of(3), IntOrString.of(2));
        assertThat(next(d, set("new", 3, 3), set("broken", 5, 0), set("old", 5, 5)))
                .containsExactly("broken=0");
    }

    @Test
    void withNeitherSurgeNorUnavailableOneMayBeUnavailable() {
        Deployment d = deployment(1, IntOrString.of(0), IntOrString.of("25%"));
        assertThat(next(d, set("new", 0, 0), set("old", 1, 1))).containsExactly("old=0");
    }

    @Test
    void shrinksTheNewSetWhenItIsTooLarge() {
        Deployment d = deployment(2, IntOrString.of(1), IntOrString.of(0));
        assertThat(next(d, set("new", 5, 5))).containsExactly("new=2");
    }

    /** Whatever becomes available when, the bounds hold and the rollout ends. */
    @Test
    void keepsItsBoundsAndEnds() {
        Tries.run(
                300,
                random -> keepsItsBoundsAndEnds(
                        1 + random.nextInt(20), random.nextInt(6), random.nextInt(6), random.nextInt(4)));
    }

    private static void keepsItsBoundsAndEnds(int replicas, int surge, int unavailable, int readyPerStep) {
        Deployment d = deployment(replicas, IntOrString.of(surge), IntOrString.of(unavailable));
        ReplicaSet current = set("new", 0, 0);
        List<ReplicaSet> old = new ArrayList<>(List.of(
                set("a", replicas / 2, replicas / 2), set("b", replicas - replicas / 2, replicas - replicas / 2)));
        int most = replicas + surge + 0;
        int least = replicas - Math.min(replicas, surge == 0 && unavailable == 0 ? 1 : unavailable);
        for (int step = 0; step < 500; step++) {
            Rollout rollout = new Rollout(d, current, old);
            assertThat(rollout.wanted()).isLessThanOrEqualTo(most);
            assertThat(rollout.available()).isGreaterThanOrEqualTo(least);
            List<Scale> scales = RollingUpdate.next(rollout, current);
            if (scales.isEmpty() && current.status().availableReplicas() == replicas) {
                assertThat(rollout.activeOld()).isEmpty();
                return;
            }
            for (Scale scale : scales) {
                ReplicaSet s = scale.set();
                ReplicaSet scaled = set(
                        s.name(), scale.to(), Math.min(scale.to(), s.status().availableReplicas()));
                if (s.name().equals("new")) {
                    current = scaled;
                } else {
                    old.replaceAll(o -> o.name().equals(s.name()) ? scaled : o);
                }
            }
            int size = current.spec().replicas();
            current = set("new", size, Math.min(size, current.status().availableReplicas() + 1 + readyPerStep));
        }
        throw new AssertionError("the rollout did not end");
    }

    @Test
    void spreadsAResizeOverTheSetsOfARollout() {
        Map<String, String> sized = Map.of(Revisions.DESIRED_REPLICAS, "10", Revisions.MAX_REPLICAS, "13");
        ReplicaSet current = set("new", 5, 5).withMetadata(m -> m.withAnnotations(sized));
        ReplicaSet old = set("old", 8, 8).withMetadata(m -> m.withAnnotations(sized));
        Rollout rollout = new Rollout(deployment(15, IntOrString.of(3), IntOrString.of(2)), current, List.of(old));
        assertThat(ProportionalScaling.isResized(rollout)).isTrue();
        assertThat(ProportionalScaling.decide(rollout))
                .extracting(scale -> scale.set().name() + "=" + scale.to())
                .containsExactly("old=11", "new=7");
    }

    @Test
    void namesATemplateAlwaysTheSame() {
        var template =
                deployment(1, IntOrString.of(1), IntOrString.of(0)).spec().template();
        String hash = Templates.hash(template, 0);
        assertThat(Templates.hash(template, 0)).isEqualTo(hash).matches("[bcdfghjklmnpqrstvwxz2456789]+");
        assertThat(Templates.hash(template, 1)).isNotEqualTo(hash);
    }

    @Test
    void comparesTemplatesWithoutTheirHash() {
        var template =
                deployment(1, IntOrString.of(1), IntOrString.of(0)).spec().template();
        var labeled = template.withMetadata(m -> m.withLabels(Map.of("version", "new", Templates.HASH_LABEL, "abc")));
        assertThat(Templates.same(template, labeled)).isTrue();
        var empty = new dev.proa.api.core.v1.PodTemplateSpec(template.value().with("spec", MapValue.EMPTY));
        assertThat(Templates.same(template, empty)).isTrue();
    }
}
