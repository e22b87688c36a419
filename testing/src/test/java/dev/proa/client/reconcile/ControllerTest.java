package dev.proa.client.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import dev.proa.client.ObjectKey;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.client.supervision.Supervisor;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ControllerTest {
    private final List<ObjectKey> seen = new CopyOnWriteArrayList<>();

    @Test
    void reconcilesWhatInformersSee() throws Exception {
        FakeTransport server = new FakeTransport(Clock.system());
        Client client = new Client(server);
        client.resource(ConfigMap.KIND).create(ConfigMap.of("default", "a"));
        try (InformerFactory informers = new InformerFactory(client, Clock.system(), new Random(1));
                Controller<ObjectKey> controller =
                        Controller.named("test", new Supervisor(Clock.system(), new Random(2)), Clock.system(), key -> {
                            seen.add(key);
                            return Result.DONE;
                        })) {
            controller.watch(informers.informer(ConfigMap.KIND), map -> ObjectKey.of(map.value()));
            controller.workers(2).start();
            informers.start();
            Await.until("a is reconciled", () -> seen.contains(new ObjectKey("default", "a")));
            client.resource(ConfigMap.KIND).create(ConfigMap.of("default", "b"));
            Await.until("b is reconciled", () -> seen.contains(new ObjectKey("default", "b")));
        }
    }

    @Test
    void comesBackAfterFailuresAndWhenAsked() throws Exception {
        SimulatedClock clock = new SimulatedClock();
        ObjectKey key = new ObjectKey("default", "a");
        try (Controller<ObjectKey> controller =
                Controller.named("test", new Supervisor(clock, new Random(2)), clock, k -> {
                    seen.add(k);
                    if (seen.size() == 1) {
                        throw StatusException.serviceUnavailable("restarting");
                    }
                    return seen.size() == 2 ? Result.after(Duration.ofMinutes(1)) : Result.DONE;
                })) {
            controller.queue().add(key);
            assertThat(controller.drain()).isEqualTo(1);
            clock.advance(Duration.ofMillis(5));
            assertThat(controller.drain()).isEqualTo(1);
            clock.advance(Duration.ofSeconds(59));
            assertThat(controller.drain()).isZero();
            clock.advance(Duration.ofSeconds(1));
            assertThat(controller.drain()).isEqualTo(1);
            assertThat(controller.stats().failed()).isEqualTo(1);
            assertThat(controller.stats().succeeded()).isEqualTo(2);
        }
    }

    /** One worker, so that the key is only reconciled again if that worker goes on. */
    @Test
    void aWorkerOutlivesErrorsAndInterrupts() throws Exception {
        ObjectKey key = new ObjectKey("default", "a");
        try (Controller<ObjectKey> controller =
                Controller.named("test", new Supervisor(Clock.system(), new Random(2)), Clock.system(), k -> {
                    seen.add(k);
                    switch (seen.size()) {
                        case 1 -> throw new StackOverflowError();
                        case 2 -> throw new InterruptedException();
                        case 3 -> Thread.currentThread().interrupt();
                        case 4 -> throw new IllegalStateException("a bug");
                        default -> {}
                    }
                    return seen.size() == 3 ? Result.after(Duration.ofMillis(1)) : Result.DONE;
                })) {
            controller.queue().add(key);
            controller.start();
            Await.until("it succeeded", () -> controller.stats().succeeded() == 2); // the third and the fifth run
            assertThat(seen).hasSize(5);
            assertThat(controller.stats().failed()).isEqualTo(3);
        }
    }
}
