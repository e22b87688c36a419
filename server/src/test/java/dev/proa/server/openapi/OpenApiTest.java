package dev.proa.server.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.Facts;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OpenApiTest {
    /** What kubectl does not look at: unions; that a map is granular, which it is anyway; and whose objects some options delete. */
    private static final Set<String> NOT_COMPARED = Set.of("x-kubernetes-unions", "description");

    private static final Set<String> FOR_WATCHES_AND_DISCOVERY = Set.of(
            "io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent",
            "io.k8s.apimachinery.pkg.apis.meta.v1.APIResource",
            "io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList",
            "io.k8s.apimachinery.pkg.runtime.RawExtension");

    private final OpenApi openApi =
            new OpenApi(ResourceCatalog.builtin(), SchemaCatalog.builtin(), "v1.36.3", unused -> "", unused -> null);

    @Test
    void describesTypesAsRecorded() {
        for (MapValue fact : Facts.read("openapi.jsonl")) {
            String name = fact.string("name");
            if (FOR_WATCHES_AND_DISCOVERY.contains(name)) {
                continue;
            }
            Object made = document(fact.string("path")).at("components", "schemas", name);
            assertThat(bare(made)).as(name).isEqualTo(bare(fact.get("schema")));
        }
    }

    @Test
    void listsADocumentForEachVersion() {
        MapValue paths = document("/openapi/v3").map("paths");
        assertThat(paths.size())
                .isEqualTo(ResourceCatalog.builtin().groupVersions().size());
        assertThat(paths.map("apis/apps/v1").string("serverRelativeURL"))
                .matches("/openapi/v3/apis/apps/v1\\?hash=[0-9A-F]{128}");
    }

    @Test
    void saysWhatKubectlAsksOfAPatch() {
        Object patch = document("/openapi/v3/apis/apps/v1")
                .at("paths", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}", "patch");
        assertThat(patch).isInstanceOf(MapValue.class);
        MapValue operation = (MapValue) patch;
        assertThat(operation.get("x-kubernetes-group-version-kind"))
                .isEqualTo(MapValue.of("group", "apps", "version", "v1", "kind", "Deployment"));
        assertThat(operation.list("parameters").stream().map(parameter -> ((MapValue) parameter).string("name")))
                .contains("fieldValidation", "dryRun", "fieldManager", "force");
    }

    @Test
    void describesFields() {
        Object text = document("/openapi/v3/apis/apps/v1")
                .at(
                        "components",
                        "schemas",
                        "io.k8s.api.apps.v1.DeploymentSpec",
                        "properties",
                        "replicas",
                        "description");
        assertThat(String.valueOf(text)).startsWith("Number of desired pods");
        Object ofReference = document("/openapi/v3/apis/apps/v1")
                .at(
                        "components",
                        "schemas",
                        "io.k8s.api.apps.v1.DeploymentSpec",
                        "properties",
                        "strategy",
                        "description");
        assertThat(ofReference).isEqualTo("The deployment strategy to use to replace existing pods with new ones.");
    }

    @Test
    void referencesOnlyWhatIsThere() {
        for (String groupVersion : ResourceCatalog.builtin().groupVersions()) {
            String path = "/openapi/v3/" + (groupVersion.contains("/") ? "apis/" : "api/") + groupVersion;
            MapValue document = document(path);
            Set<String> references = new TreeSet<>();
            references(document, references);
            assertThat(document.map("components").map("schemas").asMap().keySet())
                    .as(path)
                    .containsAll(references);
        }
    }

    @Test
    void knowsNothingElse() {
        assertThat(openApi.document("/openapi/v3/apis/none/v1")).isNull();
        assertThat(openApi.document("/openapi/v1")).isNull();
    }

    private MapValue document(String path) {
        var document = openApi.document(path);
        assertThat(document).as(path).isNotNull();
        return Json.decodeMap(document.body());
    }

    private static void references(@Nullable Object value, Set<String> into) {
        if (value instanceof MapValue map) {
            if (map.get("$ref") instanceof String reference) {
                into.add(reference.substring("#/components/schemas/".length()));
            }
            map.forEach(entry -> references(entry.getValue(), into));
        } else if (value instanceof ListValue list) {
            list.forEach(item -> references(item, into));
        }
    }

    private static @Nullable Object bare(@Nullable Object value) {
        if (value instanceof MapValue map) {
            MapValue.Builder builder = MapValue.builder();
            for (Map.Entry<String, @Nullable Object> entry : map) {
                boolean text = entry.getValue() instanceof String || entry.getValue() instanceof ListValue;
                if (NOT_COMPARED.contains(entry.getKey()) && text || "granular".equals(entry.getValue())) {
                    continue;
                }
                boolean shared = entry.getKey().equals("x-kubernetes-group-version-kind")
                        && entry.getValue() instanceof ListValue kinds
                        && kinds.map(0).string("kind").endsWith("Options");
                if (entry.getKey().equals("required") && entry.getValue() instanceof ListValue names) {
                    builder.put(
                            "required",
                            new TreeSet<>(names.stream().map(String::valueOf).toList()).toString());
                } else if (!shared) {
                    builder.put(entry.getKey(), bare(entry.getValue()));
                }
            }
            MapValue built = builder.build();
            // Beside a description a type is referred to through allOf; without one, directly.
            return built.size() == 1 && built.get("allOf") instanceof ListValue all ? all.get(0) : built;
        }
        return value instanceof ListValue list
                ? ListValue.copyOf(list.stream().map(OpenApiTest::bare).toList())
                : value;
    }
}
