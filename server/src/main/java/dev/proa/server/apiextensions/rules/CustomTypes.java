package dev.proa.server.apiextensions.rules;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.apiextensions.StructuralSchema;
import dev.proa.server.cel.CelType;
import dev.proa.server.cel.ValueType;
import org.jspecify.annotations.Nullable;

/** The types of custom resources in expressions about requests. */
public final class CustomTypes {
    private CustomTypes() {}

    /**
     * The type of the objects of one version of a definition; null when it has no such version.
     *
     * @param metadata the type of their metadata, of which the schema says nothing
     */
    public static @Nullable CelType of(MapValue definition, String version, CelType metadata) {
        ListValue versions = definition.map("spec").list("versions");
        for (int i = 0; i < versions.size(); i++) {
            if (versions.map(i).string("name").equals(version)) {
                String kind = definition.map("spec").map("names").string("kind");
                StructuralSchema schema =
                        StructuralSchema.of(versions.map(i).map("schema").map("openAPIV3Schema"));
                ValueType type = SchemaTypes.of(schema, true, kind);
                return type == null
                        ? null
                        : CelType.struct(
                                kind,
                                field -> field.equals("metadata")
                                        ? metadata
                                        : type.fields().containsKey(field)
                                                ? type.fields().get(field).type()
                                                : null);
            }
        }
        return null;
    }
}
