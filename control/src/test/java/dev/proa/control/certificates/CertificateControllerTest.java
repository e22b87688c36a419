package dev.proa.control.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.certificates.v1.CertificateSigningRequest;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport.Request;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Supervisor;
import dev.proa.control.certificates.CertificateController.Requested;
import dev.proa.control.shared.ControlContext;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CertificateControllerTest {
    /** It accepts requests that are no PKCS #10, from whoever they say. */
    private final FakeTransport server = new FakeTransport(Clock.system());

    private final Client client = new Client(server);

    private final InformerFactory informers = new InformerFactory(client, Clock.system(), new Random(1));
    private final ControlContext context = new ControlContext(
            client, informers, new Supervisor(Clock.system(), new Random(2)), Clock.system(), new Random(1));
    private final ResourceClient<CertificateSigningRequest> requests = client.resource(CertificateSigningRequest.KIND);

    /** A request is a text here: the common name, the organization and a name of it. */
    private static final class TextSigner implements CertificateController.Signer {
        @Override
        public Requested read(String request) {
            String[] words = request.split(" ");
            return new Requested(words[0], Set.of(words[1]), Set.of(words[2]), false);
        }

        @Override
        public String sign(String request, Set<String> usages, long seconds) {
            return "signed " + request;
        }
    }

    @BeforeEach
    void start() {
        server.intercept(request -> new Request( // it has no subresource approval
                request.verb(),
                request.path().replaceFirst("/approval$", "/status"),
                request.query(),
                request.body(),
                request.contentType()));
        new CertificateController(
                context, new TextSigner(), (node, address) -> node.equals("n") && address.equals("10.90.0.2"));
        informers.start();
        context.start();
    }

    @AfterEach
    void close() {
        context.close();
        informers.close();
        client.close();
    }

    private void ask(String name, String signer, String user, String request, String usage) {
        requests.create(new CertificateSigningRequest(MapValue.of(
                "apiVersion",
                "certificates.k8s.io/v1",
                "kind",
                "CertificateSigningRequest",
                "metadata",
                MapValue.of("name", name),
                "spec",
                MapValue.of(
                        "signerName",
                        "kubernetes.io/" + signer,
                        "username",
                        user,
                        "groups",
                        ListValue.of("system:nodes"),
                        "usages",
                        ListValue.of(usage),
                        "request",
                        Base64.getEncoder().encodeToString(request.getBytes(StandardCharsets.US_ASCII))))));
    }

    private void approve(String name) {
        MapValue approved = MapValue.of("type", "Approved", "status", "True", "reason", "r", "message", "m");
        requests.subresource(
                "update",
                name,
                "approval",
                requests.get(name).value().with("status", MapValue.of("conditions", ListValue.of(approved))));
    }

    private String certificate(String name) {
        return new String(
                Base64.getDecoder()
                        .decode(requests.get(name).value().map("status").string("certificate")),
                StandardCharsets.US_ASCII);
    }

    private List<String> conditions(String name) {
        return requests.get(name).value().map("status").list("conditions").stream()
                .map(condition -> ((MapValue) condition).string("type"))
                .toList();
    }

    @Test
    void aNodeGetsACertificateForItsOwnNames() throws Exception {
        ask("own", "kubelet-serving", "system:node:n", "system:node:n system:nodes 10.90.0.2", "server auth");

        Await.until("the certificate", () -> !certificate("own").isEmpty());
        assertThat(certificate("own")).isEqualTo("signed system:node:n system:nodes 10.90.0.2");
        assertThat(conditions("own")).containsExactly("Approved");
    }

    @Test
    void nobodyGetsOneForOthersWithoutApproval() throws Exception {
        ask("other-address", "kubelet-serving", "system:node:n", "system:node:n system:nodes 10.90.0.3", "server auth");
        ask("other-node", "kubelet-serving", "system:node:m", "system:node:n system:nodes n", "server auth");
        ask(
                "server-name",
                "kubelet-serving",
                "system:node:kubernetes",
                "system:node:kubernetes system:nodes kubernetes",
                "server auth");
        ask("client", "kube-apiserver-client", "alice", "alice staff a", "client auth");
        ask("own", "kubelet-serving", "system:node:n", "system:node:n system:nodes n", "server auth");

        Await.until("the last", () -> !certificate("own").isEmpty());
        for (String name : List.of("other-address", "other-node", "server-name", "client")) {
            assertThat(certificate(name)).isEmpty();
            assertThat(conditions(name)).isEmpty();
            approve(name);
            Await.until(
                    name + ", now that a person approved",
                    () -> !certificate(name).isEmpty());
        }
    }

    @Test
    void whatASignerDoesNotSignFails() throws Exception {
        ask("masters", "kube-apiserver-client", "alice", "alice system:masters a", "client auth");
        ask("usage", "kubelet-serving", "system:node:n", "system:node:n system:nodes n", "client auth");
        for (String name : List.of("masters", "usage")) {
            approve(name);
            Await.until(name, () -> conditions(name).contains("Failed"));
            assertThat(certificate(name)).isEmpty();
        }
    }
}
