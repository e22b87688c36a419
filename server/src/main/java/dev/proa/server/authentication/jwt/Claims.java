package dev.proa.server.authentication.jwt;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.cel.CelMap;
import dev.proa.server.cel.ValueType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A JSON object, or a map of lists, as expressions see it: numbers are doubles, and a name may be escaped ({@code foo__dot__bar}). Immutable. */
final class Claims extends CelMap {
    private final Map<String, ?> values;

    Claims(Map<String, ?> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    @Override
    public @Nullable Object find(@Nullable Object key) {
        if (!(key instanceof String name)) {
            return ABSENT;
        }
        String plain = Objects.requireNonNullElse(ValueType.unescaped(name), name);
        return values.containsKey(plain) ? value(values.get(plain)) : ABSENT;
    }

    private static @Nullable Object value(@Nullable Object json) {
        return switch (json) {
            case MapValue map -> new Claims(map.asMap());
            case Map<?, ?> map -> map(map);
            case ListValue list -> list(list);
            case List<?> list -> list(list);
            case Number number -> number.doubleValue();
            case null, default -> json;
        };
    }

    @SuppressWarnings("unchecked") // of facts about a user
    private static Claims map(Map<?, ?> map) {
        return new Claims((Map<String, ?>) map);
    }

    private static List<@Nullable Object> list(Iterable<?> list) {
        List<@Nullable Object> values = new ArrayList<>();
        list.forEach(item -> values.add(value(item)));
        return values;
    }

    @Override
    public List<?> keys() {
        return List.copyOf(values.keySet());
    }
}
