package dev.proa.server.apiextensions;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.schema.GoShape;
import dev.proa.api.schema.Struct;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import dev.proa.server.validation.BuiltInTypes;
import dev.proa.server.validation.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings custom resources into the shape of their schema, as decoding into structs does with built-in ones: unknown fields and meaningless
 * nulls go, and metadata, of the object and of resources embedded in it, has the right types. What needs no change is shared, not
 * copied. Safe for any thread.
 */
public final class Coercion {
    private static final Struct OBJECT_META = BuiltInTypes.struct("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");

    private final MetadataReader reader;

    public Coercion(MetadataReader reader) {
        this.reader = reader;
    }

    /**
     * An object that a client sent.
     *
     * @param object with its {@code apiVersion} and {@code kind}, which are strings
     * @param unknown gets the path of each field that is removed because it is unknown
     * @throws DecodeException when metadata or the type of an embedded resource has a value of the wrong type
     */
    public MapValue sent(MapValue object, StructuralSchema schema, List<String> unknown) {
        return new Run(false, unknown).object(Numeral.plain(object), schema);
    }

    /**
     * An object as it was stored, perhaps under another definition. Values of the wrong type in metadata are dropped, and the generation
     * that very old objects lack is 1.
     */
    public MapValue stored(MapValue object, StructuralSchema schema) {
        MapValue coerced = new Run(true, new ArrayList<>(0)).object(object, schema);
        MapValue metadata = coerced.map("metadata");
        return metadata.integer("generation", 0) == 0 && coerced.has("metadata")
                ? coerced.with("metadata", metadata.with("generation", 1L))
                : coerced;
    }

    private final class Run {
        private final boolean dropping;
        private final List<String> unknown;
        private final List<String> unknownInEmbedded = new ArrayList<>(0);

        Run(boolean dropping, List<String> unknown) {
            this.dropping = dropping;
            this.unknown = unknown;
        }

        MapValue object(MapValue object, StructuralSchema schema) {
            boolean hasMetadata = object.has("metadata");
            MapValue metadata = hasMetadata ? metadata(object.get("metadata"), "metadata", unknown) : null;
            MapValue pruned = Defaulting.withoutNulls(Pruning.object(object, schema, unknown), schema);
            MapValue coerced = map(pruned, schema, null);
            unknownInEmbedded.sort(null);
            unknown.addAll(unknownInEmbedded);
            for (String name : new String[] {"apiVersion", "kind"}) {
                coerced = object.has(name) ? coerced.with(name, object.get(name)) : coerced;
            }
            return metadata == null ? coerced : coerced.with("metadata", metadata);
        }

        private @Nullable Object value(@Nullable Object value, @Nullable StructuralSchema schema, @Nullable Path at) {
            if (schema == null || !schema.hasEmbedded()) {
                return value;
            }
            return switch (value) {
                case MapValue map -> map(map, schema, at);
                case ListValue list -> Edits.list(list, i -> value(list.get(i), schema.items(), Paths.item(at, i)));
                case null, default -> value;
            };
        }

        private MapValue map(MapValue map, StructuralSchema schema, @Nullable Path at) {
            return Edits.map(map, i -> {
                String name = map.nameAt(i);
                Object value = map.valueAt(i);
                if (schema.isEmbeddedResource()) {
                    switch (name) {
                        case "apiVersion", "kind" -> {
                            if (!(value instanceof String) && dropping) {
                                return Edits.GONE;
                            } else if (!(value instanceof String)) {
                                throw wrong(Paths.child(at, name), value, "must be a string");
                            }
                        }
                        case "metadata" -> {
                            return embeddedMetadata(value, Paths.child(at, name));
                        }
                        default -> {}
                    }
                }
                StructuralSchema property = schema.property(name);
                return property != null
                        ? value(value, property, Paths.child(at, name))
                        : value(value, schema.additionalProperties(), Paths.key(at, name));
            });
        }

        private @Nullable Object embeddedMetadata(@Nullable Object value, Path at) {
            if (dropping && value != null && !(value instanceof MapValue)) {
                return value;
            }
            try {
                return metadata(value, at.toString(), unknownInEmbedded);
            } catch (DecodeException e) {
                throw wrong(at, value, String.valueOf(e.getMessage()));
            }
        }

        private MapValue metadata(@Nullable Object metadata, String path, List<String> paths) {
            List<String> inMetadata = new ArrayList<>(0);
            MapValue read;
            try {
                read = reader.read(metadata, inMetadata);
            } catch (DecodeException e) {
                if (!dropping || !(metadata instanceof MapValue map)) {
                    throw e;
                }
                read = Edits.map(map, i -> isReadable(map.nameAt(i), map.valueAt(i)) ? map.valueAt(i) : Edits.GONE);
                read = reader.read(read, inMetadata);
            }
            inMetadata.forEach(name -> paths.add(path + "." + name));
            return GoShape.of(read, OBJECT_META);
        }

        private boolean isReadable(String name, @Nullable Object value) {
            try {
                reader.read(MapValue.of(name, value), new ArrayList<>(0));
                return true;
            } catch (DecodeException e) {
                return false;
            }
        }
    }

    private static DecodeException wrong(Path at, @Nullable Object value, String why) {
        return new DecodeException(FieldError.invalid(at.toString(), value, why).summary());
    }
}
