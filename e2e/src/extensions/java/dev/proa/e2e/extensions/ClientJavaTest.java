package dev.proa.e2e.extensions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.reflect.TypeToken;
import dev.proa.e2e.Await;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import io.kubernetes.client.util.PatchUtils;
import io.kubernetes.client.util.Watch;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Kubernetes' own client library for Java. */
@Tag("extensions")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientJavaTest {
    private static final String NAMESPACE = "client-java";

    @TempDir
    static Path home;

    private LoopbackServer server;
    private ApiClient client;
    private CoreV1Api core;

    @BeforeAll
    void start() throws IOException, ApiException {
        server = LoopbackServer.start(home);
        KubeConfig config = KubeConfig.loadKubeConfig(new StringReader(Files.readString(server.kubeconfig())));
        client = ClientBuilder.kubeconfig(config).build();
        core = new CoreV1Api(client);
        core.createNamespace(new V1Namespace().metadata(new V1ObjectMeta().name(NAMESPACE)))
                .execute();
    }

    @AfterAll
    void stop() {
        client.getHttpClient().dispatcher().executorService().shutdown();
        client.getHttpClient().connectionPool().evictAll();
        server.close();
    }

    private static V1ConfigMap configMap(String name, Map<String, String> data) {
        return new V1ConfigMap()
                .metadata(new V1ObjectMeta().name(name).labels(Map.of("of", NAMESPACE)))
                .data(data);
    }

    private V1ConfigMap patch(String type, String text, String manager, boolean force) throws ApiException {
        return PatchUtils.patch(
                V1ConfigMap.class,
                () -> core.patchNamespacedConfigMap("one", NAMESPACE, new V1Patch(text))
                        .fieldManager(manager)
                        .force(force ? true : null)
                        .buildCall(null),
                type,
                client);
    }

    @Test
    void createsAppliesPatchesWatchesAndDeletes() throws ApiException, IOException {
        V1ConfigMap created = core.createNamespacedConfigMap(NAMESPACE, configMap("one", Map.of("created", "1")))
                .execute();
        assertThatThrownBy(() -> core.createNamespacedConfigMap(NAMESPACE, configMap("one", Map.of()))
                        .execute())
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.getCode()).isEqualTo(409));
        patch(V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH, "{\"data\": {\"strategic\": \"1\"}}", "patches", false);
        patch(V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, "{\"data\": {\"created\": null}}", "patches", false);
        patch(
                V1Patch.PATCH_FORMAT_JSON_PATCH,
                "[{\"op\": \"add\", \"path\": \"/data/json\", \"value\": \"1\"}]",
                "patches",
                false);
        String apply = "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"data\": {\"json\": \"2\"}}";
        assertThatThrownBy(() -> patch(V1Patch.PATCH_FORMAT_APPLY_YAML, apply, "applier", false))
                .isInstanceOfSatisfying(ApiException.class, e -> {
                    assertThat(e.getCode()).isEqualTo(409);
                    assertThat(e.getResponseBody()).contains("\"field\":\".data.json\"");
                });
        assertThat(patch(V1Patch.PATCH_FORMAT_APPLY_YAML, apply, "applier", true)
                        .getData())
                .isEqualTo(Map.of("strategic", "1", "json", "2"));
        core.deleteNamespacedConfigMap("one", NAMESPACE).execute();

        List<String> seen = new ArrayList<>();
        try (Watch<V1ConfigMap> watch = Watch.createWatch(
                client,
                core.listNamespacedConfigMap(NAMESPACE)
                        .watch(true)
                        .fieldSelector("metadata.name=one")
                        .resourceVersion(created.getMetadata().getResourceVersion())
                        .timeoutSeconds(60)
                        .buildCall(null),
                new TypeToken<Watch.Response<V1ConfigMap>>() {}.getType())) {
            for (Watch.Response<V1ConfigMap> event : watch) {
                seen.add(event.type);
                if (event.type.equals("DELETED")) {
                    break;
                }
            }
        }
        assertThat(seen).containsExactly("MODIFIED", "MODIFIED", "MODIFIED", "MODIFIED", "DELETED");
    }

    @Test
    void listsInChunks() throws ApiException {
        for (int i = 0; i < 25; i++) {
            core.createNamespacedConfigMap(NAMESPACE, configMap("many-" + i, Map.of()))
                    .execute();
        }
        List<String> names = new ArrayList<>();
        String next = null;
        int chunks = 0;
        do {
            V1ConfigMapList list = core.listNamespacedConfigMap(NAMESPACE)
                    .labelSelector("of=" + NAMESPACE)
                    .limit(10)
                    ._continue(next)
                    .execute();
            list.getItems().forEach(map -> names.add(map.getMetadata().getName()));
            next = list.getMetadata().getContinue();
            chunks++;
        } while (next != null && !next.isEmpty());
        assertThat(chunks).isEqualTo(3);
        assertThat(names.stream().filter(name -> name.startsWith("many-")))
                .hasSize(25)
                .doesNotHaveDuplicates();
    }

    @Test
    void anInformerFollows() throws ApiException {
        SharedInformerFactory factory = new SharedInformerFactory(client);
        SharedIndexInformer<V1ConfigMap> informer = factory.sharedIndexInformerFor(
                new GenericKubernetesApi<>(V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", client),
                V1ConfigMap.class,
                0,
                NAMESPACE);
        factory.startAllRegisteredInformers();
        try {
            Await.until("the informer is synced", informer::hasSynced, synced -> synced);
            core.createNamespacedConfigMap(NAMESPACE, configMap("followed", Map.of("a", "1")))
                    .execute();
            Await.until(
                    "the informer has it",
                    () -> informer.getIndexer().getByKey(NAMESPACE + "/followed") != null,
                    found -> found);
            core.deleteNamespacedConfigMap("followed", NAMESPACE).execute();
            Await.until(
                    "the informer has it no more",
                    () -> informer.getIndexer().getByKey(NAMESPACE + "/followed") == null,
                    gone -> gone);
        } finally {
            factory.stopAllRegisteredInformers();
        }
    }
}
