package dev.proa.control.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.certificates.v1.CertificateSigningRequest;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport.Request;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Supervisor;
import dev.proa.control.shared.ControlContext;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SigningRequestsTest {
    private static final String NODE_N = "system:node:n system:nodes";
    private static final String[] CLIENT = {"digital signature", "client auth"};
    private static final String[] SERVING = {"digital signature", "server auth"};

    private final SimulatedClock clock = new SimulatedClock();
    /** It accepts requests that are no PKCS #10, from whoever they say. */
    private final FakeTransport server = new FakeTransport(clock);

    private final Client client = new Client(server);

    private final InformerFactory informers = new InformerFactory(client, clock, new Random(1));
    private final ControlContext context =
            new ControlContext(client, informers, new Supervisor(clock, new Random(2)), clock, new Random(1));
    private final ResourceClient<CertificateSigningRequest> requests = client.resource(CertificateSigningRequest.KIND);

    /** A request is a text here: the common name, the organization, DNS names of it, and addresses after {@code IP:}. */
    private static final class TextSigner implements Signer {
        @Override
        public Requested read(String request) {
            List<String> words = List.of(request.split(" "));
            List<String> names = words.subList(2, words.size());
            return new Requested(
                    words.get(0),
                    List.of(words.get(1)),
                    names.stream().filter(name -> !name.startsWith("IP:")).toList(),
                    names.stream()
                            .filter(name -> name.startsWith("IP:"))
                            .map(name -> name.substring(3))
                            .toList(),
                    List.of(),
                    List.of());
        }

        @Override
        public String sign(String request, Set<String> usages, long seconds) {
            return "signed " + request;
        }
    }

    /** Who may ask for what, as SubjectAccessReviews answer. */
    private final Set<String> allowed =
            Set.of("system:node:n selfnodeclient", "system:node:build-host selfnodeclient", "bootstrap nodeclient");

    @BeforeEach
    void start() {
        server.intercept(
                request -> request.path().endsWith("/subjectaccessreviews") ? answered(request) : approved(request));
        TextSigner signer = new TextSigner();
        new RequestSigner(context, signer);
        NodeNames names = new NodeNames("cluster.local", () -> Set.of("kubernetes", "localhost", "Build-Host"));
        new RequestApprover(context, signer, names);
        new ServingApprover(context, signer, names, (node, address) -> node.equals("n") && address.equals("10.90.0.2"));
        new RequestCleaner(context);
        informers.start();
        context.start();
    }

    /** There is no subresource approval. */
    private static Request approved(Request request) {
        return new Request(
                request.verb(),
                request.path().replaceFirst("/approval$", "/status"),
                request.query(),
                request.body(),
                request.contentType());
    }

    private Request answered(Request request) {
        MapValue review = (MapValue) request.body();
        MapValue attributes = review.map("spec").map("resourceAttributes");
        String asked = review.map("spec").string("user") + " " + attributes.string("subresource");
        return new Request(
                request.verb(),
                request.path(),
                request.query(),
                review.with("metadata", MapValue.of("generateName", "review-"))
                        .with("status", MapValue.of("allowed", allowed.contains(asked))),
                request.contentType());
    }

    @AfterEach
    void close() {
        context.close();
        informers.close();
        client.close();
    }

    private void ask(String name, String signer, String user, String request, String... usages) {
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
                        ListValue.of((Object[]) usages),
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
        ask(
                "own",
                "kubelet-serving",
                "system:node:n",
                "system:node:n system:nodes n IP:10.90.0.2",
                "digital signature",
                "server auth");

        Await.until("the certificate", () -> !certificate("own").isEmpty());
        assertThat(certificate("own")).isEqualTo("signed system:node:n system:nodes n IP:10.90.0.2");
        assertThat(conditions("own")).containsExactly("Approved");
    }

    @Test
    void nobodyGetsOneForOthersWithoutApproval() throws Exception {
        ask(
                "other-address",
                "kubelet-serving",
                "system:node:n",
                "system:node:n system:nodes IP:10.90.0.3",
                "digital signature",
                "server auth");
        ask(
                "other-node",
                "kubelet-serving",
                "system:node:m",
                "system:node:n system:nodes n",
                "digital signature",
                "server auth");
        ask(
                "server-name",
                "kubelet-serving",
                "system:node:kubernetes",
                "system:node:kubernetes system:nodes kubernetes",
                "digital signature",
                "server auth");
        ask("client", "kube-apiserver-client", "alice", "alice staff a", "digital signature", "client auth");
        ask(
                "own",
                "kubelet-serving",
                "system:node:n",
                "system:node:n system:nodes n",
                "digital signature",
                "server auth");

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

    /** By whoever holds a bootstrap token: it lets a stranger choose the name of a node. */
    private static final List<String> NAMES_OF_SERVERS = List.of(
            "10.96.0.1",
            "127.1",
            "0x7f000001",
            "2130706433",
            "fd00--1.0x1",
            "::1",
            "localhost",
            "a.localhost",
            "kubernetes",
            "KUBERNETES.default.svc",
            "kubernetes.default.svc",
            "*.default.svc",
            "kubernetes.default.svc.cluster.local",
            "cluster.local",
            "kubernetes.default.svc.",
            "build-host",
            "a_b",
            "-a",
            "a..b",
            "");

    @Test
    void nobodyGetsACertificateByTheNameOfAServer() throws Exception {
        for (int i = 0; i < NAMES_OF_SERVERS.size(); i++) {
            String node = NAMES_OF_SERVERS.get(i);
            String user = "system:node:" + node;
            ask("client-" + i, "kube-apiserver-client-kubelet", "bootstrap", user + " system:nodes", CLIENT);
            ask("serving-" + i, "kubelet-serving", user, user + " system:nodes " + node, SERVING);
            ask("address-" + i, "kubelet-serving", "system:node:n", NODE_N + " IP:" + node, SERVING);
        }
        ask("dns-address", "kubelet-serving", "system:node:n", NODE_N + " 10.90.0.2", SERVING);
        ask(
                "client-last",
                "kube-apiserver-client-kubelet",
                "bootstrap",
                "system:node:kubernetes-1 system:nodes",
                CLIENT);
        ask("serving-last", "kubelet-serving", "system:node:n", NODE_N + " n", SERVING);
        ask("address-last", "kubelet-serving", "system:node:n", NODE_N + " IP:10.90.0.2", SERVING);

        List<String> fine = List.of("client-last", "serving-last", "address-last");
        for (String name : fine) {
            Await.until(name, () -> !certificate(name).isEmpty());
        }
        assertThat(requests.list())
                .filteredOn(request -> !conditions(request.name()).isEmpty())
                .extracting(CertificateSigningRequest::name)
                .containsExactlyInAnyOrderElementsOf(fine);
    }

    /** Who has a name already gains nothing by its renewal. */
    @Test
    void aNodeRenewsTheNameThatAPersonApproved() throws Exception {
        String user = "system:node:build-host";
        ask("renewed", "kube-apiserver-client-kubelet", user, user + " system:nodes", CLIENT);
        Await.until("the certificate", () -> !certificate("renewed").isEmpty());
    }

    @Test
    void whatASignerDoesNotSignFails() throws Exception {
        ask("usage", "kubelet-serving", "system:node:n", "system:node:n system:nodes n", "client auth");
        ask("other", "kube-apiserver-client", "alice", "alice staff", "client auth", "code signing");
        ask("none", "kube-apiserver-client", "alice", "alice staff", "digital signature");
        for (String name : List.of("usage", "other", "none")) {
            approve(name);
            Await.until(name, () -> conditions(name).contains("Failed"));
            assertThat(certificate(name)).isEmpty();
        }
        assertThat(messages("usage")).contains("usages did not match [digital signature key encipherment server auth]");
        assertThat(messages("other")).contains("invalid usage for client certificate: code signing");
        assertThat(messages("none")).contains("missing required usage for client certificate: client auth");
    }

    private List<String> messages(String name) {
        return requests.get(name).value().map("status").list("conditions").stream()
                .map(condition -> ((MapValue) condition).string("message"))
                .toList();
    }

    /** By the answer of a SubjectAccessReview: a node for itself, a bootstrap token for any. */
    @Test
    void kubeletsGetClientCertificates() throws Exception {
        String own = "system:node:n system:nodes";
        ask("renewed", "kube-apiserver-client-kubelet", "system:node:n", own, "digital signature", "client auth");
        ask("joined", "kube-apiserver-client-kubelet", "bootstrap", own, "digital signature", "client auth");
        ask("stolen", "kube-apiserver-client-kubelet", "system:node:m", own, "digital signature", "client auth");
        ask(
                "another",
                "kube-apiserver-client-kubelet",
                "system:node:n",
                own + " name",
                "digital signature",
                "client auth");
        ask(
                "masters",
                "kube-apiserver-client-kubelet",
                "bootstrap",
                "system:node:n system:masters",
                "digital signature",
                "client auth");
        ask(
                "user",
                "kube-apiserver-client-kubelet",
                "bootstrap",
                "admin system:nodes",
                "digital signature",
                "client auth");
        ask("last", "kube-apiserver-client-kubelet", "bootstrap", own, "digital signature", "client auth");

        for (String name : List.of("renewed", "joined", "last")) {
            Await.until(name, () -> !certificate(name).isEmpty());
        }
        assertThat(messages("renewed"))
                .containsExactly("Auto approving self kubelet client certificate after SubjectAccessReview.");
        assertThat(messages("joined"))
                .containsExactly("Auto approving kubelet client certificate after SubjectAccessReview.");
        for (String name : List.of("stolen", "another", "masters", "user")) {
            assertThat(conditions(name)).isEmpty();
        }
    }

    @Test
    void whatIsOverIsDeleted() throws Exception {
        ask("denied", "kube-apiserver-client", "alice", "alice staff", "client auth");
        decide("denied", "Denied");
        ask("issued", "kube-apiserver-client", "alice", "alice staff", "client auth");
        decide("issued", "Approved");
        ask("of-others", "other", "alice", "alice staff", "client auth");
        decide("of-others", "Approved");
        ask("pending", "kube-apiserver-client", "alice", "alice staff", "client auth");
        Await.until("the certificate", () -> !certificate("issued").isEmpty());
        seen();

        clock.advance(Duration.ofMinutes(59));
        assertThat(names()).containsExactlyInAnyOrder("denied", "issued", "of-others", "pending");
        clock.advance(Duration.ofMinutes(2));
        Await.until("the decided ones", () -> names().equals(Set.of("of-others", "pending")));
        clock.advance(Duration.ofHours(24));
        Await.until("the rest", () -> names().isEmpty());
    }

    /** The cleaner sleeps for each request that there is. */
    private void seen() throws InterruptedException {
        Await.until("the cleaner", () -> clock.waiting() >= 4);
    }

    private void decide(String name, String type) {
        MapValue condition = MapValue.of(
                "type",
                type,
                "status",
                "True",
                "reason",
                "r",
                "message",
                "m",
                "lastUpdateTime",
                Times.format(clock.instant()));
        requests.subresource(
                "update",
                name,
                "approval",
                requests.get(name).value().with("status", MapValue.of("conditions", ListValue.of(condition))));
    }

    private Set<String> names() {
        return requests.list().stream().map(CertificateSigningRequest::name).collect(Collectors.toSet());
    }
}
