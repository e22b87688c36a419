package dev.proa.server.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.config.ConfigObject;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.auth.Authorizer.Decision;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The plugins that look at an object and the store alone, most of which are off by default. */
class OptionalPluginsTest {
    private final MemoryStore store = MemoryStore.inMemory();

    @AfterEach
    void close() {
        store.close();
    }

    private void stored(String resource, String namespace, String name, String more) {
        store.create(
                new Key(resource, namespace, name), Yaml.decodeMap("{metadata: {name: " + name + ", " + more + "}}"));
    }

    private AdmissionAttributes create(String plural, String object) {
        return TestAttributes.of(Operation.CREATE, plural, Yaml.decodeMap(object), MapValue.EMPTY, store.snapshot());
    }

    private AdmissionAttributes update(String plural, String object, String old) {
        return TestAttributes.of(
                Operation.UPDATE, plural, Yaml.decodeMap(object), Yaml.decodeMap(old), store.snapshot());
    }

    private static String pod(String spec) {
        return "{metadata: {name: p, namespace: default}, spec: " + spec + "}";
    }

    private static ConfigObject file(String yaml) {
        return ConfigObject.parse("f", yaml.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void claimsWithoutAClassGetTheNewestDefault() {
        String isDefault = "annotations: {storageclass.kubernetes.io/is-default-class: 'true'}, creationTimestamp: ";
        stored("storageclasses.storage.k8s.io", "", "old", isDefault + "'2026-01-01T00:00:00Z'");
        stored("storageclasses.storage.k8s.io", "", "new", isDefault + "'2026-01-02T00:00:00Z'");
        stored("storageclasses.storage.k8s.io", "", "other", "creationTimestamp: '2026-01-03T00:00:00Z'");
        DefaultStorageClass plugin = new DefaultStorageClass();
        String metadata = "{metadata: {name: c, namespace: default}, spec: {";
        assertThat(plugin.admit(create("persistentvolumeclaims", metadata + "}}"))
                        .map("spec")
                        .string("storageClassName"))
                .isEqualTo("new");
        AdmissionAttributes none = create("persistentvolumeclaims", metadata + "storageClassName: ''}}");
        assertThat(plugin.admit(none)).isSameAs(none.object());
    }

    @Test
    void claimsGrowOnlyIfTheirClassAllowsIt() {
        store.create(
                new Key("storageclasses.storage.k8s.io", "", "grows"),
                Yaml.decodeMap("{metadata: {name: grows}, allowVolumeExpansion: true}"));
        stored("storageclasses.storage.k8s.io", "", "fixed", "labels: {}");
        PersistentVolumeClaimResize plugin = new PersistentVolumeClaimResize();
        String claim = "{metadata: {name: c, namespace: default}, spec: {storageClassName: %s, resources: {requests:"
                + " {storage: %s}}}, status: {phase: %s}}";
        plugin.validate(update(
                "persistentvolumeclaims",
                claim.formatted("grows", "2Gi", "Bound"),
                claim.formatted("grows", "1Gi", "Bound")));
        assertThatThrownBy(() -> plugin.validate(update(
                        "persistentvolumeclaims",
                        claim.formatted("fixed", "2Gi", "Bound"),
                        claim.formatted("fixed", "1Gi", "Bound"))))
                .hasMessage("persistentvolumeclaims \"c\" is forbidden: only dynamically provisioned pvc can be resized"
                        + " and the storageclass that provisions the pvc must support resize");
        assertThatThrownBy(() -> plugin.validate(update(
                        "persistentvolumeclaims",
                        claim.formatted("grows", "2Gi", "Pending"),
                        claim.formatted("grows", "1Gi", "Pending"))))
                .hasMessageEndingWith("Only bound persistent volume claims can be expanded");
    }

    @Test
    void imagesArePulledForEveryPod() {
        AlwaysPullImages plugin = new AlwaysPullImages();
        MapValue spec = plugin.admit(create(
                        "pods",
                        pod("{containers: [{name: c, image: i, imagePullPolicy: Never}], volumes: [{name: v, image:"
                                + " {reference: r, pullPolicy: IfNotPresent}}]}")))
                .map("spec");
        assertThat(spec.list("containers").map(0).string("imagePullPolicy")).isEqualTo("Always");
        assertThat(spec.list("volumes").map(0).map("image").string("pullPolicy"))
                .isEqualTo("Always");
        assertThatThrownBy(() -> plugin.validate(
                        create("pods", pod("{containers: [{name: c, image: i, imagePullPolicy: Never}]}"))))
                .hasMessage("pods \"p\" is forbidden: spec.containers[0].imagePullPolicy: Unsupported value: \"Never\":"
                        + " supported values: \"Always\"");
        String same = pod("{containers: [{name: c, image: i, imagePullPolicy: Never}]}");
        plugin.validate(update("pods", same, same));
    }

    @Test
    void noNewExternalAddresses() {
        DenyServiceExternalIPs plugin = new DenyServiceExternalIPs();
        String service = "{metadata: {name: s, namespace: default}, spec: {externalIPs: [%s]}}";
        plugin.validate(update("services", service.formatted("1.2.3.4"), service.formatted("1.2.3.4, 5.6.7.8")));
        assertThatThrownBy(() -> plugin.validate(create("services", service.formatted("1.2.3.4"))))
                .hasMessage("services \"s\" is forbidden: Use of external IPs is denied by admission control");
    }

    @Test
    void nodesBeginAsNotReady() {
        TaintNodesByCondition plugin = new TaintNodesByCondition();
        MapValue node = plugin.admit(create("nodes", "{metadata: {name: n}}"));
        assertThat(node.map("spec").list("taints"))
                .isEqualTo(ListValue.of(MapValue.of("key", "node.kubernetes.io/not-ready", "effect", "NoSchedule")));
        assertThat(plugin.admit(create("nodes", "{metadata: {name: n}}").withObject(node)))
                .isSameAs(node);
    }

    @Test
    void podsGetTheTopologyOfTheirNode() {
        stored("nodes", "", "node", "labels: {topology.kubernetes.io/zone: z, other: o}");
        MapValue pod = new PodTopologyLabels().admit(create("pods", pod("{nodeName: node}")));
        assertThat(pod.map("metadata").map("labels")).isEqualTo(MapValue.of("topology.kubernetes.io/zone", "z"));
    }

    @Test
    void podsOfANamespaceAreKeptToItsNodes() {
        stored("namespaces", "", "default", "annotations: {scheduler.alpha.kubernetes.io/node-selector: 'a=b, c=d'}");
        PodNodeSelector plugin = new PodNodeSelector(
                PodNodeSelector.configuration(file("podNodeSelectorPluginConfig: {default: 'a=b,c=d,e=f'}")));
        assertThat(plugin.admit(create("pods", pod("{nodeSelector: {e: f}}")))
                        .map("spec")
                        .map("nodeSelector"))
                .isEqualTo(Yaml.decodeMap("{a: b, c: d, e: f}"));
        assertThatThrownBy(() -> plugin.admit(create("pods", pod("{nodeSelector: {a: x}}"))))
                .hasMessage("pods \"p\" is forbidden: pod node label selector conflicts with its namespace node label"
                        + " selector");
        assertThatThrownBy(() -> plugin.admit(create("pods", pod("{nodeSelector: {e: x}}"))))
                .hasMessage("pods \"p\" is forbidden: pod node label selector labels conflict with its namespace"
                        + " whitelist");
        assertThat(new PodNodeSelector(Map.of("clusterDefaultNodeSelector", "k=v"))
                        .admit(create("pods", pod("{}")))
                        .map("spec")
                        .map("nodeSelector"))
                .as("the annotation counts, not the default")
                .isEqualTo(Yaml.decodeMap("{a: b, c: d}"));
    }

    @Test
    void tolerationsAreAddedAndHeldToThoseThatAreAllowed() {
        stored(
                "namespaces",
                "",
                "default",
                "annotations: {scheduler.alpha.kubernetes.io/defaultTolerations:"
                        + " '[{\"key\":\"k\",\"operator\":\"Exists\"}]',"
                        + " scheduler.alpha.kubernetes.io/tolerationsWhitelist: '[{\"key\":\"k\",\"operator\":\"Exists\"},"
                        + "{\"key\":\"node.kubernetes.io/memory-pressure\",\"operator\":\"Exists\"}]'}");
        PodTolerationRestriction plugin = new PodTolerationRestriction(PodTolerationRestriction.Configuration.NONE);
        assertThat(plugin.admit(create(
                                "pods",
                                pod("{tolerations: [{key: k, operator: Equal, value: v}], containers:"
                                        + " [{name: c, resources: {requests: {cpu: 1}}}]}")))
                        .map("spec")
                        .list("tolerations"))
                .isEqualTo(Yaml.decodeMap("{l: [{key: k, operator: Exists}, {key: node.kubernetes.io/memory-pressure,"
                                + " operator: Exists, effect: NoSchedule}]}")
                        .list("l"));
        assertThatThrownBy(() -> plugin.admit(create("pods", pod("{tolerations: [{operator: Exists}]}"))))
                .hasMessage("pod tolerations (possibly merged with namespace default tolerations) conflict with its"
                        + " namespace whitelist");
        assertThat(PodTolerationRestriction.Configuration.of(file(
                                "{apiVersion: podtolerationrestriction.admission.k8s.io/v1alpha1, kind: Configuration,"
                                        + " whitelist: [{key: a, tolerationSeconds: 5}]}"))
                        .allowed())
                .isEqualTo(ListValue.of(MapValue.of("key", "a", "tolerationSeconds", 5L)));
    }

    @Test
    void podsTolerateTheResourcesThatTheyAskFor() {
        assertThat(new ExtendedResourceToleration()
                        .admit(create(
                                "pods",
                                pod("{containers: [{name: c, resources: {requests: {cpu: 1,"
                                        + " example.com/gpu: 1}}}]}")))
                        .map("spec")
                        .list("tolerations"))
                .isEqualTo(ListValue.of(
                        MapValue.of("key", "example.com/gpu", "operator", "Exists", "effect", "NoSchedule")));
    }

    @Test
    void eventsAreLimitedByTheirKey() {
        AtomicLong now = new AtomicLong();
        EventRateLimit plugin = new EventRateLimit(
                EventRateLimit.Limit.of(
                        file("{apiVersion: eventratelimit.admission.k8s.io/v1alpha1, kind: Configuration, limits:"
                                + " [{type: Namespace, qps: 1, burst: 2}, {type: User, qps: 50, burst: 100}]}")),
                now::get);
        String event = "{metadata: {name: e, namespace: %s}}";
        plugin.validate(create("events", event.formatted("a")));
        plugin.validate(create("events", event.formatted("a")));
        assertThatThrownBy(() -> plugin.validate(create("events", event.formatted("a"))))
                .hasMessage("Too many requests: limit reached on type Namespace for key a");
        plugin.validate(create("events", event.formatted("b")));
        now.addAndGet(1_000_000_000L);
        plugin.validate(create("events", event.formatted("a")));
        assertThatThrownBy(() -> EventRateLimit.Limit.of(file("{apiVersion: eventratelimit.admission.k8s.io/v1alpha1,"
                        + " kind: Configuration, limits: [{type: User, qps: 0, burst: 1}]}")))
                .hasMessage("f: limits[0].qps: must be positive");
    }

    @Test
    void ownersAreChangedOnlyByThoseWhoMayDelete() {
        OwnerReferencesPermissionEnforcement nobody =
                new OwnerReferencesPermissionEnforcement(attributes -> Decision.noOpinion("no"));
        String owned = "{metadata: {name: m, namespace: default, ownerReferences: [{apiVersion: v1, kind: Pod, name: p,"
                + " uid: u, blockOwnerDeletion: %s}]}}";
        nobody.validate(create("configmaps", owned.formatted(false)));
        assertThatThrownBy(() -> nobody.validate(create("configmaps", owned.formatted(true))))
                .hasMessage(
                        "configmaps \"m\" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a"
                                + " resource you can't set finalizers on: no, <nil>");
        assertThatThrownBy(() -> nobody.validate(
                        update("configmaps", owned.formatted(false), "{metadata: {name: m, namespace: default}}")))
                .hasMessage("configmaps \"m\" is forbidden: cannot set an ownerRef on a resource you can't delete: no,"
                        + " <nil>");
        OwnerReferencesPermissionEnforcement finalizers = new OwnerReferencesPermissionEnforcement(
                attributes -> attributes.resourceAndSubresource().equals("pods/finalizers")
                                && attributes.verb().equals("update")
                                && attributes.namespace().equals("default")
                        ? Decision.allow("")
                        : Decision.NO_OPINION);
        finalizers.validate(create("configmaps", owned.formatted(true)));
    }

    @Test
    void antiAffinityIsForTheNodeAlone() {
        assertThatThrownBy(() -> new LimitPodHardAntiAffinityTopology()
                        .validate(create(
                                "pods",
                                pod("{affinity: {podAntiAffinity:"
                                        + " {requiredDuringSchedulingIgnoredDuringExecution:"
                                        + " [{topologyKey: zone}]}}}"))))
                .hasMessage("pods \"p\" is forbidden: affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey"
                        + " zone but only key kubernetes.io/hostname is allowed");
    }

    @Test
    void secretsAreThoseOfTheAccountWhenItSaysSo() {
        store.create(
                new Key("serviceaccounts", "default", "strict"),
                Yaml.decodeMap(
                        "{metadata: {name: strict, annotations: {kubernetes.io/enforce-mountable-secrets: 'true'}},"
                                + " secrets: [{name: mine}]}"));
        ServiceAccountPlugin plugin = new ServiceAccountPlugin();
        plugin.validate(
                create("pods", pod("{serviceAccountName: strict, volumes: [{name: v, secret: {secretName: mine}}]}")));
        for (Map.Entry<String, String> refused : Map.of(
                        "volumes: [{name: v, secret: {secretName: other}}]",
                        "volume with secret.secretName=\"other\" is not allowed because service account strict does not"
                                + " reference that secret",
                        "containers: [{name: c, env: [{name: E, valueFrom: {secretKeyRef: {name: other, key: k}}}]}]",
                        "container c with envVar E referencing secret.secretName=\"other\" is not allowed because"
                                + " service account strict does not reference that secret",
                        "initContainers: [{name: c, envFrom: [{secretRef: {name: other}}]}]",
                        "init container c with envFrom referencing secret.secretName=\"other\" is not allowed because"
                                + " service account strict does not reference that secret",
                        "imagePullSecrets: [{name: pull}]",
                        "imagePullSecrets[0].name=\"pull\" is not allowed because service account strict does not"
                                + " reference that imagePullSecret")
                .entrySet()) {
            assertThatThrownBy(() -> plugin.validate(
                            create("pods", pod("{serviceAccountName: strict, " + refused.getKey() + "}"))))
                    .hasMessage("pods \"p\" is forbidden: " + refused.getValue());
        }
        assertThatThrownBy(() -> plugin.validate(create(
                        "pods",
                        "{metadata: {name: p, namespace: default, annotations: {kubernetes.io/config.mirror: x}}, spec:"
                                + " {serviceAccountName: a}}")))
                .hasMessage("pods \"p\" is forbidden: a mirror pod may not reference service accounts");
    }

    @Test
    void theAccountOfANewNamespaceIsWaitedFor() throws Exception {
        ServiceAccountPlugin plugin = new ServiceAccountPlugin(store);
        AdmissionAttributes request = create("pods", pod("{containers: []}"));
        Thread controller = Thread.ofVirtual()
                .start(() -> List.of("other", "default")
                        .forEach(name -> stored("serviceaccounts", "default", name, "labels: {}")));
        assertThat(plugin.admit(request).map("spec").string("serviceAccountName"))
                .isEqualTo("default");
        controller.join();
    }
}
