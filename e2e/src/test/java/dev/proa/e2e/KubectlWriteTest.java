package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * How kubectl changes objects: create, apply, diff, edit, scale, label, annotate, patch, replace, expose,
 * wait, delete; and run.
 */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubectlWriteTest {
    private final TestCluster cluster;
    private final String namespace;

    @TempDir
    private Path directory;

    KubectlWriteTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("write");
    }

    private Run kubectl(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments)).ok();
    }

    private Run apply(String manifest) {
        return cluster.kubectlWithInput(manifest, "apply", "-n", namespace, "-f", "-")
                .ok();
    }

    private String field(String object, String path) {
        return kubectl("get", object, "-o", "jsonpath={" + path + "}").text();
    }

    private static String configMap(String name, String data) {
        return """
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: %s
                data: {%s}
                """.formatted(name, data);
    }

    @Test
    void creates() {
        assertThat(kubectl("create", "configmap", "made", "--from-literal=a=1").text())
                .isEqualTo("configmap/made created");
        assertThat(kubectl("create", "secret", "generic", "made", "--from-literal=a=1")
                        .text())
                .isEqualTo("secret/made created");
        assertThat(kubectl("create", "deployment", "made", "--image=busybox:e2e", "--replicas=0")
                        .text())
                .isEqualTo("deployment.apps/made created");
        assertThat(kubectl("create", "service", "clusterip", "made", "--tcp=80:8080")
                        .text())
                .isEqualTo("service/made created");
        assertThat(kubectl("create", "serviceaccount", "made").text()).isEqualTo("serviceaccount/made created");
        assertThat(kubectl("create", "token", "made").text().split("\\.")).hasSize(3);

        assertThat(field("configmap/made", ".data.a")).isEqualTo("1");
        assertThat(field("secret/made", ".data.a")).isEqualTo("MQ==");
        assertThat(cluster.kubectl("create", "configmap", "made", "-n", namespace)
                        .exits(1)
                        .err())
                .isEqualTo("error: failed to create configmap: configmaps \"made\" already exists\n");
    }

    @Test
    void createsWithGeneratedNames() {
        String manifest = configMap("unused", "a: b").replace("name: unused", "generateName: many-");

        for (int i = 0; i < 2; i++) {
            assertThat(cluster.kubectlWithInput(manifest, "create", "-n", namespace, "-f", "-")
                            .ok()
                            .text())
                    .matches("configmap/many-[a-z0-9]{5} created");
        }
    }

    @Test
    void refusesWhatIsInvalid() {
        Run run = cluster.kubectlWithInput(Manifests.web("bad", -1), "create", "-n", namespace, "-f", "-")
                .exits(1);

        assertThat(run.err())
                .contains("The Deployment \"bad\" is invalid: spec.replicas: Invalid value: -1: "
                        + "must be greater than or equal to 0");
        assertThat(cluster.kubectlWithInput(
                                configMap("strict", "a: b") + "dada: {}\n", "create", "-n", namespace, "-f", "-")
                        .exits(1)
                        .err())
                .contains("strict decoding error: unknown field \"dada\"");
    }

    @Test
    void appliesAndPrunesFields() {
        assertThat(apply(configMap("applied", "a: '1', b: '2'")).text()).isEqualTo("configmap/applied created");
        assertThat(apply(configMap("applied", "a: '1', b: '2'")).text()).isEqualTo("configmap/applied unchanged");
        kubectl("patch", "configmap", "applied", "-p", "{\"data\":{\"other\":\"stays\"}}");

        assertThat(apply(configMap("applied", "a: '3'")).text()).isEqualTo("configmap/applied configured");
        assertThat(field("configmap/applied", ".data")).isEqualTo("{\"a\":\"3\",\"other\":\"stays\"}");
    }

    @Test
    void appliesWhatKustomizeMakes() throws IOException {
        Files.writeString(directory.resolve("kustomization.yaml"), """
                resources: [map.yaml]
                namePrefix: made-
                configMapGenerator: [{name: generated, literals: [a=b]}]
                """);
        Files.writeString(directory.resolve("map.yaml"), configMap("plain", "a: b"));
        String folder = directory.toString();

        assertThat(kubectl("apply", "-k", folder).out().lines())
                .satisfiesExactly(
                        line -> assertThat(line).matches("configmap/made-generated-[a-z0-9]{10} created"),
                        line -> assertThat(line).isEqualTo("configmap/made-plain created"));
        assertThat(kubectl("diff", "-k", folder).out()).isEmpty();
        assertThat(kubectl("get", "-k", folder, "-o", "name").out().lines()).hasSize(2);
        kubectl("delete", "-k", folder);
        cluster.kubectl("get", "configmap", "made-plain", "-n", namespace).exits(1);
    }

    @Test
    void prunesObjectsThatAreNoLongerGiven() {
        String one = configMap("pruned-1", "a: b").replace("metadata:", "metadata:\n  labels: {set: pruned}");
        String two = one.replace("pruned-1", "pruned-2");
        String[] arguments = {
            "apply", "-n", namespace, "-f", "-", "--prune", "-l", "set=pruned", "--prune-allowlist=core/v1/ConfigMap"
        };
        cluster.kubectlWithInput(one + "---\n" + two, arguments).ok();

        assertThat(cluster.kubectlWithInput(one, arguments).ok().out().lines())
                .containsExactly("configmap/pruned-1 unchanged", "configmap/pruned-2 pruned");
        assertThat(kubectl("get", "configmaps", "-l", "set=pruned", "-o", "name")
                        .text())
                .isEqualTo("configmap/pruned-1");
    }

    @Test
    void remembersWhatWasApplied() throws IOException {
        kubectl("create", "configmap", "remembered", "--from-literal=a=1");
        Path file = Files.writeString(directory.resolve("remembered.yaml"), configMap("remembered", "a: '1'"));

        assertThat(kubectl("apply", "view-last-applied", "configmap/remembered").out())
                .isEmpty();
        kubectl("apply", "set-last-applied", "-f", file.toString(), "--create-annotation");
        assertThat(kubectl("apply", "view-last-applied", "configmap/remembered").out())
                .contains("name: remembered", "a: \"1\"");
    }

    @Test
    void keepsWhatNobodyActsOnYet() {
        kubectl("create", "job", "stored", "--image=busybox:e2e", "--", "true");
        kubectl("create", "cronjob", "stored", "--image=busybox:e2e", "--schedule=0 0 1 1 *", "--", "true");
        apply(Manifests.web("stored", 0));
        kubectl("autoscale", "deployment", "stored", "--min=1", "--max=3", "--cpu=50%");
        kubectl("create", "quota", "stored", "--hard=pods=1000");
        kubectl("create", "pdb", "stored", "--selector=app=stored", "--min-available=1");
        kubectl("create", "role", "stored", "--verb=get", "--resource=pods");
        kubectl("create", "rolebinding", "stored", "--role=stored", "--user=somebody");
        kubectl("create", "ingress", "stored", "--rule=host.example/path=stored:80");

        assertThat(field("job/stored", ".spec.backoffLimit")).as("a default").isEqualTo("6");
        assertThat(field("cronjob/stored", ".spec.concurrencyPolicy")).isEqualTo("Allow");
        assertThat(field("hpa/stored", ".spec.metrics[0].resource.target.averageUtilization"))
                .isEqualTo("50");
        assertThat(kubectl("get", "job,cronjob,hpa,quota,pdb,role,rolebinding,ingress", "-o", "name")
                        .out()
                        .lines())
                .hasSize(8);
        kubectl("delete", "job,cronjob,hpa,quota,pdb,role,rolebinding,ingress", "stored");
    }

    @Test
    void runsAPodAndTalksToIt() {
        Run run = cluster.kubectlWithInput(
                        "typed\n",
                        Arguments.in(
                                namespace,
                                "run",
                                "talker",
                                "--image=busybox:e2e",
                                "--restart=Never",
                                "-i",
                                "--rm",
                                "--quiet",
                                "--pod-running-timeout=120s",
                                "--command",
                                "--",
                                "sh",
                                "-c",
                                "read line; echo got $line; exit 3"))
                .exits(3);

        assertThat(run.out()).contains("got typed");
        cluster.kubectl("get", "pod", "talker", "-n", namespace).exits(1);
    }

    @Test
    void showsDifferences() {
        apply(configMap("compared", "a: '1'"));

        assertThat(cluster.kubectlWithInput(configMap("compared", "a: '1'"), "diff", "-n", namespace, "-f", "-")
                        .exits(0)
                        .out())
                .isEmpty();
        assertThat(cluster.kubectlWithInput(configMap("compared", "a: '2'"), "diff", "-n", namespace, "-f", "-")
                        .exits(1)
                        .out())
                .contains("-  a: \"1\"", "+  a: \"2\"");
        assertThat(field("configmap/compared", ".data.a")).isEqualTo("1");
    }

    @Test
    void triesOutWithoutEffect() {
        assertThat(kubectl("create", "configmap", "dry", "--dry-run=server").text())
                .isEqualTo("configmap/dry created (server dry run)");
        cluster.kubectl("get", "configmap", "dry", "-n", namespace).exits(1);
    }

    @Test
    void edits() throws IOException {
        apply(configMap("edited", "color: red"));
        Path editor = cluster.file("editor.sh", "#!/bin/sh\nexec sed -i s/red/blue/ \"$1\"\n");
        assertThat(editor.toFile().setExecutable(true)).isTrue();

        Run run = cluster.kubectl(
                        "", Map.of("KUBE_EDITOR", editor.toString()), "edit", "configmap", "edited", "-n", namespace)
                .ok();

        assertThat(run.text()).isEqualTo("configmap/edited edited");
        assertThat(field("configmap/edited", ".data.color")).isEqualTo("blue");
    }

    @Test
    void labelsAndAnnotates() {
        apply(configMap("marked", "a: b"));

        assertThat(kubectl("label", "configmap", "marked", "tier=front", "env=test")
                        .text())
                .isEqualTo("configmap/marked labeled");
        assertThat(cluster.kubectl("label", "configmap", "marked", "tier=back", "-n", namespace)
                        .exit())
                .as("without --overwrite")
                .isEqualTo(1);
        kubectl("label", "configmap", "marked", "tier=back", "--overwrite");
        kubectl("label", "configmap", "marked", "env-");
        kubectl("annotate", "configmap", "marked", "note=a long story");

        assertThat(field("configmap/marked", ".metadata.labels")).isEqualTo("{\"tier\":\"back\"}");
        assertThat(field("configmap/marked", ".metadata.annotations.note")).isEqualTo("a long story");
        assertThat(kubectl("get", "configmaps", "-l", "tier in (back,side)", "-o", "name")
                        .text())
                .isEqualTo("configmap/marked");
    }

    @Test
    void patchesInThreeWays() {
        apply(Manifests.web("patched", 0));

        kubectl(
                "patch",
                "deployment",
                "patched",
                "--type=strategic",
                "-p",
                "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"more\",\"image\":\"busybox:e2e\"}]}}}}");
        assertThat(field("deployment/patched", ".spec.template.spec.containers[*].name")
                        .split(" "))
                .containsExactlyInAnyOrder("more", "web");

        kubectl("patch", "deployment", "patched", "--type=merge", "-p", "{\"spec\":{\"minReadySeconds\":3}}");
        assertThat(field("deployment/patched", ".spec.minReadySeconds")).isEqualTo("3");

        kubectl(
                "patch",
                "deployment",
                "patched",
                "--type=json",
                "-p",
                "[{\"op\":\"test\",\"path\":\"/spec/minReadySeconds\",\"value\":3},"
                        + "{\"op\":\"remove\",\"path\":\"/spec/minReadySeconds\"}]");
        assertThat(field("deployment/patched", ".spec.minReadySeconds")).isEmpty();
    }

    @Test
    void scales() {
        apply(Manifests.web("scaled", 1));

        assertThat(kubectl("scale", "deployment/scaled", "--replicas=3").text())
                .isEqualTo("deployment.apps/scaled scaled");
        kubectl("wait", "deployment/scaled", "--for=jsonpath={.status.readyReplicas}=3", "--timeout=60s");
        assertThat(cluster.kubectl(
                                "scale", "deployment/scaled", "--current-replicas=7", "--replicas=1", "-n", namespace)
                        .exit())
                .isEqualTo(1);
        kubectl("scale", "deployment/scaled", "--replicas=0");
        kubectl("wait", "pods", "-l", "app=scaled", "--for=delete", "--timeout=60s");
    }

    @Test
    void replacesOnlyWhatIsCurrent() throws IOException {
        apply(configMap("replaced", "a: '1'"));
        String old = kubectl("get", "configmap", "replaced", "-o", "yaml").out();

        assertThat(cluster.kubectlWithInput(old.replace("a: \"1\"", "a: \"2\""), "replace", "-f", "-")
                        .ok()
                        .text())
                .isEqualTo("configmap/replaced replaced");
        assertThat(cluster.kubectlWithInput(old, "replace", "-f", "-").exits(1).err())
                .contains(
                        "the object has been modified; please apply your changes to the latest version and try again");
    }

    @Test
    void setsAndExposes() {
        apply(Manifests.web("set", 0));

        kubectl("set", "image", "deployment/set", "web=busybox:other");
        kubectl("set", "env", "deployment/set", "MODE=fast");
        kubectl("set", "resources", "deployment/set", "--limits=cpu=200m,memory=64Mi");
        kubectl("expose", "deployment", "set", "--name=exposed", "--port=81", "--target-port=http", "--type=NodePort");

        assertThat(field("deployment/set", ".spec.template.spec.containers[0].image"))
                .isEqualTo("busybox:other");
        assertThat(field("deployment/set", ".spec.template.spec.containers[0].env[0].value"))
                .isEqualTo("fast");
        assertThat(field("deployment/set", ".spec.template.spec.containers[0].resources.limits.memory"))
                .isEqualTo("64Mi");
        assertThat(field("service/exposed", ".spec.ports[0].port")).isEqualTo("81");
        assertThat(Integer.parseInt(field("service/exposed", ".spec.ports[0].nodePort")))
                .isBetween(30000, 32767);
    }

    @Test
    void deletesByPolicy() {
        apply(Manifests.web("gone", 1));
        kubectl("wait", "deployment/gone", "--for=condition=Available", "--timeout=60s");
        kubectl("delete", "deployment", "gone", "--cascade=orphan");
        assertThat(kubectl("get", "replicasets", "-l", "app=gone", "-o", "name").text())
                .isNotEmpty();

        kubectl("delete", "replicasets", "-l", "app=gone", "--cascade=foreground");
        assertThat(kubectl("get", "pods,replicasets", "-l", "app=gone", "-o", "name")
                        .text())
                .isEmpty();
        kubectl("delete", "service", "gone");
        kubectl("delete", "service", "gone", "--ignore-not-found");
        cluster.kubectl("delete", "service", "gone", "-n", namespace).exits(1);
    }

    @Test
    void emptiesANamespace() {
        String other = cluster.newNamespace("short-lived");
        cluster.kubectlWithInput(Manifests.web("web", 1), "apply", "-n", other, "-f", "-")
                .ok();
        cluster.kubectl("wait", "deployment/web", "--for=condition=Available", "--timeout=60s", "-n", other)
                .ok();

        cluster.kubectl("delete", "namespace", other, "--timeout=60s").ok();

        cluster.kubectl("get", "namespace", other).exits(1);
        assertThat(cluster.kubectl("get", "pods", "-n", other, "-o", "name")
                        .ok()
                        .text())
                .isEmpty();
    }
}
