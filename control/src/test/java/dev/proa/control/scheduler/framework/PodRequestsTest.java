package dev.proa.control.scheduler.framework;

import static dev.proa.control.scheduler.Samples.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Pod;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodRequestsTest {
    private static final long GI = 1L << 30;

    private static String requests(String name, String more, String cpu, String memory) {
        return """
                {"name":"%s",%s"resources":{"requests":{"cpu":"%s","memory":"%s"}}}""".formatted(name, more, cpu, memory);
    }

    @Test
    void sumsItsContainers() {
        PodRequests requests = PodRequests.of(pod(
                "p",
                "\"containers\":[" + requests("a", "", "250m", "1Gi") + "," + requests("b", "", "1", "2Gi") + "]"));
        assertThat(requests.milliCpu()).isEqualTo(1250);
        assertThat(requests.memory()).isEqualTo(3 * GI);
    }

    @Test
    void takesTheLargestInitContainerWhereThatIsMore() {
        PodRequests requests = PodRequests.of(pod(
                "p",
                "\"initContainers\":[" + requests("i", "", "2", "1Gi") + "," + requests("j", "", "2", "3Gi")
                        + "],\"containers\":[" + requests("a", "", "2", "1Gi") + "," + requests("b", "", "1", "1Gi")
                        + "]"));
        assertThat(requests.milliCpu()).isEqualTo(3000);
        assertThat(requests.memory()).isEqualTo(3 * GI);
    }

    @Test
    void addsSidecarsToTheContainersAndToTheInitContainersAfterThem() {
        String always = "\"restartPolicy\":\"Always\",";
        PodRequests requests = PodRequests.of(pod(
                "p",
                "\"initContainers\":[" + requests("first", "", "5", "1Gi") + "," + requests("side", always, "1", "1Gi")
                        + "," + requests("last", "", "5", "1Gi") + "],\"containers\":["
                        + requests("a", "", "2", "4Gi") + "]"));
        assertThat(requests.milliCpu())
                .as("the last init container beside the sidecar")
                .isEqualTo(6000);
        assertThat(requests.memory()).as("the container beside the sidecar").isEqualTo(5 * GI);
    }

    @Test
    void addsOverheadAndKeepsOtherResources() {
        PodRequests requests = PodRequests.of(pod("p", """
                "overhead":{"cpu":"100m","memory":"128Mi"},
                "containers":[{"name":"c","resources":{"requests":{
                  "cpu":"1","memory":"1Gi","ephemeral-storage":"2Gi","hugepages-2Mi":"4Mi","example.com/gpu":"2"}}}]"""));
        assertThat(requests.milliCpu()).isEqualTo(1100);
        assertThat(requests.memory()).isEqualTo(GI + (128L << 20));
        assertThat(requests.others())
                .containsOnly(
                        Map.entry("ephemeral-storage", 2 * GI),
                        Map.entry("hugepages-2Mi", 4L << 20),
                        Map.entry("example.com/gpu", 2L));
    }

    @Test
    void takesWhatThePodAsksForAsAWhole() {
        PodRequests requests = PodRequests.of(pod("p", """
                "resources":{"requests":{"cpu":"3"}},"overhead":{"cpu":"1"},
                "containers":[{"name":"c","resources":{"requests":{"cpu":"1","memory":"1Gi"}}}]"""));
        assertThat(requests.milliCpu()).isEqualTo(4000);
        assertThat(requests.memory()).isEqualTo(GI);
    }

    @Test
    void countsSomethingForContainersThatAskForNothing() {
        PodRequests requests = PodRequests.of(pod("p", """
                "initContainers":[{"name":"i"},{"name":"s","restartPolicy":"Always"}],
                "containers":[{"name":"a"},{"name":"b","resources":{"requests":{"cpu":"0"}}}]"""));
        assertThat(requests.milliCpu()).isZero();
        assertThat(requests.memory()).isZero();
        assertThat(requests.scoringCpu())
                .as("a and the sidecar; b asks for zero")
                .isEqualTo(200);
        assertThat(requests.scoringMemory()).isEqualTo(3 * (200L << 20));
    }

    @Test
    void countsTheLargerOfOldAndNewWhileAPodIsResized() {
        Pod pod = pod("p", "\"nodeName\":\"n\",\"containers\":[" + requests("c", "", "1", "2Gi") + "]");
        Pod resized = new Pod(pod.value().with("status", Json.decodeMap("""
                {"containerStatuses":[{"name":"c","allocatedResources":{"cpu":"500m","memory":"1Gi"},
                  "resources":{"requests":{"cpu":"3","memory":"1Gi"}}}]}""")));
        assertThat(PodRequests.placed(resized).milliCpu()).isEqualTo(3000);
        assertThat(PodRequests.placed(resized).memory()).isEqualTo(2 * GI);

        Pod infeasible = new Pod(resized.value()
                .withMap(
                        "status",
                        status -> status.with(
                                "conditions",
                                Json.decodeMap(
                                                "{\"c\":[{\"type\":\"PodResizePending\",\"status\":\"True\",\"reason\":\"Infeasible\"}]}")
                                        .list("c"))));
        assertThat(PodRequests.placed(infeasible).memory())
                .as("what it asks for will not come")
                .isEqualTo(GI);
    }

    @Test
    void knowsTheNodePortsOfContainersAndSidecars() {
        PodRequests requests = PodRequests.of(pod("p", """
                "initContainers":[{"name":"i","ports":[{"containerPort":1,"hostPort":1}]},
                  {"name":"s","restartPolicy":"Always","ports":[{"containerPort":2,"hostPort":2,"protocol":"UDP"}]}],
                "containers":[{"name":"c","ports":[{"containerPort":80},{"containerPort":90,"hostPort":9090,"hostIP":"127.0.0.1"}]}]"""));
        assertThat(requests.ports())
                .containsExactlyInAnyOrder(
                        new PodRequests.HostPort("0.0.0.0", "UDP", 2),
                        new PodRequests.HostPort("127.0.0.1", "TCP", 9090));
    }

    @Test
    void ofAPodThatIsResizedAsAWholeTheLargerCounts() {
        Pod shrinking = new Pod(Json.decodeMap("""
                {"metadata": {"name": "p"},
                 "spec": {"resources": {"requests": {"cpu": "1", "memory": "1Gi"}}, "containers": [{"name": "a"}]},
                 "status": {"allocatedResources": {"cpu": "1", "memory": "2Gi"},
                            "resources": {"requests": {"cpu": "3", "memory": "1Gi"}}}}
                """));
        assertThat(PodRequests.placed(shrinking).milliCpu()).isEqualTo(3000);
        assertThat(PodRequests.placed(shrinking).memory()).isEqualTo(2L << 30);
        assertThat(PodRequests.of(shrinking).milliCpu()).isEqualTo(1000);
        Pod ofContainersOnly = new Pod(Json.decodeMap("""
                {"metadata": {"name": "p"},
                 "spec": {"containers": [{"name": "a", "resources": {"requests": {"cpu": "1"}}}]},
                 "status": {"resources": {"requests": {"cpu": "3"}}}}
                """));
        assertThat(PodRequests.placed(ofContainersOnly).milliCpu()).isEqualTo(1000);
    }
}
