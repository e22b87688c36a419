package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.MapValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The admission plugin RuntimeClass, and how amounts of resources are kept. */
class RuntimeClassTest {
    private static final String CLASSES = "/apis/node.k8s.io/v1/runtimeclasses";
    private static final String PODS = "/api/v1/namespaces/default/pods";

    private final InProcess api = new InProcess();

    @AfterEach
    void stop() {
        api.close();
    }

    private static String pod(String rest) {
        return "{metadata: {name: p}, spec: {" + rest + "containers: [{name: c, image: i}]}}";
    }

    @Test
    void anUnknownClassIsRefused() {
        assertThat(api.failure("create", PODS, pod("runtimeClassName: none, ")))
                .hasMessage("pods \"p\" is forbidden: pod rejected: RuntimeClass \"none\" not found");
    }

    @Test
    void theClassSaysWhatItCostsAndWhereItRuns() {
        api.create(
                CLASSES,
                "{metadata: {name: r}, handler: h, overhead: {podFixed: {cpu: 250m}}, scheduling:"
                        + " {nodeSelector: {a: b}, tolerations: [{key: t, operator: Exists}]}}");

        MapValue spec = api.create(PODS, pod("runtimeClassName: r, nodeSelector: {c: d}, "))
                .map("spec");

        assertThat(spec.map("overhead").string("cpu")).isEqualTo("250m");
        assertThat(spec.map("nodeSelector")).isEqualTo(MapValue.of("a", "b", "c", "d"));
        assertThat(spec.list("tolerations")).contains(MapValue.of("key", "t", "operator", "Exists"));
    }

    @Test
    void whatContradictsTheClassIsRefused() {
        api.create(
                CLASSES,
                "{metadata: {name: r}, handler: h, overhead: {podFixed: {cpu: 250m}}, scheduling: {nodeSelector: {a: b}}}");

        assertThat(api.failure("create", PODS, pod("runtimeClassName: r, overhead: {cpu: 1}, ")))
                .hasMessage("pods \"p\" is forbidden: pod rejected: Pod's Overhead doesn't match RuntimeClass's defined"
                        + " Overhead");
        assertThat(api.failure("create", PODS, pod("overhead: {cpu: 1}, ")))
                .hasMessage("pods \"p\" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass"
                        + " defined Overhead");
        assertThat(api.failure("create", PODS, pod("runtimeClassName: r, nodeSelector: {a: c}, ")))
                .hasMessage("pods \"p\" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[a] = b;"
                        + " pod.spec.nodeSelector[a] = c");
    }

    @Test
    void whatIsFinerThanAThousandthIsRoundedUp() {
        MapValue overhead = api.create(CLASSES, "{metadata: {name: r}, handler: h, overhead: {podFixed: {cpu: 500u}}}")
                .map("overhead");
        assertThat(overhead.map("podFixed").string("cpu")).isEqualTo("1m");

        MapValue pod = api.create(
                PODS,
                "{metadata: {name: p}, spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 500u},"
                        + " limits: {cpu: 0.1000001, memory: 1Gi}}}]}}");
        MapValue resources = pod.map("spec").list("containers").map(0).map("resources");
        assertThat(resources.map("requests").string("cpu")).isEqualTo("1m");
        assertThat(resources.map("limits")).isEqualTo(MapValue.of("cpu", "101m", "memory", "1Gi"));
    }
}
