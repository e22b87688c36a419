package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What breaks is mended: containers, pods; and pods go through their stages in order. */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SelfHealingTest {
    private final TestCluster cluster;
    private final String namespace;

    SelfHealingTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("healing");
    }

    private Run kubectl(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments)).ok();
    }

    private void apply(String manifest) {
        cluster.kubectlWithInput(manifest, "apply", "-n", namespace, "-f", "-").ok();
    }

    private String field(String object, String path) {
        return kubectl("get", object, "-o", "jsonpath={" + path + "}").text();
    }

    @Test
    void restartsContainersThatEnd() {
        apply(Manifests.pod("mortal", "[ -f /data/second ] || { touch /data/second; exit 5; }; sleep 1000")
                .replace("restartPolicy: Never", "restartPolicy: Always\n  volumes: [{name: data, emptyDir: {}}]")
                .replace("      image:", "      volumeMounts: [{name: data, mountPath: /data}]\n      image:"));
        kubectl("wait", "pod/mortal", "--for=jsonpath={.status.containerStatuses[0].restartCount}=1", "--timeout=60s");
        kubectl("wait", "pod/mortal", "--for=condition=Ready", "--timeout=60s");

        assertThat(field("pod/mortal", ".status.containerStatuses[0].lastState.terminated.exitCode"))
                .isEqualTo("5");
    }

    @Test
    void restartsContainersThatAreKilled() throws Exception {
        // Its own first process cannot be killed from within a container, so it is the machine that does it.
        apply(Manifests.pod("killed", "exec sleep 98761").replace("restartPolicy: Never", "restartPolicy: Always"));
        kubectl("wait", "pod/killed", "--for=condition=Ready", "--timeout=60s");
        ProcessHandle process = Await.until("the process is there", SelfHealingTest::sleeper, Optional::isPresent)
                .orElseThrow();

        process.destroyForcibly();

        kubectl("wait", "pod/killed", "--for=jsonpath={.status.containerStatuses[0].restartCount}=1", "--timeout=60s");
        assertThat(field("pod/killed", ".status.containerStatuses[0].lastState.terminated.exitCode"))
                .isEqualTo("137");
        kubectl("delete", "pod", "killed");
    }

    private static Optional<ProcessHandle> sleeper() {
        return ProcessHandle.allProcesses()
                .filter(process ->
                        Arrays.equals(process.info().arguments().orElse(new String[0]), new String[] {"98761"}))
                .findFirst();
    }

    @Test
    void replacesPodsThatAreDeleted() {
        apply(Manifests.web("web", 2));
        kubectl("rollout", "status", "deployment/web", "--timeout=60s");
        String lost = kubectl("get", "pods", "-l", "app=web", "-o", "name")
                .out()
                .lines()
                .findFirst()
                .orElseThrow();

        kubectl("delete", lost);
        kubectl("rollout", "status", "deployment/web", "--timeout=60s");
        kubectl("wait", "deployment/web", "--for=jsonpath={.status.readyReplicas}=2", "--timeout=60s");

        assertThat(kubectl("get", "pods", "-l", "app=web", "-o", "name").out().lines())
                .hasSize(2)
                .doesNotContain(lost);
    }

    @Test
    void restartsWhatItsLivenessProbeFindsDead() {
        apply(Manifests.pod("probed", "touch /tmp/alive; sleep 2; rm /tmp/alive; sleep 1000")
                .replace("restartPolicy: Never", "restartPolicy: Always")
                .replace(
                        "      image:",
                        "      livenessProbe: {exec: {command: [test, -f, /tmp/alive]}, periodSeconds: 1, failureThreshold: 1, "
                                + "initialDelaySeconds: 1}\n      image:"));

        kubectl("wait", "pod/probed", "--for=jsonpath={.status.containerStatuses[0].restartCount}=1", "--timeout=60s");
        assertThat(kubectl("events", "--for", "pod/probed").out()).contains("Unhealthy", "Killing");
        kubectl("delete", "pod", "probed");
    }

    @Test
    void runsInitContainersFirst() {
        apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: staged}
                spec:
                  terminationGracePeriodSeconds: 1
                  volumes: [{name: data, emptyDir: {}}]
                  initContainers:
                    - {name: one, image: "busybox:e2e", command: [sh, -c, "echo one >> /data/order"], volumeMounts: [{name: data, mountPath: /data}]}
                    - {name: two, image: "busybox:e2e", command: [sh, -c, "echo two >> /data/order"], volumeMounts: [{name: data, mountPath: /data}]}
                  containers:
                    - {name: main, image: "busybox:e2e", command: [sh, -c, "cat /data/order; sleep 1000"], volumeMounts: [{name: data, mountPath: /data}]}
                """);
        kubectl("wait", "pod/staged", "--for=condition=Ready", "--timeout=60s");

        assertThat(Await.until("it has spoken", () -> kubectl("logs", "staged").out(), text -> text.contains("two")))
                .isEqualTo("one\ntwo\n");
        assertThat(field("pod/staged", ".status.initContainerStatuses[*].state.terminated.reason"))
                .isEqualTo("Completed Completed");
    }
}
