package dev.proa.server.apiextensions;

import dev.proa.api.codec.GoText;
import dev.proa.api.jsonpath.JsonPath;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;

/**
 * A field of a custom resource that field selectors may name.
 *
 * @param name as in selectors: the path without the dot in front
 */
public record SelectableField(String name, JsonPath path) {

    static List<SelectableField> all(ListValue fields) {
        List<SelectableField> all = new ArrayList<>(fields.size());
        for (int i = 0; i < fields.size(); i++) {
            String path = fields.map(i).string("jsonPath");
            all.add(new SelectableField(
                    path.startsWith(".") ? path.substring(1) : path, JsonPath.parse("{" + path + "}")));
        }
        return all;
    }

    /** The value in an object as text; empty when it has none. */
    public String value(MapValue object) {
        List<?> found = path.find(object);
        return found.isEmpty() || found.getFirst() == null ? "" : GoText.printed(found.getFirst());
    }
}
