package dev.proa.control.deployment;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.PodTemplateSpec;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Compares pod templates, and computes the hash that the name of a ReplicaSet ends in. */
final class Templates {
    /** The label by which the pods and the replica set of one template know each other. */
    static final String HASH_LABEL = "pod-template-hash";

    /** No vowels and nothing that looks like one, so that no bad words come out. */
    private static final String SAFE = "bcdfghjklmnpqrstvwxz2456789";

    private Templates() {}

    /** Whether two templates make the same pods; the hash label, and empty beside absent, make no difference. */
    static boolean same(PodTemplateSpec a, PodTemplateSpec b) {
        MapValue left = withoutHash(a.value());
        MapValue right = withoutHash(b.value());
        return left.equals(right) || Objects.equals(compact(left), compact(right));
    }

    /**
     * A hash of {@code template} (FNV-1a of its JSON), in letters that are safe in names.
     *
     * @param collisions how often another template had the same one
     */
    static String hash(PodTemplateSpec template, int collisions) {
        int hash = fnv(0x811c9dc5, Json.encode(template.value()));
        if (collisions > 0) {
            byte[] salt = new byte[8];
            for (int i = 0; i < 4; i++) {
                salt[i] = (byte) (collisions >>> 8 * i);
            }
            hash = fnv(hash, salt);
        }
        String digits = Integer.toUnsignedString(hash);
        StringBuilder safe = new StringBuilder(digits.length());
        for (int i = 0; i < digits.length(); i++) {
            safe.append(SAFE.charAt(digits.charAt(i) % SAFE.length()));
        }
        return safe.toString();
    }

    private static int fnv(int from, byte[] bytes) {
        int hash = from;
        for (byte b : bytes) {
            hash ^= b & 0xff;
            hash *= 0x01000193;
        }
        return hash;
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
