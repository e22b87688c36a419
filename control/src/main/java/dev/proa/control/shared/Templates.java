package dev.proa.control.shared;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.PodTemplateSpec;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Compares pod templates, and computes the hash that the names of ReplicaSets and of the revisions of DaemonSets end in. Pure. */
public final class Templates {
    /** The label by which the pods and the replica set of one template know each other. */
    public static final String HASH_LABEL = "pod-template-hash";

    private Templates() {}

    /** Whether two templates make the same pods; the hash label, and empty beside absent, make no difference. */
    public static boolean same(PodTemplateSpec a, PodTemplateSpec b) {
        MapValue left = withoutHash(a.value());
        MapValue right = withoutHash(b.value());
        return alike(left, right);
    }

    /** Whether two values are equal when empty and absent make no difference. */
    public static boolean alike(MapValue left, MapValue right) {
        return left.equals(right) || Objects.equals(compact(left), compact(right));
    }

    /**
     * A hash of {@code template} (FNV-1a of its JSON), in letters that are safe in names.
     *
     * @param collisions how often another template had the same one
     */
    public static String hash(PodTemplateSpec template, int collisions) {
        int hash = SafeHash.fnv1a(SafeHash.EMPTY, Json.encode(template.value()));
        if (collisions > 0) {
            byte[] salt = new byte[8];
            for (int i = 0; i < 4; i++) {
                salt[i] = (byte) (collisions >>> 8 * i);
            }
            hash = SafeHash.fnv1a(hash, salt);
        }
        return SafeHash.text(hash);
    }

    private static MapValue withoutHash(MapValue template) {
        MapValue labels = template.map("metadata").map("labels");
        return labels.has(HASH_LABEL)
                ? template.withMap("metadata", m -> m.with("labels", labels.without(HASH_LABEL)))
                : template;
    }

    /** {@code value} without anything empty; null when nothing is left. */
    private static @Nullable Object compact(@Nullable Object value) {
        return switch (value) {
            case MapValue map -> {
                MapValue.Builder builder = MapValue.builder(map.size());
                for (int i = 0; i < map.size(); i++) {
                    builder.putIfPresent(map.nameAt(i), compact(map.valueAt(i)));
                }
                MapValue built = builder.build();
                yield built.isEmpty() ? null : built;
            }
            case ListValue list -> list.isEmpty() ? null : compact(list);
            case null -> null;
            default -> value;
        };
    }

    private static ListValue compact(ListValue list) {
        @Nullable Object[] items = new Object[list.size()];
        for (int i = 0; i < items.length; i++) {
            items[i] = compact((Object) list.get(i));
        }
        return ListValue.of(items);
    }
}
