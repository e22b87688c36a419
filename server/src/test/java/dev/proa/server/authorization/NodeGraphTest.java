package dev.proa.server.authorization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import org.junit.jupiter.api.Test;

class NodeGraphTest {
    private static final Key POD = new Key("pods", "ns", "p");
    private static final String EVERYTHING = """
            metadata: {name: p, namespace: ns}
            spec:
              nodeName: n1
              serviceAccountName: account
              imagePullSecrets: [{name: s-pull}]
              initContainers: [{envFrom: [{secretRef: {name: s-init}}]}]
              containers:
              - envFrom: [{configMapRef: {name: c-env}}]
                env:
                - {name: A, valueFrom: {secretKeyRef: {name: s-key, key: k}}}
                - {name: B, valueFrom: {configMapKeyRef: {name: c-key, key: k}}}
              ephemeralContainers: [{envFrom: [{secretRef: {name: s-ephemeral}}]}]
              volumes:
              - {name: v1, secret: {secretName: s-volume}}
              - {name: v2, configMap: {name: c-volume}}
              - {name: v3, projected: {sources: [{secret: {name: s-projected}}, {configMap: {name: c-projected}}]}}
              - {name: v4, csi: {driver: d, nodePublishSecretRef: {name: s-csi}}}
              - {name: v5, rbd: {secretRef: {name: s-rbd}}}
              - {name: v6, azureFile: {secretName: s-azure}}
              - {name: v7, persistentVolumeClaim: {claimName: claim}}
              - {name: v8, ephemeral: {volumeClaimTemplate: {}}}
              resourceClaims: [{name: r1, resourceClaimName: rc}, {name: r2, resourceClaimTemplateName: t}]
            status:
              resourceClaimStatuses: [{name: r2, resourceClaimName: made}, {name: other, resourceClaimName: not-mine}]
            """;

    private final NodeGraph graph = new NodeGraph();

    private static MapValue pod(String yaml) {
        return Yaml.decodeMap(yaml);
    }

    private boolean related(String node, String resource, String name) {
        return graph.related(node, new Key(resource, "ns", name));
    }

    @Test
    void everythingThatAPodNamesBelongsToItsNode() {
        graph.put(POD, pod(EVERYTHING));

        for (String secret : "pull init key ephemeral volume projected csi rbd azure".split(" ")) {
            assertThat(related("n1", "secrets", "s-" + secret)).as(secret).isTrue();
            assertThat(related("n2", "secrets", "s-" + secret)).as(secret).isFalse();
            assertThat(related("n1", "configmaps", "s-" + secret)).as(secret).isFalse();
        }
        for (String map : "env key volume projected".split(" ")) {
            assertThat(related("n1", "configmaps", "c-" + map)).as(map).isTrue();
        }
        assertThat(related("n1", "serviceaccounts", "account")).isTrue();
        assertThat(related("n1", "persistentvolumeclaims", "claim")).isTrue();
        assertThat(related("n1", "persistentvolumeclaims", "p-v8")).isTrue();
        assertThat(related("n1", "resourceclaims.resource.k8s.io", "rc")).isTrue();
        assertThat(related("n1", "resourceclaims.resource.k8s.io", "made")).isTrue();
        assertThat(related("n1", "resourceclaims.resource.k8s.io", "not-mine")).isFalse();
        assertThat(related("n1", "pods", "p")).isTrue();
        assertThat(graph.related("n1", new Key("secrets", "other", "s-key"))).isFalse();
    }

    @Test
    void itEndsWithThePod() {
        graph.put(POD, pod(EVERYTHING));
        graph.put(new Key("pods", "ns", "q"), pod("""
                metadata: {name: q, namespace: ns}
                spec: {nodeName: n1, imagePullSecrets: [{name: s-pull}]}
                """));

        graph.remove(POD);

        assertThat(related("n1", "secrets", "s-pull")).isTrue();
        assertThat(related("n1", "secrets", "s-key")).isFalse();
        graph.remove(new Key("pods", "ns", "q"));
        assertThat(related("n1", "secrets", "s-pull")).isFalse();
        graph.remove(POD);
    }

    @Test
    void aPodWithoutANodeAndAMirrorPodGiveNoRights() {
        graph.put(POD, pod(EVERYTHING.replace("  nodeName: n1\n", "")));
        assertThat(related("n1", "secrets", "s-key")).isFalse();

        graph.put(
                POD,
                pod(EVERYTHING.replace(
                        "namespace: ns", "namespace: ns, annotations: {kubernetes.io/config.mirror: x}")));
        assertThat(related("n1", "secrets", "s-key")).isFalse();
        assertThat(related("n1", "pods", "p")).isTrue();
    }

    @Test
    void aPodIsFollowedWhenItChanges() {
        graph.put(POD, pod(EVERYTHING.replace("  nodeName: n1\n", "")));
        graph.put(POD, pod(EVERYTHING));
        graph.put(POD, pod(EVERYTHING.replace("s-ephemeral", "s-later")));

        assertThat(related("n1", "secrets", "s-later")).isTrue();
        assertThat(related("n1", "secrets", "s-ephemeral")).isFalse();
        assertThat(related("n1", "secrets", "s-key")).isTrue();
    }
}
