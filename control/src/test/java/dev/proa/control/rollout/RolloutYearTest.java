package dev.proa.control.rollout;

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
 */
class RolloutYearTest {
    private static final long HOUR = 3600;

    /** A part of it, which is quicker. */
    @Test
    @Tag("extensions")
    void rolloutsKeepTheirPromisesForAMonth() {
        run(Duration.ofDays(30));
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
            }
            world.in(2 * HOUR, () -> {
                rollouts.forEach(Rollout::assertDone);
                calm = false;
                world.in(40 * HOUR, this::calmDown);
            });
        }
    }
}
