package dev.proa.server.apiextensions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.resource.ResourceType.Subresource;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.catalog.ApiCatalog;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.discovery.Discovery.Document;
import dev.proa.server.resource.Strategies;
import dev.proa.server.resource.network.ServiceRanges;
import dev.proa.server.table.TableFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublishedSchemasTest {
    private static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
    private static final MapValue DEFINITION = StructuralSchemaTest.yaml("""
            spec:
              group: example.com
              names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}
              versions:
              - name: v1
                schema:
                  openAPIV3Schema:
                    type: object
                    required: [spec]
                    properties:
                      spec:
                        type: object
                        required: [a, port]
                        properties:
                          a: {type: string, nullable: true, description: what it is}
                          port: {x-kubernetes-int-or-string: true, anyOf: [{minimum: 1}]}
                          list: {type: array, x-kubernetes-preserve-unknown-fields: true, items: {type: object}}
            """);

    /** What is served with the first version of a definition, which has all subresources. */
    static ApiCatalog catalog(MapValue definition) {
        CustomResource resource = CustomResource.of(definition).getFirst();
        List<String> part = List.of("get", "patch", "update");
        ResourceType type = new ResourceType(
                resource.group(),
                resource.version(),
                resource.kind(),
                resource.listKind(),
                resource.plural(),
                resource.singular(),
                true,
                VERBS,
                List.of(),
                List.of(),
                "",
                List.of(
                        new Subresource("status", resource.group(), resource.version(), resource.kind(), part),
                        new Subresource("scale", "autoscaling", "v1", "Scale", part)));
        Strategies strategies = new Strategies(new ServiceRanges("10.96.0.0/16"));
        return ApiCatalog.builtIn(strategies, "127.0.0.1:6443")
                .with(Endpoint.custom(
                        type,
                        () -> strategies.of(resource.group(), resource.version(), resource.plural(), true),
                        () -> TableFormat.custom(resource.printerColumns()),
                        PublishedSchemas.source(definition, resource.version()),
                        "1"));
    }

    private MapValue document() {
        Document document = catalog(DEFINITION).openApi().document("/openapi/v3/apis/example.com/v1");
        assertThat(document).isNotNull();
        return Json.decodeMap(document.body());
    }

    @Test
    void standInTheDocumentOfTheirVersionWithWhatTheyReferTo() {
        MapValue schemas = document().map("components").map("schemas");
        assertThat(schemas.asMap())
                .containsKeys(
                        "com.example.v1.Widget",
                        "com.example.v1.WidgetList",
                        "io.k8s.api.autoscaling.v1.Scale",
                        "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta",
                        "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta",
                        "io.k8s.apimachinery.pkg.apis.meta.v1.Time");
        MapValue widget = schemas.map("com.example.v1.Widget");
        assertThat(widget.at("properties", "spec", "properties", "a", "description"))
                .isEqualTo("what it is");
        assertThat(String.valueOf(widget.at("properties", "kind", "description")))
                .startsWith("Kind is a string value");
        assertThat(widget.list("x-kubernetes-group-version-kind"))
                .containsExactly(MapValue.of("group", "example.com", "version", "v1", "kind", "Widget"));
    }

    @Test
    void areWhatTheOperationsAreAbout() {
        MapValue paths = document().map("paths");
        String one = "/apis/example.com/v1/namespaces/{namespace}/widgets/{name}";
        assertThat(String.valueOf(paths.at("/apis/example.com/v1/widgets", "get", "responses", "200")))
                .contains("/com.example.v1.WidgetList");
        assertThat(String.valueOf(paths.at(one + "/status", "put", "responses", "200")))
                .contains("/com.example.v1.Widget}");
        assertThat(String.valueOf(paths.at(one + "/scale", "get", "responses", "200")))
                .contains("/io.k8s.api.autoscaling.v1.Scale}");
        MapValue patch = (MapValue) java.util.Objects.requireNonNull(paths.at(one, "patch", "requestBody", "content"));
        assertThat(patch.asMap().keySet())
                .containsExactly(
                        "application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json");
        assertThat(paths.at(one + "/scale", "get", "x-kubernetes-group-version-kind"))
                .isEqualTo(MapValue.of("group", "example.com", "version", "v1", "kind", "Widget"));
    }

    @Test
    void sayByUsualMeansWhatAnIntOrStringIs() {
        MapValue schema = PublishedSchemas.v3(DEFINITION, "v1").schema();
        MapValue port = schema.map("properties").map("spec").map("properties").map("port");
        assertThat(port.list("anyOf")).containsExactly(MapValue.of("minimum", 1L));
        assertThat(port.list("allOf"))
                .containsExactly(MapValue.of(
                        "anyOf", ListValue.of(MapValue.of("type", "integer"), MapValue.of("type", "string"))));
    }

    @Test
    void haveInTheOldFormOnlyWhatThatCanExpress() {
        MapValue spec =
                PublishedSchemas.v2(DEFINITION, "v1").schema().map("properties").map("spec");
        assertThat(spec.list("required")).containsExactly("port");
        assertThat(spec.map("properties").map("a")).isEqualTo(MapValue.of("description", "what it is"));
        assertThat(spec.map("properties").map("port")).isEqualTo(MapValue.of("x-kubernetes-int-or-string", true));
        assertThat(spec.map("properties").map("list"))
                .isEqualTo(MapValue.of("x-kubernetes-preserve-unknown-fields", true));
    }
}
