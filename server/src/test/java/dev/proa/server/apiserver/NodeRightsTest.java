package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.proa.api.codec.Yaml;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.NodeRestriction;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.NodeIdentity;
import dev.proa.server.auth.UserInfo;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a node may do at the API server: the Node authorizer and NodeRestriction together, with Kubernetes' texts. */
class NodeRightsTest {
    private static final UserInfo NODE = NodeIdentity.of("n1");
    private static final String NS = "/api/v1/namespaces/default/";

    private final InProcess api = new InProcess();

    @BeforeEach
    void make() {
        for (String secret : new String[] {"mine", "later", "other"}) {
            api.create(NS + "secrets", "{metadata: {name: " + secret + "}}");
        }
        api.create("/api/v1/nodes", "{metadata: {name: n1, labels: {tier: a}}}");
        api.create("/api/v1/nodes", "{metadata: {name: n2}}");
        pod("here", "n1", "envFrom: [{secretRef: {name: mine}}]");
        pod("there", "n2", "envFrom: [{secretRef: {name: other}}]");
    }

    @AfterEach
    void close() {
        api.close();
    }

    private MapValue pod(String name, String node, String more) {
        return api.create(
                NS + "pods",
                "{metadata: {name: " + name + "}, spec: {nodeName: '" + node + "', containers: [{name: c, image: i, "
                        + more + "}]}}");
    }

    private int ask(String verb, String path, @Nullable String yaml, @Nullable String type) {
        Object body = yaml == null ? null : Yaml.decode(yaml.getBytes(StandardCharsets.UTF_8));
        return api.ask(NODE, verb, path, body, type).status();
    }

