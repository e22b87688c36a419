package dev.proa.server.fieldmanager;

import dev.proa.api.fieldpath.FieldSet;
import dev.proa.api.fieldpath.PathElement;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The fields of an applied configuration that others manage. */
final class Conflicts {
    private final TreeMap<Manager, FieldSet> fields = new TreeMap<>(Comparator.comparing(Manager::identifier));

    void add(Manager manager, FieldSet owned) {
        if (!owned.isEmpty()) {
            fields.put(manager, owned);
        }
    }

    boolean isEmpty() {
        return fields.isEmpty();
    }

    /** Those that are not among {@code allowed}. */
    Conflicts without(FieldSet allowed) {
        Conflicts left = new Conflicts();
        fields.forEach((manager, owned) -> left.add(manager, owned.difference(allowed)));
        return left;
    }

    /** As a client sees them. */
    StatusException toStatus() {
        List<MapValue> causes = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        String first = "";
        for (Map.Entry<Manager, FieldSet> entry : fields.entrySet()) {
            String manager = entry.getKey().shown();
            lines.add("conflicts with " + manager + ":");
            for (String path : paths(entry.getValue())) {
                lines.add("- " + path);
                causes.add(MapValue.of(
                        "field", path, "message", "conflict with " + manager, "reason", "FieldManagerConflict"));
                first = "conflict with " + manager + ": " + path;
            }
        }
        String message = causes.size() == 1
                ? "Apply failed with 1 conflict: " + first
                : "Apply failed with " + causes.size() + " conflicts: " + String.join("\n", lines);
        return StatusException.applyConflict(message, causes);
    }

    private static List<String> paths(FieldSet set) {
        List<String> paths = new ArrayList<>();
        set.forEach(path -> paths.add(PathElement.shown(path)));
        return paths;
    }
}
