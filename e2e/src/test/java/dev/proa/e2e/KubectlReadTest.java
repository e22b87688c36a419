package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What kubectl shows: get in all its forms, describe, explain, watch, wait, events. */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubectlReadTest {
    private final TestCluster cluster;
    private final String namespace;

    KubectlReadTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("read");
    }

    private Run kubectl(String... arguments) {
        Run run = cluster.kubectl(Arguments.in(namespace, arguments));
        return run.ok();
    }

    @BeforeAll
    void deploy() {
        cluster.kubectlWithInput(Manifests.web("web", 2), "apply", "-n", namespace, "-f", "-")
                .ok();
        kubectl("rollout", "status", "deployment/web", "--timeout=60s");
    }

    @Test
    void listsInATable() {
        assertThat(kubectl("get", "deployments").out().lines())
                .satisfiesExactly(
                        line -> assertThat(line).matches("NAME +READY +UP-TO-DATE +AVAILABLE +AGE"),
                        line -> assertThat(line).matches("web +2/2 +2 +2 +\\d+s"));
        assertThat(kubectl("get", "pods").out().lines().skip(1))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).matches("web-[a-z0-9]+-[a-z0-9]{5} +1/1 +Running +0 +\\d+s"));
    }

    @Test
    void listsWidely() {
        assertThat(kubectl("get", "pods", "-o", "wide").out().lines().toList())
                .satisfies(lines -> assertThat(lines.getFirst())
                        .matches("NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES"))
                .satisfies(lines -> assertThat(lines.get(1)).containsPattern("10\\.244\\.0\\.\\d+ +e2e-\\d+-0 "));
        assertThat(cluster.kubectl("get", "nodes", "-o", "wide").ok().out()).contains("Ready", "v1.36");
    }

    @Test
    void listsEverywhere() {
        assertThat(cluster.kubectl("get", "pods,services", "-A").ok().out())
                .contains("NAMESPACE", "read", "pod/web-", "service/kubernetes", "service/kube-dns");
        assertThat(cluster.kubectl("get", "all", "-n", namespace).ok().out())
                .contains("pod/web-", "service/web", "deployment.apps/web", "replicaset.apps/web-");
    }

    @Test
    void showsJsonAndYaml() {
        MapValue json = Json.decodeMap(
                kubectl("get", "deployment", "web", "-o", "json").out().getBytes(StandardCharsets.UTF_8));
        MapValue yaml = (MapValue) Yaml.decode(
                kubectl("get", "deployment", "web", "-o", "yaml").out().getBytes(StandardCharsets.UTF_8));

        assertThat(json.string("kind")).isEqualTo("Deployment");
        assertThat(json.map("spec").integer("replicas", 0)).isEqualTo(2);
        assertThat(json.map("status").integer("availableReplicas", 0)).isEqualTo(2);
        assertThat(yaml).isEqualTo(json);
    }

    @Test
    void picksFieldsAndSelects() {
        assertThat(kubectl("get", "deployment", "web", "-o", "jsonpath={.spec.strategy.rollingUpdate.maxSurge}")
                        .text())
                .isEqualTo("25%");
        assertThat(kubectl("get", "pods", "-l", "app=web", "-o", "name").out().lines())
                .hasSize(2);
        assertThat(kubectl("get", "pods", "-l", "app!=web", "-o", "name").text())
                .isEmpty();
        assertThat(kubectl("get", "pods", "--field-selector", "status.phase=Running", "-o", "name")
                        .out()
                        .lines())
                .hasSize(2);
        assertThat(kubectl(
                                "get",
                                "deployments",
                                "-o",
                                "custom-columns=N:.metadata.name,R:.spec.replicas",
                                "--no-headers")
                        .text())
                .matches("web +2");
        assertThat(kubectl("get", "pods", "--sort-by", ".metadata.name", "--chunk-size", "1", "-o", "name")
                        .out()
                        .lines())
                .hasSize(2);
    }

    @Test
    void saysWhatIsMissing() {
        Run run =
                cluster.kubectl("get", "deployment", "nothing", "-n", namespace).exits(1);

        assertThat(run.err()).isEqualTo("Error from server (NotFound): deployments.apps \"nothing\" not found\n");
    }

    @Test
    void describes() {
        assertThat(kubectl("describe", "deployment", "web").out())
                .contains(
                        "Name:                   web",
                        "2 desired | 2 updated | 2 total | 2 available",
                        "ScalingReplicaSet");
        assertThat(kubectl(
                                "describe",
                                kubectl("get", "pods", "-o", "name")
                                        .out()
                                        .lines()
                                        .findFirst()
                                        .orElseThrow())
                        .out())
                .contains("Status:           Running", "busybox:e2e", "Scheduled", "Pulled", "Created", "Started");
        assertThat(kubectl("describe", "service", "web").out()).contains("Endpoints:", ":8080");
        assertThat(cluster.kubectl("describe", "nodes").ok().out()).contains("Allocatable:", "MemoryPressure", "Ready");
        assertThat(cluster.kubectl("describe", "namespace", namespace).ok().out())
                .contains("Active");
    }

    @Test
    void listsAndDescribesEveryKind() {
        String kinds = cluster.kubectl("api-resources", "--verbs=list,get", "-o", "name")
                .ok()
                .out()
                .lines()
                .filter(kind -> !kind.startsWith("componentstatuses"))
                .collect(Collectors.joining(","));
        assertThat(kinds.split(",")).hasSizeGreaterThan(50);

        assertThat(cluster.kubectl("get", kinds, "-A", "--show-kind").ok().out())
                .contains("pod/web-", "namespace/read", "lease.coordination.k8s.io/");
        assertThat(cluster.kubectl("describe", kinds, "-n", namespace).ok().out())
                .contains("NewReplicaSet:", "Endpoints:", "Allocatable:");
    }

    @Test
    void showsWhatHappens() throws IOException {
        kubectl("create", "configmap", "first", "--from-literal=a=1");
        kubectl("label", "configmap", "first", "watched=yes");
        // A watch that is answered ends after this time, so that a test that fails does not wait for ever.
        Process watch = cluster.startKubectl(Arguments.in(
                namespace,
                "get",
                "configmaps",
                "-l",
                "watched=yes",
                "--watch",
                "--output-watch-events",
                "--request-timeout=60s"));
        try (BufferedReader events = watch.inputReader()) {
            assertThat(events.readLine()).matches("EVENT +NAME +DATA +AGE");
            assertThat(events.readLine()).matches("ADDED +first +1 +\\d+s");

            kubectl("create", "configmap", "second", "--from-literal=a=1", "--from-literal=b=2");
            kubectl("label", "configmap", "second", "watched=yes");
            assertThat(events.readLine()).matches("ADDED +second +2 +\\d+s");
            kubectl("patch", "configmap", "second", "-p", "{\"data\":{\"a\":null}}");
            assertThat(events.readLine()).matches("MODIFIED +second +1 +\\d+s");
            kubectl("label", "configmap", "second", "watched-");
            assertThat(events.readLine()).as("no longer selected").matches("DELETED +second +1 +\\d+s");
            kubectl("delete", "configmap", "first");
            assertThat(events.readLine()).matches("DELETED +first +1 +\\d+s");
        } finally {
            watch.destroy();
        }
    }

    @Test
    void waitsForWhatIsToCome() throws Exception {
        Process wait = cluster.startKubectl(
                Arguments.in(namespace, "wait", "configmap/awaited", "--for=create", "--timeout=60s"));
        kubectl("create", "configmap", "awaited");
        assertThat(wait.inputReader().readLine()).isEqualTo("configmap/awaited condition met");
        assertThat(wait.waitFor()).isZero();

        wait = cluster.startKubectl(Arguments.in(
                namespace, "wait", "configmap/awaited", "--for=jsonpath={.data.state}=done", "--timeout=60s"));
        kubectl("patch", "configmap", "awaited", "-p", "{\"data\":{\"state\":\"done\"}}");
        assertThat(wait.inputReader().readLine()).isEqualTo("configmap/awaited condition met");
        assertThat(wait.waitFor()).isZero();

        assertThat(cluster.kubectl(
                                Arguments.in(namespace, "wait", "configmap/awaited", "--for=delete", "--timeout=500ms"))
                        .exits(1)
                        .err())
                .contains("timed out waiting for the condition on configmaps/awaited");
    }

    @Test
    void explains() {
        assertThat(cluster.kubectl("explain", "deployment.spec.strategy.rollingUpdate")
                        .ok()
                        .out())
                .contains("KIND:       Deployment", "maxSurge", "maxUnavailable", "<IntOrString>");
        assertThat(cluster.kubectl("explain", "pod", "--recursive").ok().out()).contains("readinessProbe");
    }

    @ParameterizedTest
    @CsvSource({
        "pod.spec.containers.readinessProbe, httpGet",
        "replicaset.spec, selector",
        "service.spec.ports, nodePort",
        "configmap, binaryData",
        "secret, stringData",
        "node.status, allocatable",
        "namespace.spec, finalizers",
        "serviceaccount, automountServiceAccountToken",
        "endpointslices, addressType",
        "events, reportingComponent",
        "lease.spec, holderIdentity",
        "job.spec, backoffLimit",
        "cronjob.spec, schedule",
        "hpa.spec.metrics, containerResource",
        "pdb.spec, minAvailable",
        "networkpolicy.spec, podSelector",
        "crd.spec, conversion",
        "apiservice.spec, caBundle"
    })
    void explainsEveryKind(String what, String field) {
        assertThat(cluster.kubectl("explain", what).ok().out())
                .contains("DESCRIPTION:", "FIELDS:", field)
                .doesNotContain("<empty>");
    }

    @Test
    void showsEvents() {
        assertThat(kubectl("events").out()).contains("ScalingReplicaSet", "SuccessfulCreate", "Started");
        assertThat(kubectl("events", "--for", "deployment/web").out()).contains("ScalingReplicaSet");
        assertThat(kubectl("get", "events", "--field-selector", "reason=Scheduled")
                        .out())
                .contains("Successfully assigned read/web-");
    }

    @Test
    void showsVersionAndHealth() {
        assertThat(cluster.kubectl("version").ok().out()).containsPattern("Server Version: v1\\.36\\.");
        assertThat(cluster.kubectl("get", "--raw", "/readyz").ok().text()).isEqualTo("ok");
        assertThat(cluster.kubectl("get", "--raw", "/metrics").ok().text()).contains("# TYPE");
        assertThat(cluster.kubectl("cluster-info").ok().out()).contains("https://127.0.0.1:6443");
    }
}
