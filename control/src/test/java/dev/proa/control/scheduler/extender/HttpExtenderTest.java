package dev.proa.control.scheduler.extender;

import static dev.proa.control.scheduler.Samples.asking;
import static dev.proa.control.scheduler.Samples.node;
import static dev.proa.control.scheduler.Samples.snapshot;
import static dev.proa.control.scheduler.Samples.state;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.control.scheduler.Samples;
import dev.proa.control.scheduler.configuration.SchedulerConfiguration;
import dev.proa.control.scheduler.framework.Extender;
import dev.proa.control.scheduler.framework.ExtenderException;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Victims;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class HttpExtenderTest {
    private static final PodInfo POD = PodInfo.of(asking("p", "1", "1Gi"));

    private final Map<String, MapValue> asked = new ConcurrentHashMap<>();
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final NodeInfo a = state(node("a", "4", "8Gi", 110), asking("victim", "4", "1Gi"));
    private final NodeInfo b = state(node("b", "4", "8Gi", 110));
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/scheduler/", exchange -> {
            String verb = exchange.getRequestURI().getPath().replaceFirst(".*/", "");
            asked.put(verb, Json.decodeMap(exchange.getRequestBody().readAllBytes()));
            String answer = answers.get(verb);
            if (answer != null && answer.isEmpty()) {
                await();
            }
            if ("stall".equals(answer)) {
                exchange.sendResponseHeaders(200, 2);
                exchange.getResponseBody().write('{');
                exchange.getResponseBody().flush();
                await();
            }
            byte[] body = (answer == null ? "" : answer).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer == null ? 500 : 200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    private void await() {
        try {
            end.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void stop() {
        end.countDown();
        server.stop(0);
    }

    /** An extender as {@code KubeSchedulerConfiguration} has it. */
    private Extender extender(String more) {
        String file = """
            apiVersion: kubescheduler.config.k8s.io/v1
            kind: KubeSchedulerConfiguration
            extenders:
            - {urlPrefix: 'http://127.0.0.1:%d/scheduler/', filterVerb: filter, prioritizeVerb: prioritize, weight: 3,
               preemptVerb: preempt, bindVerb: bind%s}
            """.formatted(server.getAddress().getPort(), more);
        return new HttpExtender(SchedulerConfiguration.parse("f", Path.of(""), file.getBytes(StandardCharsets.UTF_8))
                .extenders()
                .getFirst());
    }

    @Test
    void filtersNodesByTheirNames() {
        answers.put("filter", """
            {"NodeNames":["b"],"FailedNodes":{"a":"busy"},"FailedAndUnresolvableNodes":{"c":"broken"}}\
            """);
        Extender.Filtered left = extender(", nodeCacheCapable: true").filter(POD, List.of(a, b));
        assertThat(left.nodes()).containsExactly(b);
        assertThat(left.failed()).containsExactly(Map.entry("a", "busy"));
        assertThat(left.unresolvable()).containsExactly(Map.entry("c", "broken"));
        assertThat(asked.get("filter").map("Pod").map("metadata").string("name"))
                .isEqualTo("p");
        assertThat(asked.get("filter").list("NodeNames")).containsExactly("a", "b");
        assertThat(asked.get("filter").get("Nodes")).isNull();
    }

    @Test
    void filtersWholeNodesAndReadsLowerCase() {
        answers.put("filter", """
            {"nodes":{"items":[{"metadata":{"name":"a"}}]},"failedNodes":{"b":"no"}}\
            """);
        Extender.Filtered left = extender("").filter(POD, List.of(a, b));
        assertThat(left.nodes()).containsExactly(a);
        assertThat(left.failed()).containsExactly(Map.entry("b", "no"));
        assertThat(asked.get("filter").map("Nodes").list("items").map(1))
                .isEqualTo(b.node().value());
        assertThat(asked.get("filter").get("NodeNames")).isNull();
    }

    @Test
    void saysWhatIsWrong() {
        Extender extender = extender(", nodeCacheCapable: true");
        assertThatThrownBy(() -> extender.filter(POD, List.of(a)))
                .isInstanceOf(ExtenderException.class)
                .hasMessage("failed filter with extender at URL " + "http://127.0.0.1:"
                        + server.getAddress().getPort() + "/scheduler/filter, code 500");
        answers.put("filter", "{\"Error\":\"out of order\"}");
        assertThatThrownBy(() -> extender.filter(POD, List.of(a))).hasMessage("out of order");
        answers.put("filter", "{\"NodeNames\":[\"z\"]}");
        assertThatThrownBy(() -> extender.filter(POD, List.of(a)))
                .hasMessageEndingWith("claims a filtered node \"z\" which is not found in the input node list");
        answers.put("filter", "");
        assertThatThrownBy(() -> extender(", httpTimeout: 100ms").filter(POD, List.of(a)))
                .isInstanceOf(ExtenderException.class)
                .hasMessageContaining("timed out");
    }

    @Test
    @Timeout(60)
    void waitsNoLongerForTheBodyThanForTheHead() {
        answers.put("filter", "stall");
        assertThatThrownBy(() -> extender(", httpTimeout: 100ms").filter(POD, List.of(a)))
                .isInstanceOf(ExtenderException.class)
                .hasMessageContaining("timed out");
    }

    @Test
    void weighsScores() {
        answers.put("prioritize", "[{\"Host\":\"a\",\"Score\":10},{\"Host\":\"b\",\"Score\":2}]");
        assertThat(extender("").prioritize(POD, List.of(a, b))).isEqualTo(Map.of("a", 30L, "b", 6L));
    }

    @Test
    void agreesToVictims() {
        answers.put("preempt", """
            {"NodeNameToMetaVictims":{"a":{"Pods":[{"UID":"uid-of-victim"}],"NumPDBViolations":1}}}\
            """);
        Map<String, Victims> candidates =
                Map.of("a", new Victims(a.pods(), 0), "b", new Victims(List.of(PodInfo.of(asking("x", "1", "1"))), 0));
        Map<String, Victims> agreed =
                extender(", nodeCacheCapable: true").preempt(POD, candidates, snapshot(List.of(a, b)));
        assertThat(agreed).isEqualTo(Map.of("a", new Victims(a.pods(), 1)));
        assertThat(asked.get("preempt").map("NodeNameToMetaVictims").map("a"))
                .isEqualTo(Samples.json("{\"Pods\":[{\"UID\":\"uid-of-victim\"}],\"NumPDBViolations\":0}"));
        extender("").preempt(POD, candidates, snapshot(List.of(a, b)));
        assertThat(asked.get("preempt")
                        .map("NodeNameToVictims")
                        .map("a")
                        .list("Pods")
                        .map(0))
                .isEqualTo(a.pods().getFirst().pod().value());
        answers.put("preempt", "{\"NodeNameToMetaVictims\":{\"a\":{\"Pods\":[{\"UID\":\"other\"}]}}}");
        assertThatThrownBy(() -> extender("").preempt(POD, candidates, snapshot(List.of(a, b))))
                .hasMessageEndingWith("(UID: other) on node: a, but the pod is not found on that node");
    }

    @Test
    void bindsPods() {
        answers.put("bind", "{}");
        extender("").bind(POD, "a");
        assertThat(asked.get("bind"))
                .isEqualTo(Samples.json(
                        "{\"PodName\":\"p\",\"PodNamespace\":\"default\",\"PodUID\":\"uid-of-p\",\"Node\":\"a\"}"));
        answers.put("bind", "{\"Error\":\"taken\"}");
        assertThatThrownBy(() -> extender("").bind(POD, "a")).hasMessage("taken");
    }

    @Test
    void isForPodsThatAskForItsResources() {
        Extender extender = extender(", managedResources: [{name: example.com/gpu}]");
        assertThat(extender.isInterested(POD)).isFalse();
        assertThat(extender("").isInterested(POD)).isTrue();
        PodInfo gpu = PodInfo.of(Samples.pod(
                "g", "\"containers\":[{\"name\":\"c\",\"resources\":{\"limits\":{\"example.com/gpu\":\"1\"}}}]"));
        assertThat(extender.isInterested(gpu)).isTrue();
    }
}
