package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionPlugin;
import dev.proa.server.admission.policy.ValidatingPolicies;
import dev.proa.server.authorization.Authorization;
import dev.proa.server.store.MemoryStore;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The policies of {@code examples/policies}, and what somebody would try to get around them. */
class ExamplePoliciesTest {
    private static final Path POLICIES = Path.of("../examples/policies");
    private static final String DIGEST =
            "@sha256:" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final String PODS = "/api/v1/namespaces/default/pods";

    private final MemoryStore roles = MemoryStore.inMemory();
    private final InProcess api = new InProcess(plugins());

    private List<AdmissionPlugin> plugins() {
        List<AdmissionPlugin> plugins = new ArrayList<>(AdmissionPlugins.standard());
        plugins.add(new ValidatingPolicies(Authorization.standard(roles).authorizer(), new PrometheusRegistry()));
        return plugins;
    }

    @AfterEach
    void close() {
        api.close();
        roles.close();
    }

    private void apply(String file) throws IOException {
        for (Object document : Yaml.decodeAll(Files.readAllBytes(POLICIES.resolve(file)))) {
            MapValue object = (MapValue) document;
            String path = switch (object.string("kind")) {
                case "ConfigMap" ->
                    "/api/v1/namespaces/" + object.map("metadata").string("namespace") + "/configmaps";
                case "ValidatingAdmissionPolicy" -> "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
                case "ValidatingAdmissionPolicyBinding" ->
                    "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
                default -> throw new IllegalStateException(object.string("kind"));
            };
            api.call("create", path, object);
        }
    }

    private static String pod(String name, String image) {
        return "{metadata: {name: " + name + "}, spec: {automountServiceAccountToken: false, containers: [{name: c,"
                + " image: '" + image + "'}]}}";
    }

