package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A person with a certificate of their own reads pods of one namespace and is refused all else, with Kubernetes' texts: the steps of {@code
 * docs/users.md}.
 */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DevUserTest {
    private final TestCluster cluster;
    private Path directory = Path.of("");
    private Path kubeconfig = Path.of("");

    DevUserTest(TestCluster cluster) {
        this.cluster = cluster;
    }

    private Run admin(String... arguments) {
        return cluster.kubectl(arguments).ok();
    }

    private void openssl(String... arguments) {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Run.of(command, Map.of(), "").ok();
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private String request(String name, String subject) throws IOException {
        openssl(
                "req",
                "-new",
                "-key",
                file("dev-user.key"),
                "-multivalue-rdn",
                "-subj",
                subject,
                "-out",
                file("request.csr"));
        return """
                apiVersion: certificates.k8s.io/v1
                kind: CertificateSigningRequest
                metadata: {name: %s}
                spec:
                  request: %s
                  signerName: kubernetes.io/kube-apiserver-client
                  expirationSeconds: 2592000
                  usages: [client auth]
                """.formatted(
                        name, Base64.getEncoder().encodeToString(Files.readAllBytes(directory.resolve("request.csr"))));
    }

    @BeforeAll
    void logIn(@TempDir Path temporary) throws IOException {
        Assumptions.assumeTrue(Tools.present("openssl"), "needs openssl");
        directory = temporary;
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file("dev-user.key"));
        cluster.kubectlWithInput(request("dev-user", "/CN=dev-user"), "apply", "-f", "-")
                .ok();
        admin("certificate", "approve", "dev-user");
        String certificate = Await.until(
                "the certificate",
                () -> admin("get", "csr", "dev-user", "-o", "jsonpath={.status.certificate}")
                        .text(),
                text -> !text.isEmpty());
        assertThat(admin("get", "csr", "dev-user").out()).contains("Approved,Issued", "30d");
        Files.write(directory.resolve("dev-user.crt"), Base64.getDecoder().decode(certificate));

        cluster.newNamespace("development");
        admin("create", "role", "pod-reader", "-n", "development", "--verb=get,list,watch", "--resource=pods");
        admin(
                "create",
                "rolebinding",
                "dev-user-pod-reader",
                "-n",
                "development",
                "--role=pod-reader",
                "--user=dev-user");
        cluster.kubectlWithInput(Manifests.pod("web", "exec sleep 100000"), "apply", "-n", "development", "-f", "-")
                .ok();

        kubeconfig = Files.copy(cluster.kubeconfig(), directory.resolve("kubeconfig"));
        String context = dev("config", "current-context").ok().text();
        String name = dev(
                        "config", "view", "-o", "jsonpath={.contexts[?(@.name==\"" + context + "\")].context.cluster}")
                .ok()
                .text();
        dev(
                        "config",
                        "set-credentials",
                        "dev-user",
                        "--client-key=" + file("dev-user.key"),
                        "--client-certificate=" + file("dev-user.crt"),
                        "--embed-certs")
                .ok();
        dev("config", "set-context", "dev-user", "--cluster=" + name, "--user=dev-user", "--namespace=development")
                .ok();
        dev("config", "use-context", "dev-user").ok();
    }

    /** As the user. */
    private Run dev(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--kubeconfig", kubeconfig.toString()));
        all.addAll(List.of(arguments));
        return cluster.kubectl(all.toArray(String[]::new));
    }

    private void refused(String why, String... arguments) {
        Run run = dev(arguments);
        assertThat(run.err()).contains(why);
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void isWhoTheCertificateSays() {
        assertThat(dev("auth", "whoami").ok().out())
                .containsPattern("Username +dev-user")
                .containsPattern("Groups +\\[system:authenticated\\]")
                .contains("X509SHA256=");
    }

    @Test
    void readsPodsOfTheNamespace() {
        assertThat(dev("get", "pods").ok().out()).contains("web");
        dev("get", "pod", "web", "-o", "yaml").ok();
        assertThat(dev("auth", "can-i", "list", "pods").ok().text()).isEqualTo("yes");
        assertThat(dev("auth", "can-i", "--list").ok().out())
                .containsPattern("pods +\\[\\] +\\[\\] +\\[get list watch\\]");
    }

    @Test
    void isRefusedAllElse() {
        refused(
                "Error from server (Forbidden): secrets is forbidden: User \"dev-user\" cannot list resource \"secrets\""
                        + " in API group \"\" in the namespace \"development\"\n",
                "get",
                "secrets");
        refused(
                "Error from server (Forbidden): pods is forbidden: User \"dev-user\" cannot list resource \"pods\""
                        + " in API group \"\" in the namespace \"default\"\n",
                "get",
                "pods",
                "-n",
                "default");
        refused(
                "Error from server (Forbidden): pods is forbidden: User \"dev-user\" cannot list resource \"pods\""
                        + " in API group \"\" at the cluster scope\n",
                "get",
                "pods",
                "-A");
        refused(
                "Error from server (Forbidden): nodes is forbidden: User \"dev-user\" cannot list resource \"nodes\""
                        + " in API group \"\" at the cluster scope\n",
                "get",
                "nodes");
        refused(
                "Error from server (Forbidden): pods \"web\" is forbidden: User \"dev-user\" cannot delete resource"
                        + " \"pods\" in API group \"\" in the namespace \"development\"\n",
                "delete",
                "pod",
                "web");
        refused(
                "error: failed to create deployment: deployments.apps is forbidden: User \"dev-user\" cannot create"
                        + " resource \"deployments\" in API group \"apps\" in the namespace \"development\"\n",
                "create",
                "deployment",
                "x",
                "--image=busybox");
        refused("User \"dev-user\" cannot get resource \"pods/log\" in API group \"\"", "logs", "web");
        refused("User \"dev-user\" cannot create resource \"pods/exec\" in API group \"\"", "exec", "web", "--", "id");
        refused(
                "error: failed to create rolebinding: rolebindings.rbac.authorization.k8s.io is forbidden: User \"dev-user\" cannot create resource"
                        + " \"rolebindings\" in API group \"rbac.authorization.k8s.io\" in the namespace"
                        + " \"development\"",
                "create",
                "rolebinding",
                "mine",
                "--clusterrole=admin",
                "--user=dev-user");
        refused("cannot impersonate", "get", "pods", "--as=kubernetes-admin");
        Run no = dev("auth", "can-i", "create", "pods");
        assertThat(no.text()).isEqualTo("no");
        assertThat(no.exit()).isEqualTo(1);
    }

    /** Neither who may make requests, nor who approves them carelessly, makes an administrator of somebody. */
    @Test
    void certificatesOfMastersAreNotToBeHad() throws IOException {
        for (String subject : List.of("/O=system:masters/CN=dev-user", "/O=staff/CN=dev-user+O=system:masters")) {
            Run run = cluster.kubectlWithInput(request("masters", subject), "apply", "-f", "-");
            assertThat(run.err())
                    .contains("certificatesigningrequests.certificates.k8s.io \"masters\" is forbidden: use of"
                            + " kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed");
        }
        refused(
                "User \"dev-user\" cannot create resource \"certificatesigningrequests\"",
                "create",
                "-f",
                Files.writeString(directory.resolve("own.yaml"), request("own", "/CN=dev-user"))
                        .toString());
    }
}