    private String refusal(String verb, String path, @Nullable String yaml) {
        StatusException refused = catchThrowableOfType(
                StatusException.class,
                () -> ask(verb, path, yaml, verb.equals("patch") ? "application/merge-patch+json" : null));
        assertThat(refused).as("%s %s", verb, path).isNotNull();
        assertThat(refused.code()).isEqualTo(403);
        return String.valueOf(refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "get    | secrets/mine",
                "list   | secrets?fieldSelector=metadata.name%3Dmine",
                "get    | serviceaccounts/default",
                "get    | pods/here",
                "list   | pods?fieldSelector=spec.nodeName%3Dn1",
                "list   | pods?fieldSelector=metadata.name%3Dhere",
                "list   | services",
            })
    void reads(String verb, String path) {
        assertThat(ask(verb, NS + path, null, null)).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "get              | secrets/other   | no relationship found between node 'n1' and this object",
                "get              | secrets/none    | no relationship found between node 'n1' and this object",
                "list             | secrets         | No Object name found",
                "list | secrets?fieldSelector=metadata.name%3Dother | no relationship found between node 'n1' and this object",
                "list | secrets?fieldSelector=metadata.name!%3Dother | No Object name found",
                "update           | secrets/mine    | can only read resources of this type",
                "deletecollection | secrets         | can only read resources of this type",
                "get              | pods/there      | no relationship found between node 'n1' and this object",
                "get              | pods/here/log   | ",
                "create           | pods/here/exec  | ",
                "create           | pods/here/binding | ",
                "update           | pods/here       | ",
                "list             | pods            | can only list/watch pods with spec.nodeName field selector",
                "list | pods?fieldSelector=spec.nodeName%3Dn2 | can only list/watch pods with spec.nodeName field selector",
                "list | pods?fieldSelector=spec.nodeName!%3Dn1 | can only list/watch pods with spec.nodeName field selector",
                "create           | serviceaccounts | can only create tokens for individual service accounts",
                "list             | endpoints       | ",
                "create           | services        | ",
                "get              | persistentvolumeclaims/x | no relationship found between node 'n1' and this object",
            })
    void mayNot(String verb, String path, @Nullable String reason) {
        String message = refusal(verb, NS + path, null);

        assertThat(message).contains("User \"system:node:n1\" cannot " + verb + " resource \"");
        assertThat(message).endsWith(reason == null ? " in the namespace \"default\"" : ": " + reason);
    }

    @Test
    void readsWhatTheClusterTellsOfItself() {
        String maps = "/api/v1/namespaces/kube-public/configmaps";
        api.create(maps, "{metadata: {name: cluster-registry}, data: {url: x}}");

        assertThat(ask("get", maps + "/cluster-registry", null, null)).isEqualTo(200);
        assertThat(refusal("update", maps + "/cluster-registry", "{metadata: {name: cluster-registry}}"))
                .contains("can only read");
        assertThat(refusal("get", maps + "/other", null)).contains("no relationship");
        assertThat(refusal("list", maps, null)).contains("No Object name found");
        assertThat(refusal("get", NS + "configmaps/cluster-registry", null)).contains("no relationship");
        assertThat(refusal("get", maps.replace("configmaps", "secrets/cluster-registry"), null))
                .contains("no relationship");
    }

    @Test
    void mayReadAtOnceWhatANewPodNames() {
        assertThat(refusal("get", NS + "secrets/later", null)).contains("no relationship");
        for (int i = 0; i < 50; i++) {
            pod("new" + i, "n1", "envFrom: [{secretRef: {name: later}}]");
            assertThat(ask("get", NS + "secrets/later", null, null)).isEqualTo(200);
            api.ask(InProcess.MASTER, "delete", NS + "pods/new" + i + "?gracePeriodSeconds=0", null, null);
            assertThat(refusal("get", NS + "secrets/later", null)).contains("no relationship");
        }
    }

    @Test
    void listsTheVolumesThatWereProvisionedOnItAndNoOthers() {
        String volumes = "/api/v1/persistentvolumes";
        String selector = volumes + "?labelSelector=node.proa.dev/name";
        assertThat(ask("list", selector + "%3Dn1", null, null)).isEqualTo(200);
        assertThat(ask("list", selector + "%3Dn1,tier%3Da", null, null)).isEqualTo(200);
        for (String other : List.of(
                volumes,
                selector,
                selector + "%3Dn2",
                selector + "!%3Dn1",
                selector + "+in+(n1,n2)",
                volumes + "?fieldSelector=metadata.name%3Dv")) {
            for (String verb : List.of("list", "watch")) {
                assertThat(refusal(verb, other, null)).endsWith("can only get individual resources of this type");
            }
        }
        assertThat(refusal("deletecollection", selector + "%3Dn1", null)).contains("can only get individual");
    }

    @Test
    void readsAVolumeAndItsSecretThroughTheClaim() {
        api.create("/api/v1/persistentvolumes", """
                metadata: {name: volume}
                spec:
                  capacity: {storage: 1Gi}
                  accessModes: [ReadWriteOnce]
                  claimRef: {namespace: default, name: claim}
                  csi: {driver: d, volumeHandle: h, nodeStageSecretRef: {namespace: default, name: later}}
                """);
        String volume = "/api/v1/persistentvolumes/volume";
        assertThat(refusal("get", volume, null)).contains("no relationship");
        assertThat(refusal("get", NS + "secrets/later", null)).contains("no relationship");
        api.create(NS + "pods", """
                metadata: {name: claims}
                spec:
                  nodeName: n1
                  containers: [{name: c, image: i}]
                  volumes: [{name: v, persistentVolumeClaim: {claimName: claim}}]
                """);

        assertThat(ask("get", volume, null, null)).isEqualTo(200);
        assertThat(ask("get", NS + "secrets/later", null, null)).isEqualTo(200);
    }

    @Test
    void writesTheStatusOfItsPodsOnly() {
        String status = "{status: {phase: Running}}";
        assertThat(ask("patch", NS + "pods/here/status", status, "application/merge-patch+json"))
                .isEqualTo(200);
        assertThat(refusal("patch", NS + "pods/there/status", status))
                .isEqualTo("pods \"there\" is forbidden: node \"n1\" can only update pod status for pods with"
                        + " spec.nodeName set to itself");
        assertThat(refusal("patch", NS + "pods/here/status", "{metadata: {labels: {app: web}}}"))
                .endsWith("node \"n1\" cannot update labels through pod status");
        assertThat(refusal("delete", NS + "pods/there", null))
                .endsWith("node \"n1\" can only delete pods with spec.nodeName set to itself");
        assertThat(refusal("create", NS + "pods/there/eviction", "{metadata: {name: there}}"))
                .endsWith("node n1 can only evict pods with spec.nodeName set to itself");
        assertThat(ask("delete", NS + "pods/here", null, null)).isEqualTo(200);
    }

    @Test
    void writesItsOwnNodeOnly() {
        String own = "/api/v1/nodes/n1";
        assertThat(ask(
                        "patch",
                        own,
                        "{metadata: {labels: {tier: b, kubernetes.io/os: linux}}}",
                        "application/merge-patch+json"))
                .isEqualTo(200);
        assertThat(refusal("patch", own, "{metadata: {labels: {node-restriction.kubernetes.io/x: z, a.k8s.io/x: z}}}"))
                .endsWith("is not allowed to modify labels: a.k8s.io/x, node-restriction.kubernetes.io/x");
        assertThat(refusal("patch", own + "/status", "{metadata: {labels: {node-role.kubernetes.io/x: ''}}}"))
                .endsWith("is not allowed to modify labels: node-role.kubernetes.io/x");
        assertThat(refusal("patch", own, "{spec: {taints: [{key: a, effect: NoSchedule}]}}"))
                .endsWith("node \"n1\" is not allowed to modify taints");
        assertThat(refusal(
                        "patch",
                        own,
                        "{metadata: {ownerReferences: [{apiVersion: v1, kind: Node, name: n2, uid: u}]}}"))
                .endsWith("node \"n1\" is not allowed to modify ownerReferences");
        assertThat(refusal("patch", "/api/v1/nodes/n2", "{spec: {unschedulable: true}}"))
                .endsWith("node \"n1\" is not allowed to modify node \"n2\"");
        assertThat(refusal("create", "/api/v1/nodes", "{metadata: {name: n3}}"))
                .endsWith("node \"n1\" is not allowed to modify node \"n3\"");
        assertThat(refusal("get", "/api/v1/nodes/n2", null))
                .endsWith("node 'n1' cannot read 'n2', only its own Node object");
        assertThat(refusal("delete", own, null)).contains("cannot delete resource \"nodes\"");
    }

    @Test
    void makesMirrorPodsOfItsOwnOnly() {
        String uid = api.get("/api/v1/nodes/n1").map("metadata").string("uid");
        String owner = "ownerReferences: [{apiVersion: v1, kind: Node, name: n1, uid: " + uid + ", controller: true}]";
        String mirror = "{metadata: {name: m, annotations: {kubernetes.io/config.mirror: x}, " + owner
                + "}, spec: {nodeName: n1, containers: [{name: c, image: i}]}}";

        assertThat(refusal("create", NS + "pods", mirror.replace("nodeName: n1", "nodeName: n2")))
                .endsWith("node \"n1\" can only create pods with spec.nodeName set to itself");
        assertThat(refusal("create", NS + "pods", mirror.replace(owner, "labels: {}")))
                .endsWith("node \"n1\" can only create pods with an owner reference set to itself");
        assertThat(refusal(
                        "create",
                        NS + "pods",
                        mirror.replace("image: i", "image: i, envFrom: [{secretRef: {name: other}}]")))
                .endsWith("a mirror pod may not reference secrets");
        assertThat(refusal(
                        "create",
                        NS + "pods",
                        mirror.replace("containers:", "serviceAccountName: default, containers:")))
                .endsWith("a mirror pod may not reference service accounts");
        assertThat(refusal(
                        "create", NS + "pods", mirror.replace("annotations: {kubernetes.io/config.mirror: x}, ", "")))
                .contains("pod does not have \"kubernetes.io/config.mirror\" annotation");
        assertThat(ask("create", NS + "pods", mirror, null)).isEqualTo(201);
    }

    @Test
    void getsTokensForItsPodsOnly() {
        String path = NS + "serviceaccounts/default/token";
        String bound = "{spec: {audiences: [], boundObjectRef: {apiVersion: v1, kind: Pod, name: %s, uid: %s}}}";
        String here = api.get(NS + "pods/here").map("metadata").string("uid");
        String there = api.get(NS + "pods/there").map("metadata").string("uid");

        assertThat(ask("create", path, bound.formatted("here", here), null)).isEqualTo(201);
        assertThat(refusal("create", path, "{spec: {audiences: []}}"))
                .endsWith("node requested token not bound to a pod");
        assertThat(refusal("create", path, bound.formatted("there", there)))
                .endsWith("node requested token bound to a pod scheduled on a different node");
        assertThat(refusal("create", path, bound.formatted("here", there)))
                .contains("does not match the UID in record");
        assertThat(refusal("create", path, bound.formatted("here", here).replace("[]", "[vault]")))
                .endsWith("audience \"vault\" not found in pod spec volume, system:node:n1 is not authorized to request"
                        + " tokens for this audience");
    }

    @Test
    void getsTokensForAudiencesThatItWasGranted() {
        NodeRestriction restriction =
                new NodeRestriction(asked -> asked.verb().equals("request-serviceaccounts-token-audience")
                                && asked.resource().equals("bank")
                                && asked.namespace().equals("default")
                                && asked.name().equals("default")
                        ? Authorizer.Decision.allow("")
                        : Authorizer.Decision.NO_OPINION);
        try (InProcess other = new InProcess(List.of(restriction))) {
            String here = other.create(
                            NS + "pods",
                            "{metadata: {name: here}, spec: {nodeName: n1, serviceAccountName: default, containers:"
                                    + " [{name: c, image: i}]}}")
                    .map("metadata")
                    .string("uid");
            String wanted = "{spec: {audiences: [%s], boundObjectRef: {apiVersion: v1, kind: Pod, name: here, uid: "
                    + here + "}}}";
            String path = NS + "serviceaccounts/default/token";

            assertThat(other.ask(NODE, "create", path, Yaml.decodeMap(wanted.formatted("bank")), null)
                            .status())
                    .isEqualTo(201);
            assertThat(catchThrowableOfType(
                            StatusException.class,
                            () -> other.ask(NODE, "create", path, Yaml.decodeMap(wanted.formatted("vault")), null)))
                    .hasMessageContaining("audience \"vault\" not found");
        }
    }

    /** Which of several common names counts, parsers do not agree on. */
    @ParameterizedTest
    @CsvSource({
        "CN=system:node:n1, true",
        "CN=system:node:n2, false",
        "CN=system:node:n1+CN=system:node:n2, false",
        "'CN=system:node:n1,CN=system:node:n2', false",
        "'CN=system:node:n2,CN=system:node:n1', false",
        "O=system:nodes, false"
    })
    void asksForCertificatesOfItsOwnNameOnly(String subject, boolean own) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        String yaml = signingRequest(pem(subject + (subject.startsWith("O") ? "" : ",O=system:nodes"), keys));
        if (own) {
            assertThat(ask("create", REQUESTS, yaml, null)).isEqualTo(201);
        } else {
            assertThat(refusal("create", REQUESTS, yaml)).endsWith("can only create a node CSR with CN=system:node:n1");
        }
    }

    /** Of two blocks, one parser took the first that it knew, and the signer the first of all. */
    @Test
    void asksByOneBlockOnly() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        String own = pem("CN=system:node:n1,O=system:nodes", keys);
        String other = pem("CN=system:node:n2,O=system:nodes", keys);
        for (String both : List.of(
                own + other, other + own, "x" + other + own, own.replace("BEGIN CERT", "BEGIN  CERT") + other)) {
            assertThat(refusal("create", REQUESTS, signingRequest(both))).contains("unable to parse csr: ");
        }
        assertThat(ask("create", REQUESTS, signingRequest("Of n1:\n" + own), null))
                .isEqualTo(201);
    }

    private static final String REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests";

    private static String pem(String subject, KeyPair keys) throws Exception {
        byte[] request = new JcaPKCS10CertificationRequestBuilder(new X500Name(subject), keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                .getEncoded();
        return "-----BEGIN CERTIFICATE REQUEST-----\n" + Base64.getMimeEncoder().encodeToString(request)
                + "\n-----END CERTIFICATE REQUEST-----\n";
    }

    private static String signingRequest(String pem) {
        return "{metadata: {name: wanted}, spec: {request: "
                + Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII))
                + ", signerName: kubernetes.io/kube-apiserver-client-kubelet, usages: [digital signature, client auth]}}";
    }

    @Test
    void keepsItsOwnLease() {
        String leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
        assertThat(ask("create", leases, "{metadata: {name: n1}}", null)).isEqualTo(201);
        assertThat(refusal("create", leases, "{metadata: {name: n2}}"))
                .endsWith("can only access node lease with the same name as the requesting node");
        assertThat(refusal("get", leases + "/n2", null))
                .endsWith("can only access node lease with the same name as the requesting node");
        assertThat(refusal("create", leases.replace("kube-node-lease", "default"), "{metadata: {name: n1}}"))
                .endsWith("can only access leases in the \"kube-node-lease\" system namespace");
    }

    @Test
    void aNodeWithoutANameOrGroupMayNothing() {
        for (UserInfo user :
                new UserInfo[] {UserInfo.of("system:node:", "system:nodes"), UserInfo.of("system:node:n1")}) {
            StatusException refused = catchThrowableOfType(
                    StatusException.class, () -> api.ask(user, "get", NS + "secrets/mine", null, null));
            assertThat(refused.code()).isEqualTo(403);
        }
    }
}
