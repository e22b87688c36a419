package dev.proa.control.statefulset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.apps.v1.RollingUpdateStatefulSetStrategy;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodTemplateSpec;
import dev.proa.api.value.IntOrString;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.history.Revisions;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.Tries;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whatever happens to a StatefulSet and its pods, plans keep to the order and the limits, and come to an end. */
class PlanTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final int MANY = 100;

    @Test
    void keepsTheOrderAndTheLimitsWhateverHappens() {
        Tries.run(MANY, random -> {
            Model model = new Model(random);
            for (int i = 0; i < 60; i++) {
                model.somethingHappens();
                model.check();
                model.act(random.nextInt(4) == 0 ? random.nextInt(3) : Integer.MAX_VALUE);
            }
            model.settle();
        });
    }

    /** A set and its pods by their ordinals, without an API server. */
    private static final class Model {
        private final Random random;
        private final Map<Integer, Pod> pods = new TreeMap<>();
        private final List<ControllerRevision> revisions = new ArrayList<>();
        private StatefulSet set;
        private int uids;

        Model(Random random) {
            this.random = random;
            MapValue rolling =
                    random.nextBoolean() ? MapValue.EMPTY : MapValue.of("maxUnavailable", 1L + random.nextInt(4));
            MapValue strategy = random.nextInt(5) == 0
                    ? MapValue.of("type", "OnDelete")
                    : MapValue.of("type", "RollingUpdate", "rollingUpdate", rolling.with("partition", 0L));
            MapValue spec = MapValue.of(
                    "replicas",
                    (long) random.nextInt(6),
                    "podManagementPolicy",
                    random.nextBoolean() ? "Parallel" : "OrderedReady",
                    "updateStrategy",
                    strategy);
            set = new StatefulSet(StatefulSet.of("default", "web").value().with("spec", spec))
                    .withMetadata(m -> m.withUid("set"));
            revise();
        }

        void revise() {
            String name = "web-" + revisions.size();
            PodTemplateSpec template = new PodTemplateSpec(MapValue.of(
                    "spec", MapValue.of("containers", ListValue.of(MapValue.of("name", "main", "image", name)))));
            revisions.add(ControllerRevision.of("default", name)
                    .withData(Revisions.data(template))
                    .withRevision(revisions.size() + 1));
            set = set.withSpec(spec -> spec.withTemplate(template));
        }

        private boolean rolls() {
            return set.spec().updateStrategy().hasRollingUpdate();
        }

        private RollingUpdateStatefulSetStrategy rolling() {
            return set.spec().updateStrategy().rollingUpdate();
        }

        private boolean ordered() {
            return !set.spec().podManagementPolicy().equals("Parallel");
        }

        private Observed observed() {
            ControllerRevision current = SetRevisions.current(set, revisions).orElse(revisions.getLast());
            return new Observed(set, current, revisions.getLast(), 0, List.copyOf(pods.values()), name -> null, NOW);
        }

        private List<Integer> wanted() {
            int start = Identity.start(set);
            return IntStream.range(start, start + set.spec().replicas()).boxed().toList();
        }

        private boolean isAvailable(int ordinal) {
            Pod pod = pods.get(ordinal);
            return pod != null && observed().isAvailable(pod);
        }

        private long unavailable() {
            return wanted().stream().filter(ordinal -> !isAvailable(ordinal)).count();
        }

        void somethingHappens() {
            switch (random.nextInt(12)) {
                case 0 -> set = set.withSpec(spec -> spec.withReplicas(random.nextInt(7)));
                case 1 -> revise();
                case 2 -> set = set.withSpec(spec -> spec.withOrdinals(o -> o.withStart(random.nextInt(4))));
                case 3 -> {
                    if (rolls()) {
                        set = set.withSpec(spec -> spec.withUpdateStrategy(
                                s -> s.withRollingUpdate(r -> r.withPartition(random.nextInt(6)))));
                    }
                }
                case 4 -> change(pod -> status(pod, random.nextBoolean() ? "Failed" : "Succeeded", false));
                case 5 -> change(pod -> status(pod, "Running", false));
                case 6 -> change(PlanTest::deleting);
                case 7, 8 -> pods.values().removeIf(pod -> pod.isDeleting() && random.nextBoolean());
                default -> change(pod -> Identity.revision(pod).isEmpty() ? pod : status(pod, "Running", true));
            }
        }

        private void change(java.util.function.UnaryOperator<Pod> change) {
            List<Integer> ordinals = List.copyOf(pods.keySet());
            if (!ordinals.isEmpty()) {
                pods.computeIfPresent(
                        ordinals.get(random.nextInt(ordinals.size())), (ordinal, pod) -> change.apply(pod));
            }
        }

        /** What holds for each plan. */
        void check() {
            Plan plan = Plan.of(observed());
            List<Action> actions = plan.stages().stream().flatMap(List::stream).toList();
            assertThat(actions).extracting(action -> action.pod().name()).doesNotHaveDuplicates();
            for (Action action : actions) {
                int ordinal = Identity.ordinal(action.pod().name());
                if (action instanceof Action.Create) {
                    assertThat(wanted()).contains(ordinal);
                    assertThat(pods).doesNotContainKey(ordinal);
                } else {
                    assertThat(pods.get(ordinal)).isEqualTo(action.pod());
                }
                if (action instanceof Action.Delete) {
                    assertThat(action.pod().isDeleting()).isFalse();
                }
            }
            if (ordered()) {
                checkOrder(plan.stages().stream().limit(3).flatMap(List::stream).toList());
            }
            checkUpdate(plan);
        }

        private void checkOrder(List<Action> actions) {
            assertThat(actions.size()).isLessThanOrEqualTo(1);
            for (Action action : actions) {
                int ordinal = Identity.ordinal(action.pod().name());
                assertThat(wanted().stream().filter(below -> below < ordinal)).allMatch(this::isAvailable);
                if (action instanceof Action.Delete && !wanted().contains(ordinal)) {
                    assertThat(wanted()).allMatch(this::isAvailable);
                    assertThat(pods.keySet().stream().filter(other -> !wanted().contains(other)))
                            .allMatch(other -> other <= ordinal);
                }
            }
        }

        private void checkUpdate(Plan plan) {
            if (plan.stages().size() < 4) {
                return;
            }
            assertThat(rolls()).isTrue();
            List<Integer> deleted = plan.stages().get(3).stream()
                    .map(action -> Identity.ordinal(action.pod().name()))
                    .toList();
            int most =
                    rolling().hasMaxUnavailable() ? rolling().maxUnavailable().number() : 1;
            long newlyUnavailable = deleted.stream().filter(this::isAvailable).count();
            assertThat(deleted).hasSizeLessThanOrEqualTo(most).isSortedAccordingTo(Comparator.reverseOrder());
            if (rolling().hasMaxUnavailable() && newlyUnavailable > 0) {
                assertThat(unavailable() + newlyUnavailable).isLessThanOrEqualTo(most);
            }
            for (int ordinal : deleted) {
                assertThat(ordinal - Identity.start(set))
                        .isGreaterThanOrEqualTo(rolling().partition());
                assertThat(Identity.revision(pods.get(ordinal)))
                        .isNotEqualTo(revisions.getLast().name());
                List<Integer> above =
                        wanted().stream().filter(other -> other > ordinal).toList();
                if (!rolling().hasMaxUnavailable()) {
                    assertThat(above).allMatch(this::isAvailable);
                }
                assertThat(above)
                        .allMatch(other -> deleted.contains(other)
                                || !pods.containsKey(other)
                                || pods.get(other).isDeleting()
                                || Pods.isFinished(pods.get(other))
                                || Identity.revision(pods.get(other))
                                        .equals(revisions.getLast().name()));
            }
        }

        /** Does the first {@code most} actions of a plan, as if the next failed. */
        void act(int most) {
            Plan plan = Plan.of(observed());
            plan.stages().stream().flatMap(List::stream).limit(most).forEach(this::act);
            set = set.withStatus(plan.status());
        }

        private void act(Action action) {
            int ordinal = Identity.ordinal(action.pod().name());
            switch (action) {
                case Action.Create create ->
                    pods.put(
                            ordinal,
                            status(create.pod().withMetadata(m -> m.withUid("pod" + uids++)), "Pending", false));
                case Action.Delete delete -> pods.compute(ordinal, (key, pod) -> deleting(pod));
                case Action.ProvideClaims provide -> throw new AssertionError("there are no claims");
                case Action.Correct correct -> throw new AssertionError("pods are as they were created");
                case Action.OwnClaims own -> throw new AssertionError("there are no claims");
            }
        }

        /** Pods that can serve do, those that are deleted go, and nothing else happens: the set becomes what is wanted. */
        void settle() {
            for (int quiet = 0, rounds = 0; quiet < 2; rounds++) {
                assertThat(rounds).isLessThan(100);
                Map<Integer, Pod> before = new TreeMap<>(pods);
                pods.values().removeIf(Pod::isDeleting);
                pods.replaceAll((ordinal, pod) -> Pods.isFinished(pod) ? pod : status(pod, "Running", true));
                check();
                act(Integer.MAX_VALUE);
                quiet = pods.equals(before) ? quiet + 1 : 0;
            }
            assertThat(pods.keySet()).containsExactlyElementsOf(wanted());
            assertThat(wanted()).allMatch(this::isAvailable);
            if (!rolls()) {
                return;
            }
            String latest = revisions.getLast().name();
            for (int ordinal : wanted()) {
                if (ordinal - Identity.start(set) >= rolling().partition()) {
                    assertThat(Identity.revision(pods.get(ordinal))).isEqualTo(latest);
                }
            }
            if (rolling().partition() == 0) {
                assertThat(set.status().currentRevision()).isEqualTo(latest);
                assertThat(set.status().updatedReplicas()).isEqualTo(set.spec().replicas());
                assertThat(set.status().currentReplicas()).isEqualTo(set.spec().replicas());
            }
        }
    }

    private static Pod status(Pod pod, String phase, boolean ready) {
        MapValue condition = MapValue.of("type", "Ready", "status", ready ? "True" : "False");
        return new Pod(pod.value().with("status", MapValue.of("phase", phase, "conditions", ListValue.of(condition))));
    }

    private static Pod deleting(Pod pod) {
        return pod.isDeleting() ? pod : pod.withMetadata(m -> m.withDeletionTimestamp(NOW));
    }

    @Test
    void roundsMaxUnavailableDownButNotToNothing() {
        assertThat(IntOrString.of("25%").scaled(3, false)).isZero();
        Model model = new Model(new Random(1));
        model.set = model.set.withSpec(spec -> spec.withReplicas(3)
                .withPodManagementPolicy("Parallel")
                .withUpdateStrategy(s -> s.withType("RollingUpdate")
                        .withRollingUpdate(r -> r.withPartition(0).withMaxUnavailable(IntOrString.of("25%")))));
        model.settle();
        model.revise();
        assertThat(Plan.of(model.observed()).stages().getLast())
                .extracting(action -> action.pod().name())
                .containsExactly("web-2");
    }

    @Test
    void tellsOrdinalsFromNames() {
        assertThat(Identity.ordinal("web-0")).isZero();
        assertThat(Identity.ordinal("web-a-12")).isEqualTo(12);
        for (String none : List.of("web", "web-", "web-01", "web-x", "web-1x", "web-99999999999")) {
            assertThat(Identity.ordinal(none)).as(none).isEqualTo(-1);
        }
        StatefulSet web = StatefulSet.of("default", "web");
        assertThat(Identity.isMember(web, Pod.of("default", "web-3"))).isTrue();
        assertThat(Identity.isMember(web, Pod.of("default", "web-a-3"))).isFalse();
        assertThat(Identity.isMember(web, Pod.of("default", "abc-3"))).isFalse();
    }
}
