package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class AppLogsTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final Client client = new Client(new FakeTransport(clock));
    private final Map<String, String> logs = new ConcurrentHashMap<>();
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final List<String> out = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void deploy() {
        client.resource(Deployment.KIND).in("default").create(new Deployment(Yamls.object("""
                        {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: default},
                         spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}}}}""")));
    }

    private void pod(String name, String app, String status) {
        client.resource(Pod.KIND).in("default").create(new Pod(Yamls.object("""
                {apiVersion: v1, kind: Pod, metadata: {name: %s, namespace: default, labels: {app: %s}},
                 status: {containerStatuses: [%s]}}""".formatted(name, app, status))));
    }

    private static String running(String container, int restarts) {
        return "{name: " + container + ", restartCount: " + restarts + ", state: {running: {}}}";
    }

    private InputStream open(String namespace, String pod, Map<String, String> query) {
        asked.add(pod + new TreeMap<>(query));
        String text = logs.get(pod + "/" + query.get("container"));
        if (text == null) {
            throw StatusException.notFound(Resource.of(Pod.KIND), pod);
        }
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private AppLogs logs(int tail, Duration since, boolean previous) {
        return new AppLogs(client, this::open, clock, new AppLogs.Options(tail, since, previous), out::add);
    }

    @Test
    void mergesWhatAllContainersSay() {
        pod("web-1", "web", running("main", 0) + ", " + running("side", 0));
        pod("web-2", "web", running("main", 0) + ", {name: late, state: {waiting: {}}}");
        pod("shop-1", "shop", running("main", 0));
        logs.put("web-1/main", "2026-01-01T00:00:01Z one\n2026-01-01T00:00:04.5Z  four\n");
        logs.put("web-1/side", "2026-01-01T00:00:03Z three\n");
        logs.put("web-2/main", "2026-01-01T00:00:02.000000001Z two\n2026-01-01T00:00:04.51Z \n");
        logs(-1, null, false).print("default", "web");
        assertThat(out)
                .containsExactly(
                        "[pod/web-1/main] one",
                        "[pod/web-2/main] two",
                        "[pod/web-1/side] three",
                        "[pod/web-1/main]  four",
                        "[pod/web-2/main] ");
    }

    @Test
    void asksForNoMoreThanIsWanted() {
        pod("web-1", "web", running("main", 1));
        pod("web-2", "web", running("main", 0));
        logs.put("web-1/main", "2026-01-01T00:00:01Z before\n");
        logs(5, Duration.ofMinutes(2), true).print("default", "web");
        assertThat(asked)
                .containsExactly(
                        "web-1{container=main, previous=true, sinceSeconds=120, tailLines=5, timestamps=true}");
        assertThat(out).containsExactly("[pod/web-1/main] before");
    }

    @Test
    void saysWhyThereIsNothing() {
        assertThatThrownBy(() -> logs(-1, null, false).print("default", "shop"))
                .hasMessageContaining("no application \"shop\"");
        assertThatThrownBy(() -> logs(-1, null, false).print("default", "web"))
                .hasMessage("no container of \"web\" has begun");
        pod("web-1", "web", running("main", 0));
        assertThatThrownBy(() -> logs(-1, null, false).print("default", "web"))
                .hasMessageContaining("\"web-1\" not found");
    }

    @Test
    void goesOnWithPodsThatComeLater() throws Exception {
        pod("web-1", "web", running("main", 0));
        logs.put("web-1/main", "one\n");
        Thread follower = Thread.ofVirtual().start(() -> {
            try {
                logs(1, null, false).follow("default", "web");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Await.until("the first is read", () -> out.contains("[pod/web-1/main] one"));
        pod("web-2", "web", running("main", 0));
        logs.put("web-2/main", "two\n");
        Await.until("the second is read", () -> {
            clock.advance(Duration.ofSeconds(1));
            return out.contains("[pod/web-2/main] two");
        });
        follower.interrupt();
        follower.join();
        assertThat(asked)
                .containsExactly(
                        "web-1{container=main, follow=true, tailLines=1}", "web-2{container=main, follow=true}");
        assertThat(out).hasSize(2);
    }
}
