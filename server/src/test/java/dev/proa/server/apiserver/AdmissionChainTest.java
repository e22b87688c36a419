package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.AdmissionPlugin;
import dev.proa.server.admission.MutatingPlugin;
import dev.proa.server.admission.ValidatingPlugin;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every write passes the admission chain, at the right place of its way. */
class AdmissionChainTest {
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String POD = "{metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}";

    private final Probe probe = new Probe();
    private final InProcess api = new InProcess(withProbe());

    private List<AdmissionPlugin> withProbe() {
        List<AdmissionPlugin> plugins = new ArrayList<>(AdmissionPlugins.standard());
        plugins.add(probe);
        return plugins;
    }

    @AfterEach
    void stop() {
        api.close();
    }

    /** A plugin that notes what it sees, and does what a test wants. */
    private static final class Probe implements MutatingPlugin, ValidatingPlugin {
        private boolean on;
        private final List<String> seen = new ArrayList<>();
        private UnaryOperator<AdmissionAttributes> mutation = attributes -> attributes;
        private Consumer<AdmissionAttributes> validation = attributes -> {};

        @Override
        public String name() {
            return "Probe";
        }

        @Override
        public boolean handles(Operation operation, Resource resource, String subresource) {
            return on;
        }

        @Override
        public MapValue admit(AdmissionAttributes attributes) {
            note("mutate", attributes);
            return mutation.apply(attributes).object();
        }

        @Override
        public void validate(AdmissionAttributes attributes) {
            note("validate", attributes);
            validation.accept(attributes);
        }

        private void note(String phase, AdmissionAttributes attributes) {
            String below = attributes.subresource().isEmpty() ? "" : "/" + attributes.subresource();
            String kind = attributes.object().string("kind");
            seen.add(phase + " " + attributes.operation() + " " + attributes.resource() + below + " "
                    + attributes.name() + (kind.isEmpty() ? "" : " " + kind)
                    + (attributes.old().isEmpty() ? "" : " old"));
        }

        /** What was seen since this was asked last. */
        List<String> seen() {
            List<String> all = List.copyOf(seen);
            seen.clear();
            return all;
        }
    }

    @Test
    void theDefaultPluginsAreInTheOrderOfKubernetes() {
        assertThat(AdmissionPlugins.standard().stream().map(AdmissionPlugin::name))
                .containsExactly(
                        "DeviceAdminAccess",
                        "NamespaceLifecycle",
                        "LimitRanger",
                        "ServiceAccount",
                        "NodeRestriction",
                        "TaintNodesByCondition",
                        "PodSecurity",
                        "Priority",
                        "DefaultTolerationSeconds",
                        "DefaultStorageClass",
                        "StorageObjectInUseProtection",
                        "PersistentVolumeClaimResize",
                        "RuntimeClass",
                        "CertificateSubjectRestriction",
                        "DefaultIngressClass",
                        "PodTopologyLabels",
                        "NodeDeclaredFeatureValidator",
                        "PodResizeValidator");
    }

    @Test
    void aResourceVersionOfANewObjectIsRefusedAfterAllElse() {
        probe.on = true;
        assertThat(api.failure("create", MAPS, "{metadata: {name: m, resourceVersion: '1'}}")
                        .getMessage())
                .isEqualTo("resourceVersion should not be set on objects to be created");
        assertThat(probe.seen()).hasSize(2);
    }

    @Test
    void objectsAreSeenByEveryVerb() {
        probe.on = true;
        api.create(MAPS, "{metadata: {name: m}}");
        assertThat(probe.seen())
                .containsExactly("mutate CREATE configmaps m ConfigMap", "validate CREATE configmaps m ConfigMap");
        api.create(MAPS, "{metadata: {generateName: g-}}");
        assertThat(probe.seen())
                .satisfiesExactly(
                        first -> assertThat(first).isEqualTo("mutate CREATE configmaps  ConfigMap"),
                        second -> assertThat(second).startsWith("validate CREATE configmaps g-"));
        List<String> update =
                List.of("mutate UPDATE configmaps m ConfigMap old", "validate UPDATE configmaps m ConfigMap old");
        api.update(MAPS + "/m", Yaml.decodeMap("{metadata: {name: m}, data: {a: b}}"));
        assertThat(probe.seen()).isEqualTo(update);
        api.patch(MAPS + "/m", "merge-patch", "{data: {a: c}}");
        assertThat(probe.seen()).isEqualTo(update);
        api.delete(MAPS + "/m");
        assertThat(probe.seen()).containsExactly("mutate DELETE configmaps m old", "validate DELETE configmaps m old");
        api.create(MAPS, "{metadata: {name: second}}");
        probe.seen();
        api.call("deletecollection", MAPS, null);
        assertThat(probe.seen())
                .as("each object, with the name in the request, which has none")
                .hasSize(4)
                .contains("mutate DELETE configmaps  old", "validate DELETE configmaps  old");
        api.update("/api/v1/namespaces/default/endpoints/e", Yaml.decodeMap("{metadata: {name: e}}"));
        assertThat(probe.seen())
                .as("an update that creates")
                .containsExactly("mutate CREATE endpoints e Endpoints", "validate CREATE endpoints e Endpoints");
    }

