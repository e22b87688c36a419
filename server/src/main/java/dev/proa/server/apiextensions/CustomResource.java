package dev.proa.server.apiextensions;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One version of a custom resource, as its definition ({@code apiextensions.k8s.io/v1 CustomResourceDefinition}) says. Immutable.
 *
 * @param listKind as the definition's names say it
 * @param namespaced whether its scope is a namespace
 * @param schema of its objects; {@code StructuralSchema.of(MapValue.EMPTY)} when it has none
 * @param hasStatus whether there is a subresource {@code status}
 * @param scale the subresource {@code scale}; null when there is none
 * @param selectableFields the fields that field selectors may name besides name and namespace
 * @param printerColumns {@code additionalPrinterColumns} of the definition, from which {@code TableFormat} makes tables
 * @param deprecationWarning the warning for each request; empty when the version is not deprecated
 */
public record CustomResource(
        String group,
        String version,
        String plural,
        String singular,
        String kind,
        String listKind,
        boolean namespaced,
        boolean served,
        boolean isStored,
        StructuralSchema schema,
        boolean hasStatus,
        @Nullable Scale scale,
        List<SelectableField> selectableFields,
        ListValue printerColumns,
        String deprecationWarning) {

    /** The finalizer of a deleted definition that waits for its custom resources to go. */
    public static final String CLEANUP_FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

    public CustomResource {
        selectableFields = List.copyOf(selectableFields);
    }

    /** All versions of a definition that has been validated, in its order. Schemas that are alike are read once. */
    public static List<CustomResource> of(MapValue definition) {
        MapValue spec = definition.map("spec");
        SchemaReader reader = new SchemaReader();
        List<CustomResource> all = new ArrayList<>();
        ListValue versions = spec.list("versions");
        for (int i = 0; i < versions.size(); i++) {
            all.add(of(spec, versions.map(i), reader));
        }
        return all;
    }

    private static CustomResource of(MapValue spec, MapValue version, SchemaReader reader) {
        MapValue names = spec.map("names");
        MapValue subresources = version.map("subresources");
        return new CustomResource(
                spec.string("group"),
                version.string("name"),
                names.string("plural"),
                names.string("singular"),
                names.string("kind"),
                names.string("listKind"),
                spec.string("scope").equals("Namespaced"),
                version.bool("served"),
                version.bool("storage"),
                reader.read(version.map("schema").map("openAPIV3Schema")),
                subresources.get("status") != null,
                subresources.get("scale") == null ? null : Scale.of(subresources.map("scale")),
                SelectableField.all(version.list("selectableFields")),
                version.list("additionalPrinterColumns"),
                deprecation(spec, version));
    }

    private static String deprecation(MapValue spec, MapValue version) {
        if (!version.bool("deprecated")) {
            return "";
        }
        return version.get("deprecationWarning") instanceof String warning
                ? warning
                : Deprecations.warning(spec, version.string("name"));
    }

    /** {@code group/version} */
    public String apiVersion() {
        return group + "/" + version;
    }

    /** The scale subresource, or an exception when there is none. */
    public Scale scaleOrThrow() {
        return Objects.requireNonNull(scale, () -> plural + "." + group + " has no subresource scale");
    }
}
