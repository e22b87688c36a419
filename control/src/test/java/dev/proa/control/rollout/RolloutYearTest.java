package dev.proa.control.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.control.shared.Tries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A year of rollouts: Deployments, StatefulSets and DaemonSets get new templates, also in the middle of a rollout, go back, are scaled, paused and
 * resumed; images do not run, pods fail, are evicted and deleted. Whatever the controllers do keeps to the limits of the strategies, and every
 * rollout that can finish does.
 *
 * <p>What a RollingUpdate promises, is what upstream's controllers compute, which is less than the fields' names say:
 *
 * <ul>
 *   <li>The replica sets of a Deployment together want no more than {@code replicas + maxSurge} pods, unless they did before, and then no more than that.
 *   <li>An update leaves {@code replicas - maxUnavailable} pods available, or as many as there were. Old replica sets first lose as many pods as they
 *       have unavailable ones. Which, they choose themselves: pods that are not ready go first, but a pod that is ready and not yet so for
 *       {@code minReadySeconds} is one of the ready ones, of which those on nodes with more pods of the Deployment go first. For each such pod that
 *       stays in a replica set that shrinks, one that is available may go.
 *   <li>Making a Deployment smaller in the middle of an update shrinks all its replica sets in proportion, whatever their pods do. Making it larger
 *       and changing the limits take nothing away.
 *   <li>The status written when a Deployment is resized or paused is not looked through for progress, so counts that rose then need not put off the
 *       deadline: it ends between {@code progressDeadlineSeconds} after the last progress without and the last one with them.
 * </ul>
 *
 * <p>A seed tells the whole year: pods get their names from it, controllers work on one object at a time after all have heard of everything, and what
 * only the API server draws, the UIDs, decides nothing.
 */
class RolloutYearTest {
    private static final long HOUR = 3600;

    /** A part of it, which takes seconds. */
    @Test
    void rolloutsKeepTheirPromisesForAWeek() {
        run(Duration.ofDays(7));
    }

    @Test
    void seedTellsWhatHappens() {
        Tries.run(1, random -> {
            long seed = random.nextLong();
            assertThat(history(seed)).isEqualTo(history(seed));
        });
    }

    /** What the pods are like after each step of three days. */
    private static List<String> history(long seed) throws InterruptedException {
        Random random = new Random(seed);
        List<String> history = new ArrayList<>();
        try (RolloutWorld world = new RolloutWorld(random)) {
            world.onStep(history::add);
            new Year(world, random).run(Duration.ofDays(3));
            return history;
        }
    }

    @Test
    @Tag("extensions")
    void rolloutsKeepTheirPromisesForAYear() {
        run(Duration.ofDays(365));
    }

    private static void run(Duration time) {
        Tries.run(1, random -> {
            try (RolloutWorld world = new RolloutWorld(random)) {
                new Year(world, random).run(time);
            }
        });
    }

    private static final class Year {
        private final RolloutWorld world;
        private final Random random;
        private final List<Rollout> rollouts = new ArrayList<>();
        private boolean calm;

        Year(RolloutWorld world, Random random) {
            this.world = world;
            this.random = random;
            rollouts.add(new DeploymentRollout(world, "web", false));
            rollouts.add(new DeploymentRollout(world, "worker", true));
            rollouts.add(new StatefulSetRollout(world, "ordered", true));
            rollouts.add(new StatefulSetRollout(world, "parallel", false));
            rollouts.add(new DaemonSetRollout(world, "replaced", false));
            rollouts.add(new DaemonSetRollout(world, "doubled", true));
        }

        void run(Duration time) throws InterruptedException {
            world.follow();
            for (Rollout rollout : rollouts) {
                rollout.start();
                world.awaitHeard();
            }
            rollouts.forEach(rollout -> world.in(60, () -> change(rollout)));
            world.in(40 * HOUR, this::calmDown);
            world.run(time, rollouts);
        }

        private void change(Rollout rollout) throws InterruptedException {
            if (!calm) {
                rollout.change();
            }
            // as often in the middle of a rollout as after it
            long pause = random.nextBoolean() ? 10 + random.nextInt(110) : 10 * HOUR + random.nextInt(40_000);
            world.in(pause, () -> change(rollout));
        }

        /** For two hours nobody changes anything, and all that was wrong is mended. */
        private void calmDown() throws InterruptedException {
            calm = true;
            for (Rollout rollout : rollouts) {
                rollout.heal();
                world.awaitHeard();
            }
            world.in(2 * HOUR, () -> {
                rollouts.forEach(Rollout::assertDone);
                calm = false;
                world.in(40 * HOUR, this::calmDown);
            });
        }
    }
}
