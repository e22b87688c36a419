package dev.proa.api.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.Tries;
import dev.proa.api.codec.Json;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
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

    @Test
    void behavesAsASortedMap() {
        Tries.run(1000, random -> {
            Map<String, Long> entries = new HashMap<>();
            for (int i = random.nextInt(101); i > 0; i--) {
                entries.put(Tries.text(random, 20), Tries.number(random, Long.MIN_VALUE, Long.MAX_VALUE));
            }
            boolean known = !entries.isEmpty() && random.nextInt(4) == 0;
            behavesAsASortedMap(entries, known ? entries.keySet().iterator().next() : Tries.text(random, 20));
        });
    }

    private static void behavesAsASortedMap(Map<String, Long> entries, String key) {
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
