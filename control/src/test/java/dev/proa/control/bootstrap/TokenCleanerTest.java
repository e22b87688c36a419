package dev.proa.control.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Secret;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Supervisor;
import dev.proa.control.shared.ControlContext;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TokenCleanerTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final Client client = new Client(new FakeTransport(clock));

    private void secret(String name, String type, String expiration) {
        String base64 = Base64.getEncoder().encodeToString(expiration.getBytes(StandardCharsets.UTF_8));
        client.resource(Secret.KIND)
                .create(new Secret(MapValue.of(
                        "apiVersion",
                        "v1",
                        "kind",
                        "Secret",
                        "metadata",
                        MapValue.of("name", name, "namespace", "kube-system"),
                        "type",
                        type,
                        "data",
                        expiration.isEmpty() ? MapValue.EMPTY : MapValue.of("expiration", base64))));
    }

    private Set<String> names() {
        return client.resource(Secret.KIND).in("kube-system").list().stream()
                .map(Secret::name)
                .collect(Collectors.toSet());
    }

    @Test
    void expiredTokensAreDeletedAndNothingElse() throws Exception {
        String token = "bootstrap.kubernetes.io/token";
        secret("soon", token, clock.instant().plus(Duration.ofHours(1)).toString());
        secret("late", token, clock.instant().plus(Duration.ofHours(3)).toString());
        secret("never", token, "");
        secret("broken", token, "tomorrow");
        secret("other", "Opaque", clock.instant().minus(Duration.ofHours(1)).toString());
        InformerFactory informers = new InformerFactory(client, clock, new Random(1));
        try (ControlContext context =
                new ControlContext(client, informers, new Supervisor(clock, new Random(2)), clock, new Random(3))) {
            new TokenCleaner(context);
            informers.start();
            context.start();
            Await.until("the broken one", () -> names().equals(Set.of("soon", "late", "never", "other")));
            clock.advance(Duration.ofMinutes(59));
            assertThat(names()).hasSize(4);
            Await.until("the first", () -> {
                clock.advance(Duration.ofMinutes(1));
                return names().equals(Set.of("late", "never", "other"));
            });
        } finally {
            informers.close();
            client.close();
        }
    }
}
