package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Somebody who came out of a container and has the certificate of its node, and wants the rest of the cluster with it. */
@ExtendWith(SharedCluster.class)
@Tag("escape")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EscapeNodeIdentityTest {
    private final TestCluster cluster;
    private final String namespace;
    private final String node;

    private String kubeconfig = "";

    EscapeNodeIdentityTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("node-identity");
        this.node = cluster.kubectl("get", "nodes", "-o", "jsonpath={.items[0].metadata.name}")
                .ok()
                .text();
    }

    @BeforeAll
    void stealTheCertificate(@TempDir Path directory) throws IOException {
        Path copy = Files.createDirectory(directory.resolve("pki"));
        for (String file : List.of("ca.crt", "ca.key")) {
            Files.copy(cluster.directory().resolve("pki").resolve(file), copy.resolve(file));
        }
        CertificateAndKey pair =
                Pki.open(copy, Instant::now).client("node", "system:node:" + node, List.of("system:nodes"));
        kubeconfig = cluster.file(
                        "node.kubeconfig", """
                        apiVersion: v1
                        kind: Config
                        current-context: node
                        contexts: [{name: node, context: {cluster: c, user: node}}]
                        clusters: [{name: c, cluster: {server: "https://127.0.0.1:6443", insecure-skip-tls-verify: true}}]
                        users: [{name: node, user: {client-certificate-data: %s, client-key-data: %s}}]
                        """.formatted(base64(pair.certificatePem()), base64(pair.keyPem())))
                .toString();
        admin("create", "secret", "generic", "of-others", "--from-literal=key=secret");
        admin("create", "secret", "generic", "of-pod", "--from-literal=key=mine");
        admin("create", "configmap", "of-others", "--from-literal=key=value");
        admin("create", "serviceaccount", "powerful");
        apply(Manifests.pod("here", "exec sleep 100000")
                .replace("image: busybox:e2e\n", "image: busybox:e2e\n      envFrom: [{secretRef: {name: of-pod}}]\n"));
        apply(Manifests.pod("elsewhere", "exec sleep 100000")
                .replace("spec:\n", "spec:\n  nodeName: another-node\n  tolerations: [{operator: Exists}]\n"));
        admin("wait", "pod/here", "--for=condition=Ready", "--timeout=120s");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    private Run admin(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments)).ok();
    }

    private void apply(String manifest) {
        cluster.kubectlWithInput(manifest, "apply", "-n", namespace, "-f", "-").ok();
    }

    /** As the node. */
    private Run node(String... arguments) {
        return nodeWithInput("", arguments);
    }

    private Run nodeWithInput(String input, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--kubeconfig", kubeconfig, "-n", namespace));
        all.addAll(List.of(arguments));
        return cluster.kubectlWithInput(input, all.toArray(String[]::new));
    }

    private void refused(Run run, String why) {
        assertThat(run.err()).contains("orbidden").contains(why);
        assertThat(run.exit()).isEqualTo(1);
    }

    private String unrelated() {
        return "no relationship found between node '" + node + "' and this object";
    }

    @Test
    void readsOnlyWhatItsPodsReferTo() {
        assertThat(node("get", "secret", "of-pod", "-o", "jsonpath={.data.key}")
                        .ok()
                        .text())
                .isEqualTo(base64("mine"));
        node("get", "configmap", "kube-root-ca.crt").ok();
        node("get", "pods", "--field-selector", "spec.nodeName=" + node).ok();
        node("get", "services", "-A").ok();
        refused(node("get", "secret", "of-others"), unrelated());
        refused(node("get", "configmap", "of-others"), unrelated());
        refused(node("get", "secrets"), "No Object name found");
        refused(node("get", "secrets", "-A"), "can only read namespaced object of this type");
        refused(node("get", "secrets", "--field-selector", "metadata.name=of-others"), unrelated());
        refused(node("get", "secret", "of-pod", "-n", "kube-system"), unrelated());
        refused(node("get", "pods", "-A"), "can only list/watch pods with spec.nodeName field selector");
        refused(node("get", "pod", "elsewhere"), unrelated());
        refused(node("get", "nodes"), "cannot read all nodes, only its own Node object");
        refused(node("get", "deployments"), "cannot list resource \"deployments\" in API group \"apps\"");
        refused(node("get", "clusterrolebindings"), "cannot list resource");
    }

    @Test
    void changesNoPodsOfOthers() {
        refused(
                nodeWithInput(Manifests.pod("made", "id"), "create", "-f", "-"),
                "pod does not have \"kubernetes.io/config.mirror\" annotation, node \"" + node
                        + "\" can only create mirror pods");
        refused(
                nodeWithInput(
                        Manifests.pod("made", "id")
                                .replace("metadata:\n", "metadata:\n  annotations: {kubernetes.io/config.mirror: x}\n")
                                .replace("spec:\n", "spec:\n  nodeName: another-node\n"),
                        "create",
                        "-f",
                        "-"),
                "node \"" + node + "\" can only create pods with spec.nodeName set to itself");
        refused(
                node("delete", "pod", "elsewhere"),
                "node \"" + node + "\" can only delete pods with spec.nodeName set to itself");
        refused(
                node("patch", "pod", "elsewhere", "--subresource=status", "-p", "{\"status\":{\"phase\":\"Failed\"}}"),
                "cannot get resource");
        refused(node("label", "pod", "here", "app=web"), "cannot patch resource \"pods\"");
        refused(
                node(
                        "patch",
                        "pod",
                        "here",
                        "--subresource=status",
                        "-p",
                        "{\"metadata\":{\"labels\":{\"app\":\"web\"}}}"),
                "cannot");
        refused(node("exec", "here", "--", "id"), "cannot");
        assertThat(admin("get", "pods", "-o", "jsonpath={.items[*].metadata.name}")
                        .text())
                .isEqualTo("elsewhere here");
    }

    @Test
    void changesOnlyItsOwnNodeAndThatNotToItsAdvantage() {
        node("label", "node", node, "node.kubernetes.io/zone-of-disks=a").ok();
        refused(
                node("label", "node", node, "node-restriction.kubernetes.io/tier=secure"),
                "is not allowed to modify labels: node-restriction.kubernetes.io/tier");
        refused(
                node("label", "node", node, "node-role.kubernetes.io/control-plane="),
                "is not allowed to modify labels: node-role.kubernetes.io/control-plane");
        refused(
                node(
                        "patch",
                        "node",
                        node,
                        "-p",
                        "{\"spec\":{\"taints\":[{\"key\":\"mine\",\"effect\":\"NoSchedule\"}]}}"),
                "node \"" + node + "\" is not allowed to modify taints");
        refused(
                nodeWithInput("{apiVersion: v1, kind: Node, metadata: {name: invented}}", "create", "-f", "-"),
                "node \"" + node + "\" is not allowed to modify node \"invented\"");
        refused(node("delete", "node", node), "cannot delete resource \"nodes\"");
        refused(
                nodeWithInput(
                        "{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: invented}}",
                        "create",
                        "-n",
                        "kube-node-lease",
                        "-f",
                        "-"),
                "can only access node lease with the same name as the requesting node");
    }

    @Test
    void getsTokensOnlyForItsPods() {
        refused(node("create", "token", "powerful"), unrelated());
        refused(node("create", "token", "default"), "node requested token not bound to a pod");
        String other = admin("get", "pod", "elsewhere", "-o", "jsonpath={.metadata.uid}")
                .text();
        refused(
                node(
                        "create",
                        "token",
                        "default",
                        "--bound-object-kind=Pod",
                        "--bound-object-name=elsewhere",
                        "--bound-object-uid=" + other),
                "node requested token bound to a pod scheduled on a different node");
        String own =
                admin("get", "pod", "here", "-o", "jsonpath={.metadata.uid}").text();
        node(
                        "create",
                        "token",
                        "default",
                        "--bound-object-kind=Pod",
                        "--bound-object-name=here",
                        "--bound-object-uid=" + own)
                .ok();
        refused(
                node(
                        "create",
                        "token",
                        "default",
                        "--audience=vault",
                        "--bound-object-kind=Pod",
                        "--bound-object-name=here",
                        "--bound-object-uid=" + own),
                "audience \"vault\" not found in pod spec volume");
    }

    @Test
    void takesNoOtherIdentity() {
        refused(node("get", "secrets", "--as=kubernetes-admin", "--as-group=system:masters"), "cannot impersonate");
        refused(node("create", "clusterrolebinding", "x", "--clusterrole=admin", "--user=me"), "cannot create");
    }
}
