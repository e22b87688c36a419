package dev.proa.server.fieldmanager;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Json;
import dev.proa.api.fieldpath.FieldSet;
import dev.proa.api.typed.Comparison;
import dev.proa.api.typed.FieldSets;
import dev.proa.api.typed.MergeType;
import dev.proa.api.typed.MismatchException;
import dev.proa.api.typed.Validation;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The annotation in which {@code kubectl apply} keeps what it applied, without {@code --server-side}. Who changes over to server-side
 * apply, as the manager {@code kubectl}, has no conflicts about what is in it, and finds it up to date when changing back.
 */
final class LastApplied {
    static final String MANAGER = "kubectl";
    private static final String ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";
    private static final int LARGEST_ANNOTATIONS = 256 << 10;

    private LastApplied() {}

    /** The fields that the object still has as they were applied. */
    static FieldSet agreed(MergeType type, String apiVersion, MapValue live) {
        String text = live.map("metadata").map("annotations").string(ANNOTATION);
        try {
            if (!text.isEmpty()
                    && Numeral.plain(Json.decode(text.getBytes(StandardCharsets.UTF_8))) instanceof MapValue applied
                    && applied.string("apiVersion").equals(apiVersion)) {
                Validation.check(type, applied, false);
                Comparison since = Comparison.of(type, applied, live);
                return FieldSets.of(type, applied)
                        .difference(since.modified())
                        .difference(since.added())
                        .difference(since.removed());
            }
        } catch (DecodeException | MismatchException e) {
            return FieldSet.EMPTY; // somebody else wrote it
        }
        return FieldSet.EMPTY;
    }

    /** The object with its annotation, if it has one, set to what is applied. */
    static MapValue kept(MapValue object, MapValue config) {
        MapValue annotations = object.map("metadata").map("annotations");
        if (annotations.string(ANNOTATION).isEmpty()) {
            return object;
        }
        MapValue applied = config;
        if (config.map("metadata").map("annotations").has(ANNOTATION)) {
            applied = config.withMap(
                    "metadata", meta -> meta.withMap("annotations", entries -> entries.without(ANNOTATION)));
        }
        MapValue changed = annotations.with(ANNOTATION, GoText.json(applied) + "\n");
        MapValue kept = size(changed) > LARGEST_ANNOTATIONS ? annotations.without(ANNOTATION) : changed;
        return object.withMap("metadata", meta -> meta.with("annotations", kept));
    }

    private static long size(MapValue annotations) {
        long size = 0;
        for (Map.Entry<String, @Nullable Object> entry : annotations) {
            size += entry.getKey().getBytes(StandardCharsets.UTF_8).length;
            size += String.valueOf(entry.getValue()).getBytes(StandardCharsets.UTF_8).length;
        }
        return size;
    }
}