    /** The refusal of a pod; empty when it is made. */
    private String refusal(String verb, String path, String yaml) {
        try {
            api.call(verb, path, Yaml.decodeMap(yaml));
            return "";
        } catch (StatusException e) {
            assertThat(e.code()).isIn(403, 422);
            return String.valueOf(e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nginx",
                "nginx:1.27",
                "library/nginx",
                "docker.io/nginx",
                "index.docker.io/nginx",
                "index.docker.io/library/nginx:1",
                "docker.io/library/nginx:1",
                "registry.k8s.io/pause:3.10",
                "registry.k8s.io/deep/er/pause",
                "localhost:5001/team/app" + DIGEST,
            })
    void registriesOfTheListAreAllowed(String image) throws IOException {
        apply("registries.yaml");

        assertThat(refusal("create", PODS, pod("p", image))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil/nginx",
                "docker.io/evil/nginx",
                "index.docker.io/evil/nginx",
                "docker.io:443/library/nginx",
                "registry.k8s.io.evil.example/pause",
                "registry.k8s.io:5000/pause",
                "evil.example/registry.k8s.io/pause",
                "Registry.k8s.io/pause",
                "LIBRARY/nginx",
                "localhost/nginx",
                "localhost:50012/app",
                "[::1]:5001/app",
                "library.evil/nginx" + DIGEST,
            })
    void otherRegistriesAreRefused(String image) throws IOException {
        apply("registries.yaml");

        assertThat(refusal("create", PODS, pod("p", image)))
                .isEqualTo(
                        "pods \"p\" is forbidden: ValidatingAdmissionPolicy 'allowed-registries.policies.proa.dev' with"
                                + " binding 'allowed-registries.policies.proa.dev' denied request: images must be from"
                                + " registry.k8s.io/, docker.io/library/, localhost:5001/, not " + image);
    }

    @ParameterizedTest
    @CsvSource({
        "nginx, false",
        "nginx:latest, false",
        "nginx" + DIGEST + ", true",
        "nginx:1.27" + DIGEST + ", true",
        "nginx@sha256:abc, false",
        "nginx@sha512:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef, false",
        "nginx:sha256-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef, false",
    })
    void onlyDigestsAreAllowed(String image, boolean allowed) throws IOException {
        apply("digests.yaml");

        assertThat(refusal("create", PODS, pod("p", image)))
                .isEqualTo(
                        allowed
                                ? ""
                                : "pods \"p\" is forbidden: ValidatingAdmissionPolicy 'digests-only.policies.proa.dev' with"
                                        + " binding 'digests-only.policies.proa.dev' denied request: images must be named by"
                                        + " digest, as in NAME@sha256:..., not " + image);
    }

    @Test
    void allImagesOfAPodAreLookedAt() throws IOException {
        apply("registries.yaml");

        assertThat(
                        refusal(
                                "create",
                                PODS,
                                "{metadata: {name: p}, spec: {containers: [{name: c, image: nginx}], initContainers: [{name: i, image:"
                                        + " e.example/init}], volumes: [{name: v, image: {reference: e.example/volume}}, {name: w}]}}"))
                .endsWith("not e.example/init, e.example/volume");
    }

    @Test
    void whatAPodIsChangedToIsLookedAt() throws IOException {
        api.create(PODS, pod("old", "e.example/old"));
        apply("registries.yaml");
        api.patch(PODS + "/old", "merge-patch", "{metadata: {labels: {a: b}}}");

        MapValue pod = api.get(PODS + "/old");
        assertThat(refusal("update", PODS + "/old", Yaml.toString(pod).replace("e.example/old", "e.example/new")))
                .endsWith("not e.example/new");
        assertThat(refusal("update", PODS + "/old", Yaml.toString(pod).replace("e.example/old", "nginx")))
                .isEmpty();
        assertThat(refusal(
                        "update",
                        PODS + "/old/ephemeralcontainers",
                        "{metadata: {name: old}, spec: {ephemeralContainers: [{name: e, image: e.example/debug,"
                                + " terminationMessagePolicy: File, imagePullPolicy: Always}]}}"))
                .endsWith("not e.example/debug");
    }

    @Test
    void withoutItsListNothingIsAllowed() throws IOException {
        apply("registries.yaml");
        api.delete("/api/v1/namespaces/kube-system/configmaps/allowed-registries");

        assertThat(refusal("create", PODS, pod("p", "nginx")))
                .contains("no params found for policy binding with `Deny`");
    }

    @Test
    void theClustersOwnNamespaceIsLeftAlone() throws IOException {
        api.create("/api/v1/namespaces/kube-system/serviceaccounts", "{metadata: {name: default}}");
        apply("registries.yaml");
        apply("digests.yaml");

        assertThat(refusal("create", "/api/v1/namespaces/kube-system/pods", pod("p", "e.example/p")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/namespaces/default/podtemplates | template: POD",
                "/api/v1/namespaces/default/replicationcontrollers | spec: {selector: {a: b}, template: POD}",
                "/apis/apps/v1/namespaces/default/deployments | spec: {selector: {matchLabels: {a: b}}, template: POD}",
                "/apis/apps/v1/namespaces/default/replicasets | spec: {selector: {matchLabels: {a: b}}, template: POD}",
                "/apis/apps/v1/namespaces/default/daemonsets | spec: {selector: {matchLabels: {a: b}}, template: POD}",
                "/apis/apps/v1/namespaces/default/statefulsets | spec: {serviceName: s, selector: {matchLabels: {a: b}},"
                        + " template: POD}",
                "/apis/batch/v1/namespaces/default/jobs | spec: {template: POD}",
                "/apis/batch/v1/namespaces/default/cronjobs | spec: {schedule: 1 * * * *, jobTemplate: {spec: {template:"
                        + " POD}}}",
            })
    void whoeverWritesAWorkloadIsWarned(String path, String fields) throws IOException {
        apply("registries.yaml");
        apply("digests.yaml");
        String policy = path.contains("batch") ? "Never" : "Always";
        String yaml = "{metadata: {name: w}, " + fields + "}";
        String template = "{metadata: {labels: {a: b}}, spec: {restartPolicy: " + policy
                + ", containers: [{name: c, image: e.example/c}]}}";

        assertThat(api.ask(InProcess.MASTER, "create", path, Yaml.decodeMap(yaml.replace("POD", template)), null)
                        .warnings())
                .anyMatch(warning -> warning.endsWith("localhost:5001/, not e.example/c"))
                .anyMatch(warning -> warning.endsWith("NAME@sha256:..., not e.example/c"));
        assertThat(api.get(path + "/w").map("metadata").string("name")).isEqualTo("w");
    }
}
