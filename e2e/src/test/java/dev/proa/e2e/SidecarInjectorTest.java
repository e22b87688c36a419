package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code examples/sidecar-injector}, built and deployed as its README says: pods that ask for a sidecar get one. Downloads its libraries. */
@Tag("extensions")
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SidecarInjectorTest {
    private static final String NAMESPACE = "injected";

    private final TestCluster cluster;
    private final Path project;

    SidecarInjectorTest(TestCluster cluster, @TempDir Path directory) throws IOException {
        this.cluster = cluster;
        project = directory.resolve("sidecar-injector");
        Directories.copy(TestCluster.project("examples/sidecar-injector"), project);
        Path manifest = project.resolve("k8s/injector.yaml");
        Files.writeString(
                manifest, Files.readString(manifest).replace("docker.io/library/busybox:1.37", TestCluster.BUSYBOX));
    }

    @BeforeAll
    void deploy() {
        cluster.newNamespace(NAMESPACE);
        cluster.script(project.resolve("certificate")).ok();
        cluster.proa("deploy", project.toString(), "-n", "sidecar-injector").ok();
    }

    private void pod(String name, String labels) {
        cluster.kubectlWithInput("""
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: NAME, namespace: injected, labels: {LABELS}}
                        spec:
                          terminationGracePeriodSeconds: 0
                          securityContext: {runAsUser: 65534}
                          initContainers: [{name: first, image: 'busybox:e2e', command: ['true']}]
                          containers: [{name: app, image: 'busybox:e2e', command: [sleep, '1000']}]
                        """.replace("NAME", name).replace("LABELS", labels), "apply", "-f", "-")
                .ok();
        cluster.kubectl("wait", "-n", NAMESPACE, "--for=condition=Ready", "pod/" + name, "--timeout=60s")
                .ok();
    }

    private String initContainers(String name) {
        return cluster.kubectl("get", "pod", name, "-n", NAMESPACE, "-o", "jsonpath={.spec.initContainers[*].name}")
                .ok()
                .text();
    }

    @Test
    void podsThatAskForItGetASidecarThatRuns() {
        pod("asking", "sidecar-injector.example.com/inject: 'true'");
        pod("other", "a: b");

        assertThat(initContainers("asking")).isEqualTo("heartbeat first");
        assertThat(initContainers("other")).isEqualTo("first");
        Await.until(
                "the sidecar writes",
                () -> cluster.kubectl("logs", "asking", "-n", NAMESPACE, "-c", "heartbeat")
                        .out(),
                log -> log.contains("20"));
    }

    @Test
    void aNewCertificateIsTakenWithoutARestart() {
        String before = pods();
        cluster.script(project.resolve("certificate")).ok();

        pod("meanwhile", "sidecar-injector.example.com/inject: 'true'");
        cluster.script(project.resolve("certificate")).ok(); // the first one is not trusted any more
        Await.until(
                "the new certificate is read",
                () -> {
                    cluster.kubectl("delete", "pod", "after", "-n", NAMESPACE, "--ignore-not-found");
                    return cluster.kubectl(
                                    "run",
                                    "after",
                                    "-n",
                                    NAMESPACE,
                                    "--image=busybox:e2e",
                                    "--labels=sidecar-injector.example.com/inject=true")
                            .exit();
                },
                exit -> exit == 0);

        assertThat(initContainers("meanwhile")).isEqualTo("heartbeat first");
        assertThat(initContainers("after")).isEqualTo("heartbeat");
        assertThat(pods()).isEqualTo(before);
    }

    /** The injector's pods, and how often each was restarted. */
    private String pods() {
        return cluster.kubectl(
                        "get",
                        "pods",
                        "-n",
                        "sidecar-injector",
                        "-o",
                        "jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[0].restartCount}{end}")
                .ok()
                .text();
    }
}
