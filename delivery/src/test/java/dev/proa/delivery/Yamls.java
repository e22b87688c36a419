package dev.proa.delivery;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Objects written as YAML. */
final class Yamls {
    private Yamls() {}

    static MapValue object(String yaml) {
        return all(yaml).getFirst();
    }

    static List<MapValue> all(String yaml) {
        List<MapValue> objects = new ArrayList<>();
        for (Object document : Yaml.decodeAll(yaml.getBytes(StandardCharsets.UTF_8))) {
            objects.add((MapValue) document);
        }
        return objects;
    }
}
