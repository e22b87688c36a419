package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.testing.TestWebhook.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Admission webhooks that call back, hang or answer without end: they harm what they are asked about, and nothing else. */
@Tag("hostile")
class HostileWebhookTest {
    private EmbeddedApiServer server;
    private ResourceClient<ConfigMap> maps;
    private ResourceClient<Secret> secrets;
    private Hook hook;

    @BeforeEach
    void start() {
        server = EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system()));
        Client client = server.client();
        maps = client.resource(ConfigMap.KIND).in("default");
        secrets = client.resource(Secret.KIND).in("default");
        hook = Hook.allowing();
        client.resource(dev.proa.api.admissionregistration.v1.ValidatingWebhookConfiguration.KIND)
                .create(new dev.proa.api.admissionregistration.v1.ValidatingWebhookConfiguration(Hook.configuration(
                        "ValidatingWebhookConfiguration",
                        "hostile",
                        hook.webhook("hostile.example.com", "{timeoutSeconds: 1}"))));
    }

    @AfterEach
    void stop() {
        hook.close();
        server.close();
    }

    private static ConfigMap map(String name) {
        return new ConfigMap(Yaml.decodeMap(
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + ", namespace: default}}"));
    }

    private void othersAreServed(String name) {
        long begin = System.nanoTime();
        secrets.create(new Secret(
                Yaml.decodeMap("{apiVersion: v1, kind: Secret, metadata: {name: " + name + ", namespace: default}}")));
        assertThat(secrets.find(name)).isNotNull();
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin)).isLessThan(10);
    }

    /** Each map that is made asks the webhook, which makes another. */
    @Test
    void callingBackEndsWithTheFirstTimeout() {
        AtomicInteger depth = new AtomicInteger();
        hook.respond(request -> {
            maps.create(map("deep-" + depth.incrementAndGet()));
            return MapValue.of("allowed", true);
        });

        StatusException refused = catchThrowableOfType(StatusException.class, () -> maps.create(map("first")));

        assertThat(refused.code()).isEqualTo(500);
        assertThat(refused).hasMessageContaining("failed calling webhook \"hostile.example.com\"");
        othersAreServed("after");
        hook.respond(request -> MapValue.of("allowed", true));
        assertThat(maps.find("first")).isNull();
        assertThat(maps.create(map("later")).name()).isEqualTo("later");
    }

    @Test
    void hangingKeepsNobodyElseFromBeingServed() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        hook.respond(request -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return MapValue.of("allowed", true);
        });
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<StatusException>> waiting = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                String name = "held-" + i;
                waiting.add(callers.submit(
                        () -> catchThrowableOfType(StatusException.class, () -> maps.create(map(name)))));
            }
            othersAreServed("meanwhile");
            for (Future<StatusException> each : waiting) {
                assertThat(each.get(30, TimeUnit.SECONDS)).hasMessageContaining("failed calling webhook");
            }
            never.countDown();
        }
    }

    @Test
    void anAnswerOfTwentyMegabytesIsCut() {
        byte[] flood = new byte[20 << 20];
        java.util.Arrays.fill(flood, (byte) ' ');
        hook.server.answer(request -> new Answer(200, "application/json", flood));

        StatusException refused = catchThrowableOfType(StatusException.class, () -> maps.create(map("flooded")));

        assertThat(refused).hasMessageContaining("failed calling webhook");
        othersAreServed("after");
    }
}