    @Test
    void whatIsBelowAnObjectIsSeenAsAnObjectOfItsOwn() {
        api.create(PODS, POD);
        api.create(
                DEPLOYMENTS,
                "{metadata: {name: d}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}},"
                        + " spec: {containers: [{name: c, image: i}]}}}}");
        api.create(
                "/api/v1/nodes",
                "{metadata: {name: node}, status: {addresses: [{type: InternalIP, address: 10.1.1.1}]}}");
        probe.on = true;

        api.patch(PODS + "/p/status", "merge-patch", "{status: {message: hello}}");
        assertThat(probe.seen())
                .containsExactly("mutate UPDATE pods/status p Pod old", "validate UPDATE pods/status p Pod old");
        api.patch(DEPLOYMENTS + "/d/scale", "merge-patch", "{spec: {replicas: 3}}");
        assertThat(probe.seen())
                .containsExactly(
                        "mutate UPDATE deployments.apps/scale d Scale old",
                        "validate UPDATE deployments.apps/scale d Scale old");
        api.create(PODS + "/p/binding", "{metadata: {name: p}, target: {name: node}}");
        assertThat(probe.seen())
                .containsExactly("mutate CREATE pods/binding p Binding", "validate CREATE pods/binding p Binding");
        api.ask(InProcess.MASTER, "get", PODS + "/p/exec?command=ls&stdout=true", null, null);
        assertThat(probe.seen())
                .containsExactly(
                        "mutate CONNECT pods/exec p PodExecOptions", "validate CONNECT pods/exec p PodExecOptions");
        api.ask(InProcess.MASTER, "get", PODS + "/p/portforward?ports=80", null, null);
        api.ask(InProcess.MASTER, "get", "/api/v1/nodes/node/proxy/metrics", null, null);
        assertThat(probe.seen())
                .contains(
                        "mutate CONNECT pods/portforward p PodPortForwardOptions",
                        "mutate CONNECT nodes/proxy node NodeProxyOptions");
        api.create("/api/v1/namespaces/default/serviceaccounts/default/token", "{spec: {}}");
        assertThat(probe.seen())
                .containsExactly(
                        "mutate CREATE serviceaccounts/token default TokenRequest",
                        "validate CREATE serviceaccounts/token default TokenRequest");
        api.create(PODS + "/p/eviction", "{metadata: {name: p}}");
        assertThat(probe.seen())
                .containsExactly("mutate CREATE pods/eviction p Eviction", "validate CREATE pods/eviction p Eviction");
        api.create(
                "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                "{spec: {nonResourceAttributes: {path: /, verb: get}}}");
        assertThat(probe.seen())
                .containsExactly(
                        "mutate CREATE selfsubjectaccessreviews.authorization.k8s.io  SelfSubjectAccessReview",
                        "validate CREATE selfsubjectaccessreviews.authorization.k8s.io  SelfSubjectAccessReview");
        api.get(PODS + "/p");
        assertThat(probe.seen()).as("nothing is written").isEmpty();
    }

    @Test
    void whatAPluginMakesOfAnObjectIsValidatedAndStored() {
        probe.on = true;
        probe.mutation = attributes -> attributes.withObject(attributes
                .object()
                .withMap("metadata", meta -> meta.with("labels", MapValue.of("by", "plugin"))));
        api.create(MAPS, "{metadata: {name: m}}");
        assertThat(api.get(MAPS + "/m").map("metadata").map("labels")).isEqualTo(MapValue.of("by", "plugin"));

        probe.mutation = attributes -> attributes.withObject(attributes
                .object()
                .withMap("metadata", meta -> meta.with("labels", MapValue.of("by", "no label!"))));
        assertThat(api.failure("create", MAPS, "{metadata: {name: wrong}}").code())
                .isEqualTo(422);
        assertThatThrownBy(() -> api.patch(MAPS + "/m", "merge-patch", "{data: {a: b}}"))
                .hasMessageContaining("no label!");
        assertThat(probe.seen().getLast())
                .as("invalid before it is looked at again")
                .startsWith("mutate UPDATE");
    }

    @Test
    void optionsOfTheRequestAreTold() {
        probe.on = true;
        List<String> told = new ArrayList<>();
        probe.validation = attributes ->
                told.add(attributes.dryRun() + " " + attributes.options().get());
        api.create(MAPS + "?dryRun=All&fieldManager=me", "{metadata: {name: m}}");
        api.create(MAPS, "{metadata: {name: m}}");
        api.call(
                "delete",
                MAPS + "/m",
                Yaml.decodeMap("{gracePeriodSeconds: 5, propagationPolicy: Orphan, dryRun: [All]}"));
        assertThat(told)
                .containsExactly(
                        "true "
                                + Yaml.decodeMap("{apiVersion: meta.k8s.io/v1, kind: CreateOptions, dryRun: [All],"
                                        + " fieldManager: me}"),
                        "false " + Yaml.decodeMap("{apiVersion: meta.k8s.io/v1, kind: CreateOptions}"),
                        "true "
                                + Yaml.decodeMap("{apiVersion: meta.k8s.io/v1, kind: DeleteOptions, dryRun: [All],"
                                        + " gracePeriodSeconds: 5, propagationPolicy: Orphan}"));
    }

    /** While a plugin waits, others write: what it made of the object before is worth nothing then. */
    @Test
    void anUpdateThatLostIsMutatedAgain() {
        api.create(MAPS, "{metadata: {name: m}, data: {a: a}}");
        probe.on = true;
        probe.mutation = attributes -> {
            if (probe.seen.size() == 1) {
                Key key = new Key("configmaps", "default", "m");
                StoredObject now = Objects.requireNonNull(api.store.snapshot().get(key));
                api.store.update(key, now.revision(), now.value().withMap("data", data -> data.with("other", "b")));
            }
            return attributes.withObject(attributes
                    .object()
                    .withMap("data", data -> data.with("plugin", "saw " + data.size())));
        };
        api.patch(MAPS + "/m", "merge-patch", "{data: {mine: c}}");
        assertThat(api.get(MAPS + "/m").map("data"))
                .isEqualTo(MapValue.of("a", "a", "mine", "c", "other", "b", "plugin", "saw 3"));
        assertThat(probe.seen().stream().filter(each -> each.startsWith("mutate")))
                .hasSize(2);
    }

    @Test
    void anUpdateThatLostWarnsOnce() {
        api.create(
                "/api/v1/namespaces/default/services",
                "{metadata: {name: s}, spec: {clusterIP: None, ports: [{port: 80}]}}");
        probe.on = true;
        probe.mutation = attributes -> {
            if (probe.seen.size() == 1) {
                Key key = new Key("services", "default", "s");
                StoredObject now = Objects.requireNonNull(api.store.snapshot().get(key));
                api.store.update(
                        key,
                        now.revision(),
                        now.value().withMap("metadata", meta -> meta.with("labels", MapValue.of("other", "b"))));
            }
            return attributes;
        };
        Object patch = Yaml.decodeMap("{spec: {sessionAffinity: ClientIP}}");
        assertThat(api.ask(
                                InProcess.MASTER,
                                "patch",
                                "/api/v1/namespaces/default/services/s",
                                patch,
                                "application/merge-patch+json")
                        .warnings())
                .containsExactly("spec.SessionAffinity is ignored for headless services");
        assertThat(probe.seen()).as("two attempts").hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPluginThatThrowsFailsTheRequestAndNothingElse(boolean mutating) {
        api.create(MAPS, "{metadata: {name: m}}");
        probe.on = true;
        if (mutating) {
            probe.mutation = attributes -> {
                throw new IllegalStateException("a plugin is broken");
            };
        } else {
            probe.validation = attributes -> {
                throw new IllegalStateException("a plugin is broken");
            };
        }
        failsInternally("create", MAPS, "{metadata: {name: other}}");
        failsInternally("update", MAPS + "/m", "{metadata: {name: m}, data: {a: b}}");
        failsInternally("delete", MAPS + "/m", null);
        failsInternally("deletecollection", MAPS, null);
        failsInternally("create", "/api/v1/namespaces/default/serviceaccounts/default/token", "{spec: {}}");
        assertThat(api.get(MAPS + "/m").has("data")).isFalse();
        assertThat(api.failure("get", MAPS + "/other", null).code()).isEqualTo(404);
        probe.on = false;
        api.delete(MAPS + "/m");
    }

    private void failsInternally(String verb, String path, @org.jspecify.annotations.Nullable String yaml) {
        StatusException failure = api.failure(verb, path, yaml);
        assertThat(failure.code()).isEqualTo(500);
        assertThat(failure.status().string("reason")).isEqualTo("InternalError");
    }
}
