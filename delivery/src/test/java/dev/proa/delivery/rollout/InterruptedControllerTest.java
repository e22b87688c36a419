package dev.proa.delivery.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.client.Transport.Request;
import dev.proa.client.Transport.TransportException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A controller that stops between any two of its writes, and starts anew, leads to the same end over the same weights. */
class InterruptedControllerTest {
    private static final String STEPS = """
            canary:
              canaryService: canary
              stableService: stable
              trafficRouting: {plugins: {test/recording: {}}}
              steps:
              - setWeight: 10
              - setWeight: 30
              - pause: {duration: 5}
              - setWeight: 60
            """;
    private static final List<Integer> WEIGHTS = List.of(0, 10, 30, 60, 100, 0);

    @Test
    void weightsNeverJump() throws InterruptedException {
        long seed = Long.getLong("proa.seed", 20_261_201L);
        Random random = new Random(seed);
        for (int attempt = 0; attempt < 6; attempt++) {
            try (RolloutWorld world = new RolloutWorld()) {
                world.service("canary");
                world.service("stable");
                world.create(STEPS);
                update(world, random);
                assertThat(world.router.weights)
                        .as("seed %d, attempt %d", seed, attempt)
                        .isEqualTo(WEIGHTS);
                assertThat(world.phase()).isEqualTo("Healthy");
                assertThat(world.status().stableRS()).isEqualTo(world.hashOf(2));
            }
        }
    }

    /** Each look may write only a few times before the controller is gone; after that, another one begins. */
    private static void update(RolloutWorld world, Random random) {
        String first = world.status().stableRS();
        world.image(2);
        for (int look = 0; look < 300 && world.status().stableRS().equals(first); look++) {
            AtomicInteger left = new AtomicInteger(random.nextInt(4));
            world.server.intercept(request -> {
                if (isWrite(request) && left.getAndDecrement() <= 0) {
                    throw new TransportException("the controller is gone", null);
                }
                return request;
            });
            world.look();
            world.server.intercept(request -> request);
            world.pods();
            if (random.nextInt(3) == 0) {
                world.clock.advance(Duration.ofSeconds(2));
            }
        }
        world.settle();
    }

    private static boolean isWrite(Request request) {
        return !List.of("get", "list", "watch").contains(request.verb());
    }
}
