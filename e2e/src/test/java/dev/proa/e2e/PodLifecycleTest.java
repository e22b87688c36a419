package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** How pods begin and end: in stages, with probes and hooks, by themselves or by their restart policy. */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PodLifecycleTest {
    private final TestNamespace pods;

    PodLifecycleTest(TestCluster cluster) throws IOException {
        this.pods = new TestNamespace(cluster, "lifecycle");
    }

    @BeforeAll
    void makePods() {
        pods.apply(staged());
        pods.apply(ending());
    }

    @AfterAll
    void removePods() throws IOException {
        pods.close();
    }

    // ---- stages of a pod's life

    private static String staged() {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: staged}
                spec:
                  terminationGracePeriodSeconds: 20
                  volumes:
                    - {name: data, emptyDir: {}}
                    - {name: host, hostPath: {path: HOST, type: Directory}}
                  initContainers:
                    - name: first
                      image: busybox:e2e
                      command: [sh, -c, "[ -f /data/tried ] || { touch /data/tried; exit 7; }; echo first >> /data/order"]
                      volumeMounts: [{name: data, mountPath: /data}]
                    - name: sidecar
                      image: busybox:e2e
                      restartPolicy: Always
                      command: [sh, -c, "trap 'echo sidecar >> /host/ends; exit' TERM; sleep 1; echo sidecar >> /data/order; touch /tmp/up; while true; do sleep 0.1; done"]
                      startupProbe: {exec: {command: [test, -f, /tmp/up]}, periodSeconds: 1}
                      volumeMounts: [{name: data, mountPath: /data}, {name: host, mountPath: /host}]
                    - name: last
                      image: busybox:e2e
                      command: [sh, -c, "echo last >> /data/order"]
                      volumeMounts: [{name: data, mountPath: /data}]
                  containers:
                    - name: main
                      image: busybox:e2e
                      command: [sh, -c, "trap 'echo main >> /host/ends; exit' TERM; echo main >> /data/order; mkdir /www; (sleep 2; touch /www/ready; httpd -p 8080 -h /www) & while true; do sleep 0.1; done"]
                      ports: [{name: http, containerPort: 8080}]
                      lifecycle:
                        postStart: {exec: {command: [sh, -c, "echo postStart >> /data/posted"]}}
                        preStop: {exec: {command: [sh, -c, "sleep 1; echo preStop >> /host/ends"]}}
                      startupProbe: {tcpSocket: {port: http}, periodSeconds: 1, failureThreshold: 60}
                      livenessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1, failureThreshold: 30}
                      readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 1, failureThreshold: 1}
                      volumeMounts: [{name: data, mountPath: /data}, {name: host, mountPath: /host}]
                """;
    }

    @Test
    void goesThroughTheStagesOfLife() {
        pods.kubectl("wait", "pod/staged", "--for=condition=Ready", "--timeout=60s");
        assertThat(pods.exec("staged", "cat /data/order")).isEqualTo("first\nsidecar\nlast\nmain");
        assertThat(pods.exec("staged", "cat /data/posted")).isEqualTo("postStart");
        assertThat(pods.field("pod/staged", ".status.initContainerStatuses[*].restartCount"))
                .isEqualTo("1 0 0");
        assertThat(pods.field("pod/staged", ".status.initContainerStatuses[*].ready"))
                .isEqualTo("true true true");
        assertThat(pods.field("pod/staged", ".status.containerStatuses[0].started"))
                .isEqualTo("true");

        pods.exec("staged", "rm /www/ready");
        pods.kubectl("wait", "pod/staged", "--for=condition=Ready=False", "--timeout=60s");
        assertThat(pods.field("pod/staged", ".status.containerStatuses[0].restartCount"))
                .isEqualTo("0");

        pods.kubectl("delete", "pod", "staged", "--timeout=60s");
        assertThat(pods.hostDirectory().resolve("ends")).hasContent("preStop\nmain\nsidecar\n");
    }

    // ---- ways to end

    private static String ending() {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: messages}
                spec:
                  restartPolicy: Never
                  terminationGracePeriodSeconds: 1
                  containers:
                    - name: file
                      image: busybox:e2e
                      command: [sh, -c, "echo because > /tmp/why; exit 4"]
                      terminationMessagePath: /tmp/why
                    - name: log
                      image: busybox:e2e
                      command: [sh, -c, "echo it broke; exit 5"]
                      terminationMessagePolicy: FallbackToLogsOnError
                    - name: fine
                      image: busybox:e2e
                      command: [sh, -c, "echo all well"]
                      terminationMessagePolicy: FallbackToLogsOnError
                    - name: hungry
                      image: busybox:e2e
                      command: [tail, /dev/zero]
                      resources: {limits: {memory: 16Mi}}
                ---
                """
                + Manifests.pod("done", "exit 0").replace("Never", "OnFailure")
                + "---\n"
                + Manifests.pod("crashing", "exit 9").replace("Never", "Always")
                + "---\n"
                + Manifests.pod("late", "sleep 1000")
                        .replace("restartPolicy: Never", "restartPolicy: Always\n  activeDeadlineSeconds: 3")
                + "---\n"
                + Manifests.pod("uninitialized", "echo never")
                        .replace(
                                "  containers:",
                                "  initContainers: [{name: init, image: 'busybox:e2e', command: [sh, -c, exit 3]}]\n"
                                        + "  containers:");
    }

    @Test
    void tellsHowContainersEnded() {
        pods.awaitField("pod/messages", ".status.phase", "Failed");
        String terminated = ".status.containerStatuses[?(@.name==\"%s\")].state.terminated";
        assertThat(pods.field("pod/messages", terminated.formatted("file") + ".message"))
                .isEqualTo("because");
        assertThat(pods.field("pod/messages", terminated.formatted("file") + ".exitCode"))
                .isEqualTo("4");
        assertThat(pods.field("pod/messages", terminated.formatted("log") + ".message"))
                .isEqualTo("it broke");
        assertThat(pods.field("pod/messages", terminated.formatted("fine") + ".message"))
                .isEmpty();
        assertThat(pods.field("pod/messages", terminated.formatted("fine") + ".reason"))
                .isEqualTo("Completed");
        assertThat(pods.field("pod/messages", terminated.formatted("hungry") + ".reason"))
                .isEqualTo("OOMKilled");
        assertThat(pods.field("pod/messages", terminated.formatted("hungry") + ".exitCode"))
                .isEqualTo("137");
    }

    @Test
    void followsRestartPolicies() {
        pods.awaitField("pod/done", ".status.phase", "Succeeded");
        assertThat(pods.field("pod/done", ".status.containerStatuses[0].restartCount"))
                .isEqualTo("0");
        pods.awaitField("pod/crashing", ".status.containerStatuses[0].state.waiting.reason", "CrashLoopBackOff");
        assertThat(pods.field("pod/crashing", ".status.containerStatuses[0].lastState.terminated.exitCode"))
                .isEqualTo("9");
        assertThat(pods.field("pod/crashing", ".status.containerStatuses[0].state.waiting.message"))
                .contains("back-off", "restarting failed container=main pod=crashing_lifecycle(");
        assertThat(pods.field("pod/crashing", ".status.phase")).isEqualTo("Running");
    }

    @Test
    void endsPodsThatMayNotGoOn() {
        pods.awaitField("pod/late", ".status.reason", "DeadlineExceeded");
        assertThat(pods.field("pod/late", ".status.phase")).isEqualTo("Failed");
        pods.awaitField("pod/uninitialized", ".status.phase", "Failed");
        assertThat(pods.field("pod/uninitialized", ".status.initContainerStatuses[0].state.terminated.exitCode"))
                .isEqualTo("3");
        // After a look at the pod that has ended, nothing of it runs again.
        pods.kubectl("annotate", "pod", "late", "looked=1");
        assertThat(pods.field("pod/late", ".status.containerStatuses[0].restartCount"))
                .isEqualTo("0");
    }
}
