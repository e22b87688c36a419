package dev.proa.server.apiserver;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What one answer has that another has not, without what differs from run to run. {@code src/test/facts/mutate} does the same. */
final class Differences {
    private static final Set<String> VOLATILE = Set.of(
            "uid",
            "resourceVersion",
            "creationTimestamp",
            "managedFields",
            "clusterIP",
            "clusterIPs",
            "nodePort",
            "healthCheckNodePort",
            "lastTransitionTime",
            "lastUpdateTime",
            "lastPhaseTransitionTime");
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern TOKEN_VOLUME = Pattern.compile("^kube-api-access-.{5}$");

    private Differences() {}

    static MapValue stable(MapValue object) {
        return (MapValue) Objects.requireNonNull(stable((Object) object));
    }

    private static @Nullable Object stable(@Nullable Object value) {
        return switch (value) {
            case MapValue map -> {
                MapValue.Builder builder = MapValue.EMPTY.toBuilder();
                for (Map.Entry<String, @Nullable Object> entry : map) {
                    if (!VOLATILE.contains(entry.getKey())) {
                        builder.put(entry.getKey(), stable(entry.getValue()));
                    }
                }
                yield builder.build();
            }
            case ListValue list -> {
                List<@Nullable Object> items = new ArrayList<>();
                for (int i = 0; i < list.size(); i++) {
                    items.add(stable(list.get(i)));
                }
                yield ListValue.copyOf(items);
            }
            case String text ->
                TOKEN_VOLUME.matcher(UUID.matcher(text).replaceAll("UUID")).replaceAll("kube-api-access");
            case null, default -> value;
        };
    }

    /** By JSON pointer what is another thing after than before; null of what is no longer there. */
    static Map<String, @Nullable Object> between(MapValue before, MapValue after) {
        Map<String, @Nullable Object> found = new TreeMap<>();
        collect(before, after, "", found);
        return found;
    }

    private static void collect(
            @Nullable Object before, @Nullable Object after, String at, Map<String, @Nullable Object> found) {
        if (before instanceof MapValue from && after instanceof MapValue to) {
            Set<String> keys = new TreeSet<>();
            from.forEach(entry -> keys.add(entry.getKey()));
            to.forEach(entry -> keys.add(entry.getKey()));
            for (String key : keys) {
                String name = key.replace("~", "~0").replace("/", "~1");
                collect(from.get(key), to.get(key), at + "/" + name, found);
            }
        } else if (before instanceof ListValue from && after instanceof ListValue to && from.size() == to.size()) {
            for (int i = 0; i < from.size(); i++) {
                collect(from.get(i), to.get(i), at + "/" + i, found);
            }
        } else if (!Objects.equals(before, after)) {
            found.put(at, after);
        }
    }
}
