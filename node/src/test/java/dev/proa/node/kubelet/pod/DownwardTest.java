package dev.proa.node.kubelet.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.ObjectFieldSelector;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.ResourceFieldSelector;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DownwardTest {
    private static final Pod POD = new Pod(Json.decodeMap("""
            {"metadata": {"name": "p", "namespace": "n", "uid": "u",
                          "labels": {"b": "2", "a": "1"},
                          "annotations": {"text": "say \\"hi\\"\\n\\tä\\u0001\\\\", "x/y": "z"}},
             "spec": {"nodeName": "node-1", "serviceAccountName": "robot",
              "initContainers": [{"name": "init", "resources": {"limits": {"cpu": "3"}}}],
              "containers": [
               {"name": "main", "resources": {"requests": {"cpu": "250m", "memory": "64Mi"},
                                              "limits": {"cpu": "1500m", "memory": "128Mi"}}},
               {"name": "free"}]}}
            """));

    @ParameterizedTest
    @CsvSource({
        "metadata.name, p",
        "metadata.namespace, n",
        "metadata.uid, u",
        "metadata.labels['a'], 1",
        "metadata.labels['none'], ''",
        "metadata.annotations['x/y'], z",
        "spec.nodeName, node-1",
        "spec.serviceAccountName, robot",
        "status.hostIP, 10.0.0.1",
        "status.hostIPs, 10.0.0.1",
        "status.podIP, 10.244.0.7",
        "status.podIPs, '10.244.0.7,fd00::7'",
    })
    void readsFields(String path, String expected) {
        assertThat(field(path)).isEqualTo(expected);
    }

    @Test
    void writesMapsSortedAndQuotedAsGoDoes() {
        assertThat(field("metadata.labels")).isEqualTo("a=\"1\"\nb=\"2\"");
        assertThat(field("metadata.annotations")).isEqualTo("text=\"say \\\"hi\\\"\\n\\tä\\x01\\\\\"\nx/y=\"z\"");
    }

    @Test
    void refusesOtherFields() {
        assertThatThrownBy(() -> field("spec.hostname")).isInstanceOf(ConfigFailure.class);
    }

    @ParameterizedTest
    @CsvSource({
        "'', limits.cpu, 0, 2",
        "'', limits.cpu, 1m, 1500",
        "'', requests.cpu, 1m, 250",
        "'', requests.cpu, 1, 1",
        "'', requests.memory, 1, 67108864",
        "'', limits.memory, 1Mi, 128",
        "'', limits.memory, 1G, 1",
        "free, requests.cpu, 1, 0",
        "free, limits.cpu, 1, 4",
        "free, limits.memory, 1Gi, 8",
        "init, limits.cpu, 1, 3",
        "init, limits.memory, 1Gi, 8",
    })
    void readsResources(String container, String resource, String divisor, String expected) {
        assertThat(resource(POD, container, resource, divisor)).isEqualTo(expected);
    }

    @Test
    void takesLimitsOfThePodBeforeThoseOfTheNode() {
        Pod pod = TestPods.of(
                "{\"resources\": {\"limits\": {\"memory\": \"1Gi\"}}, \"containers\": [{\"name\": \"main\"}]}");
        assertThat(resource(pod, "", "limits.memory", "1Mi")).isEqualTo("1024");
        assertThat(resource(pod, "", "limits.cpu", "1")).isEqualTo("4");
    }

    @Test
    void refusesOtherResourcesAndContainers() {
        assertThatThrownBy(() -> resource(POD, "", "limits.gpu", "1"))
                .hasMessage("unsupported container resource : limits.gpu");
        assertThatThrownBy(() -> resource(POD, "nobody", "limits.cpu", "1")).hasMessage("container nobody not found");
    }

    private static String field(String path) {
        return Downward.field(
                POD, ObjectFieldSelector.EMPTY.withFieldPath(path), List.of("10.244.0.7", "fd00::7"), "10.0.0.1");
    }

    private static String resource(Pod pod, String container, String resource, String divisor) {
        var selector = new ResourceFieldSelector(Json.decodeMap("{\"containerName\": \"" + container
                + "\", \"resource\": \"" + resource + "\", \"divisor\": \"" + divisor + "\"}"));
        return Downward.resource(pod, pod.spec().containers().getFirst(), selector, TestPods.NODE.allocatable());
    }
}
