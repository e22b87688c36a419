package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PreflightTest {
    private static final MapValue ROLLOUT = Yamls.object("{apiVersion: argoproj.io/v1alpha1, kind: Rollout}");

    private final PassingClock clock = new PassingClock(new SimulatedClock());
    private final FakeTransport server = new FakeTransport(clock);
    private final Preflight preflight = new Preflight(new Client(server));
    private final AtomicInteger asked = new AtomicInteger();

    private void serveAfter(int looks) {
        server.intercept(request -> {
            if (request.path().contains("argoproj.io") && asked.incrementAndGet() <= looks) {
                throw StatusException.notFound();
            }
            return request;
        });
    }

    @Test
    void waitsForTheKindsOfAClusterThatHasJustStarted() {
        serveAfter(10);
        preflight.kinds(List.of(ROLLOUT), clock);
        assertThat(asked.get()).isEqualTo(11);
    }

    @Test
    void saysWhenTheKindsDoNotCome() {
        serveAfter(Integer.MAX_VALUE);
        assertThatThrownBy(() -> preflight.kinds(List.of(ROLLOUT), clock))
                .isInstanceOf(DeliveryFailure.class)
                .hasMessageContaining("does not serve Rollouts");
    }

    @Test
    void asksForNoKindsThatManifestsDoNotHave() {
        serveAfter(Integer.MAX_VALUE);
        preflight.kinds(List.of(Yamls.object("{apiVersion: apps/v1, kind: Deployment}")), clock);
        assertThat(asked.get()).isZero();
    }
}
