package dev.proa.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.schema.Field;
import dev.proa.api.schema.Schema;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.MapValue;
import dev.proa.server.resource.Strategies;
import dev.proa.server.resource.network.ServiceRanges;
import dev.proa.server.table.TableFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Snapshots of what is served, and what of them stays the same from one to the next. */
public class ApiCatalogTest {
    private static final Strategies STRATEGIES = new Strategies(new ServiceRanges("10.96.0.0/16"));

    /** A resource {@code widgets} of a group of its own, with a status, whose spec has a size. */
    public static Endpoint widgets(String version, String definition) {
        String kind = "example.com/" + version + "/Widget";
        Struct spec = new Struct(
                "com.example.WidgetSpec",
                List.of(),
                false,
                false,
                () -> List.of(Field.of("size", Schema.Scalar.INT64, false)));
        Struct type = new Struct(
                "com.example.Widget",
                List.of(kind),
                false,
                false,
                () -> List.of(
                        Field.of("apiVersion", Schema.Scalar.STRING, false),
                        Field.of("kind", Schema.Scalar.STRING, false),
                        Field.of("metadata", metadata(), false),
                        Field.of("spec", spec, false)));
        ResourceType resource = new ResourceType(
                "example.com",
                version,
                "Widget",
                "WidgetList",
                "widgets",
                "widget",
                true,
                List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"),
                List.of("wd"),
                List.of(),
                "",
                List.of());
        return Endpoint.custom(
                resource,
                STRATEGIES.of("example.com", version, "widgets", true),
                TableFormat.of("example.com", version, "widgets"),
                List.of(spec, type),
                definition);
    }

    private static Struct metadata() {
        Struct pod =
                dev.proa.api.schema.SchemaCatalog.builtin().struct("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
        if (pod == null) {
            throw new IllegalStateException("no ObjectMeta");
        }
        return pod;
    }

    private final ApiCatalog builtIn = ApiCatalog.builtIn(STRATEGIES, "127.0.0.1:6443");

    @Test
    void keepsTheEndpointsThatDidNotChange() {
        ApiCatalog more = builtIn.with(widgets("v1", "1"));

        assertThat(more.endpoint("apps", "v1", "deployments")).isSameAs(builtIn.endpoint("apps", "v1", "deployments"));
        assertThat(more.endpoint("example.com", "v1", "widgets")).isNotNull();
        assertThat(builtIn.endpoint("example.com", "v1", "widgets")).isNull();
        ApiCatalog other = more.with(widgets("v1", "2"));
        assertThat(other.endpoint("example.com", "v1", "widgets"))
                .isNotNull()
                .isNotSameAs(more.endpoint("example.com", "v1", "widgets"));
        assertThat(other.without("example.com", "v1", "widgets").hasGroup("example.com"))
                .isFalse();
    }

    @Test
    void knowsTheTypesOfItsEndpoints() {
        ApiCatalog more = builtIn.with(widgets("v1", "1"));

        assertThat(more.schemas().kind("example.com/v1", "Widget")).isNotNull();
        assertThat(more.schemas().kind("v1", "Pod")).isSameAs(builtIn.schemas().kind("v1", "Pod"));
        assertThat(more.hasKind("example.com/v1", "WidgetList")).isTrue();
        assertThat(builtIn.schemas().kind("example.com/v1", "Widget")).isNull();
        assertThat(builtIn.hasKind("example.com/v1", "Widget")).isFalse();
    }

    @Test
    void tellsOfChangesByTags() {
        ApiCatalog more = builtIn.with(widgets("v1", "1"));

        assertThat(tag(more)).isNotEqualTo(tag(builtIn));
        assertThat(tag(more.without("example.com", "v1", "widgets"))).isEqualTo(tag(builtIn));
        assertThat(index(more).map("apis/apps/v1")).isEqualTo(index(builtIn).map("apis/apps/v1"));
        assertThat(index(builtIn).has("apis/example.com/v1")).isFalse();
        assertThat(index(more).map("apis/example.com/v1"))
                .isNotEqualTo(index(builtIn.with(widgets("v1", "2"))).map("apis/example.com/v1"));
    }

    private static String tag(ApiCatalog catalog) {
        return catalog.discovery().document("/apis", "").etag();
    }

    private static MapValue index(ApiCatalog catalog) {
        return Json.decodeMap(catalog.openApi().document("/openapi/v3").body()).map("paths");
    }

    @Test
    void addsVersionsToTheirGroups() {
        ApiCatalog more = builtIn.with(widgets("v2", "1")).with(widgets("v1", "1"));

        MapValue group = Json.decodeMap(
                more.discovery().document("/apis/example.com", "").body());
        assertThat(group.list("versions").stream().map(version -> ((MapValue) version).string("version")))
                .containsExactly("v2", "v1");
    }
}
