package dev.proa.server.apiextensions;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.value.MapValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the metadata of objects whose kind is not built in. Safe for any thread. */
@FunctionalInterface
public interface MetadataReader {
    /**
     * Metadata without unknown fields.
     *
     * @param metadata any JSON value; null is read as an empty object
     * @param unknown gets the path of each unknown field within the metadata, as {@code ownerReferences[0].field}
     * @throws DecodeException when a value is of another type than the field; the message is that of Go's decoder for a whole that is
     *     an {@code ObjectMeta}
     */
    MapValue read(@Nullable Object metadata, List<String> unknown);
}
