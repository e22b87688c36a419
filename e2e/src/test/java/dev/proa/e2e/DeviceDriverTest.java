package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Reference;
import dev.proa.image.build.HostImageBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The DRA driver of Kubernetes' own end-to-end tests, run by a DaemonSet as drivers are, on a node that is killed in between. */
@Tag("extensions")
class DeviceDriverTest {
    private static final String DRIVER = """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: driver}
            subjects: [{kind: ServiceAccount, name: default, namespace: driver}]
            roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}
            ---
            apiVersion: resource.k8s.io/v1
            kind: DeviceClass
            metadata: {name: example}
            spec:
              selectors: [{cel: {expression: device.driver == "test-driver.cdi.k8s.io"}}]
            ---
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: driver, namespace: driver}
            spec:
              selector: {matchLabels: {app: driver}}
              template:
                metadata: {labels: {app: driver}}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers:
                  - name: driver
                    image: driver:e2e
                    command: [%s, kubelet-plugin, --node-name=$(NODE), --num-devices=2, --logging-format=text, -v=5]
                    env: [{name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]
                    volumeMounts:
                    - {name: plugin, mountPath: /var/lib/kubelet/plugins/test-driver.cdi.k8s.io}
                    - {name: registry, mountPath: /var/lib/kubelet/plugins_registry}
                    - {name: cdi, mountPath: /var/run/cdi}
                  volumes:
                  - {name: plugin, hostPath: {path: /var/lib/kubelet/plugins/test-driver.cdi.k8s.io, type: DirectoryOrCreate}}
                  - {name: registry, hostPath: {path: /var/lib/kubelet/plugins_registry}}
                  - {name: cdi, hostPath: {path: /var/run/cdi}}
            """;
    private static final String USER = """
            apiVersion: resource.k8s.io/v1
            kind: ResourceClaimTemplate
            metadata: {name: one, namespace: user}
            spec:
              spec:
                devices:
                  requests: [{name: my-device, exactly: {deviceClassName: example}}]
                  config: [{opaque: {driver: test-driver.cdi.k8s.io, parameters: {color: green}}}]
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: NAME, namespace: user}
            spec:
              terminationGracePeriodSeconds: 1
              restartPolicy: Always
              resourceClaims: [{name: device, resourceClaimTemplateName: one}]
              containers:
              - name: with
                image: busybox:e2e
                command: [sh, -c, "trap exit TERM; while true; do sleep 0.1; done"]
                resources: {claims: [{name: device}]}
              - name: without
                image: busybox:e2e
                command: [sh, -c, "trap exit TERM; while true; do sleep 0.1; done"]
            """;

    @Test
    void podsGetTheirDevicesAndGiveThemBack(@TempDir Path directory) throws Exception {
        Path program = build(directory.resolve("dra-test-driver"));
        try (TestCluster cluster = TestCluster.start("devices")) {
            HostImageBuilder.busybox(Path.of("/bin/busybox"))
                    .copy(program)
                    .build(cluster.images(), Reference.parse("driver:e2e"));
            cluster.newNamespace("driver");
            cluster.newNamespace("user");
            apply(cluster, DRIVER.formatted(program));
            awaitDevices(cluster);

            apply(cluster, USER.replace("NAME", "first"));
            awaitReady(cluster, "first");
            assertThat(variables(cluster, "first", "with"))
                    .contains("user_color=green")
                    .contains("_my_device=true");
            assertThat(variables(cluster, "first", "without")).doesNotContain("user_color");

            cluster.kill();
            cluster.restart();
            cluster.awaitReady();
            assertThat(variables(cluster, "first", "with")).contains("user_color=green");
            restartContainer(cluster);
            assertThat(variables(cluster, "first", "with"))
                    .as("of the container's next attempt")
                    .contains("user_color=green");

            awaitDevices(cluster);
            apply(cluster, USER.replace("NAME", "second"));
            awaitReady(cluster, "second");
            apply(cluster, USER.replace("NAME", "third"));
            Await.until(
                    "the third waits for a device",
                    () -> get(cluster, "events", "{.items[?(@.involvedObject.name==\"third\")].message}"),
                    text -> text.contains("cannot allocate all claims"));
            cluster.kubectl("delete", "pod", "first", "-n", "user").ok();
            awaitReady(cluster, "third");
            cluster.kubectl("delete", "pod", "second", "third", "-n", "user").ok();
            Await.until(
                    "the claims are gone",
                    () -> get(cluster, "resourceclaims", "{.items[*].metadata.name}"),
                    String::isEmpty);
            assertThat(cluster.kubectl("logs", "-n", "driver", "-l", "app=driver", "--tail=-1")
                            .ok()
                            .out())
                    .contains("NodeUnprepareResources");
        }
    }

    private static Path build(Path program) {
        Run.of(
                        List.of(
                                "go",
                                "-C",
                                Path.of("src", "test", "clients", "devices")
                                        .toAbsolutePath()
                                        .toString(),
                                "build",
                                "-o",
                                program.toString(),
                                "."),
                        Map.of("GOFLAGS", "-mod=readonly", "CGO_ENABLED", "0"),
                        "",
                        Duration.ofMinutes(20))
                .ok();
        return program;
    }

    private static void apply(TestCluster cluster, String manifest) {
        cluster.kubectlWithInput(manifest, "apply", "-f", "-").ok();
    }

    private static String get(TestCluster cluster, String what, String path) {
        return cluster.kubectl("get", what, "-n", "user", "-o", "jsonpath=" + path)
                .ok()
                .text();
    }

    private static void awaitDevices(TestCluster cluster) {
        Await.until(
                "the driver has published its devices",
                () -> get(cluster, "resourceslices", "{.items[*].spec.devices[*].name}"),
                names -> names.equals("device-00 device-01"));
    }

    private static void awaitReady(TestCluster cluster, String pod) {
        cluster.kubectl("wait", "--for=condition=Ready", "pod/" + pod, "-n", "user", "--timeout=60s")
                .ok();
    }

    private static String variables(TestCluster cluster, String pod, String container) {
        return cluster.kubectl("exec", "-n", "user", pod, "-c", container, "--", "env")
                .ok()
                .out();
    }

    /** Ends a container's command, which the kubelet then starts again. */
    private static void restartContainer(TestCluster cluster) throws IOException {
        cluster.kubectl("exec", "-n", "user", "first", "-c", "with", "--", "kill", "-TERM", "1")
                .ok();
        Await.until(
                "the container was restarted",
                () -> get(cluster, "pods", "{.items[0].status.containerStatuses[?(@.name==\"with\")].restartCount}"),
                count -> count.equals("1"));
        awaitReady(cluster, "first");
    }
}
