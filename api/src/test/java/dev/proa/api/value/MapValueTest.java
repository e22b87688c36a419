package dev.proa.api.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MapValueTest {
    @Test
    void sharesNamesAndKeepsOrder() {
        MapValue map = MapValue.of("spec", MapValue.of("replicas", 3L), "kind", "Deployment", "apiVersion", "apps/v1");
        assertThat(Json.toString(map))
                .isEqualTo("{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"spec\":{\"replicas\":3}}");
        assertThat(map.at("spec", "replicas")).isEqualTo(3L);
        assertThat(map.without("spec").with("spec", MapValue.of("replicas", 3L)))
                .isEqualTo(map);
    }

    @Property
    void behavesAsASortedMap(@ForAll @Size(max = 100) java.util.Map<String, Long> entries, @ForAll String key) {
        MapValue map = MapValue.copyOf(entries);
        assertThat(map.asMap()).isEqualTo(entries);
        assertThat(map.asMap().keySet()).containsExactlyElementsOf(new TreeMap<>(entries).keySet());
        TreeMap<String, Long> changed = new TreeMap<>(entries);
        changed.put(key, -1L);
        assertThat(map.with(key, -1L).asMap()).isEqualTo(changed);
        changed.remove(key);
        assertThat(map.with(key, -1L).without(key).asMap()).isEqualTo(changed);
    }
}
