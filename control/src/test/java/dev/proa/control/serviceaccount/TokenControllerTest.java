package dev.proa.control.serviceaccount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.core.v1.ServiceAccount;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ResourceClient;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Secrets with tokens of service accounts. */
class TokenControllerTest {
    private static final String CREATED = "kubernetes.io/service-account.name";

    private final SimulatedClock clock = new SimulatedClock();
    private final TestCluster cluster = new TestCluster(clock);
    private final ResourceClient<Secret> secrets =
            cluster.client.resource(Secret.KIND).in("default");
    private final ResourceClient<ServiceAccount> accounts =
            cluster.client.resource(ServiceAccount.KIND).in("default");

    @AfterEach
    void close() {
        cluster.close();
    }

    private Secret secret(String name, String account) {
        return secrets.create(new Secret(MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "Secret",
                "metadata",
                MapValue.of("annotations", MapValue.of(CREATED, account), "name", name, "namespace", "default"),
                "type",
                "kubernetes.io/service-account-token")));
    }

    private static String text(Secret secret, String key) {
        return new String(Base64.getDecoder().decode(secret.value().map("data").string(key)), StandardCharsets.UTF_8);
    }

    @Test
    void secretsAreFilledAndGoWithTheirServiceAccount() throws InterruptedException {
        cluster.start(context -> new TokenController(
                context, (account, secret) -> "token of " + account.name() + " in " + secret.name(), "the authority"));
        ServiceAccount builder = accounts.create(ServiceAccount.of("default", "builder"));
        secret("builder-token", "builder");
        Await.until(
                "it is filled",
                () -> !secrets.get("builder-token").value().map("data").isEmpty());
        Secret filled = secrets.get("builder-token");
        assertThat(text(filled, "token")).isEqualTo("token of builder in builder-token");
        assertThat(text(filled, "ca.crt")).isEqualTo("the authority");
        assertThat(text(filled, "namespace")).isEqualTo("default");
        assertThat(filled.annotations()).containsEntry("kubernetes.io/service-account.uid", builder.uid());

        secret("of-nobody", "nobody");
        Await.until("that of nobody is gone", () -> secrets.find("of-nobody") == null);

        accounts.update(new ServiceAccount(accounts.get("builder")
                .value()
                .with("secrets", ListValue.of(MapValue.of("name", "builder-token"), MapValue.of("name", "other")))));
        secrets.delete("builder-token");
        Await.until(
                "the service account does not name it any more",
                () -> accounts.get("builder")
                        .value()
                        .list("secrets")
                        .equals(ListValue.of(MapValue.of("name", "other"))));

        secret("second", "builder");
        Await.until(
                "it is filled", () -> !secrets.get("second").value().map("data").isEmpty());
        accounts.delete("builder");
        Await.until("it goes with its service account", () -> secrets.find("second") == null);
    }

    @Test
    void whatNobodyUsedForYearsIsMarkedAndThenDeleted() throws InterruptedException {
        AtomicReference<LegacyTokenCleaner> cleaner = new AtomicReference<>();
        ServiceAccount account = accounts.create(ServiceAccount.of("default", "old"));
        Secret made = secret("made", "old");
        secret("by-hand", "old");
        accounts.update(new ServiceAccount(account.value().with("secrets", ListValue.of(MapValue.of("name", "made")))));
        cleaner.set(new LegacyTokenCleaner(cluster.context));
        cluster.informers.start();
        cluster.informers.awaitSync();
        cluster.awaitSeen(Secret.KIND, made);
        assertThat(cluster.client.resource(ConfigMap.KIND).in("kube-system").find(LegacyTokenCleaner.TRACKING))
                .as("since when uses are written down")
                .isNotNull();

        clock.advance(Duration.ofDays(365));
        cleaner.get().clean();
        assertThat(secrets.get("made").labels())
                .as("tracked for less than a year")
                .isEmpty();
        clock.advance(Duration.ofDays(2));
        cleaner.get().clean();
        assertThat(secrets.get("made").labels()).containsKey("kubernetes.io/legacy-token-invalid-since");
        assertThat(secrets.get("by-hand").labels()).isEmpty();
        Secret marked = secrets.get("made");
        Await.until("the mark is known", () -> {
            clock.advance(Duration.ofSeconds(1)); // a watch that the leaps have ended begins again after a pause
            return Objects.requireNonNull(
                            cluster.informers.informer(Secret.KIND).get("default", "made"))
                    .resourceVersion()
                    .equals(marked.resourceVersion());
        });
        clock.advance(Duration.ofDays(366));
        cleaner.get().clean();
        assertThat(secrets.find("made")).isNull();
        assertThat(secrets.find("by-hand")).isNotNull();
    }
}
