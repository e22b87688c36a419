package dev.proa.server.admission;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;

/** What tolerations tolerate. */
final class Tolerations {
    private Tolerations() {}

    /** Both lists as one, without those that tolerate nothing that another does not. */
    static ListValue merged(ListValue first, ListValue second) {
        List<MapValue> all = new ArrayList<>();
        for (ListValue list : List.of(first, second)) {
            for (int i = 0; i < list.size(); i++) {
                all.add(list.map(i));
            }
        }
        List<MapValue> merged = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            MapValue each = all.get(i);
            boolean redundant = merged.stream().anyMatch(kept -> covers(kept, each))
                    || all.subList(i + 1, all.size()).stream()
                            .anyMatch(later -> !later.equals(each) && covers(later, each));
            if (!redundant) {
                merged.add(each);
            }
        }
        return ListValue.copyOf(merged);
    }

    /** Whether each of the tolerations is covered by one that is allowed; everything is when the list of those is empty. */
    static boolean areAllowed(ListValue tolerations, ListValue allowed) {
        for (int i = 0; i < tolerations.size() && !allowed.isEmpty(); i++) {
            boolean covered = false;
            for (int j = 0; j < allowed.size(); j++) {
                covered |= covers(allowed.map(j), tolerations.map(i));
            }
            if (!covered) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code wide} tolerates all that {@code narrow} does. */
    private static boolean covers(MapValue wide, MapValue narrow) {
        if (wide.equals(narrow)) {
            return true;
        }
        boolean everything =
                wide.string("key").isEmpty() && wide.string("operator").equals("Exists");
        if (!everything && !wide.string("key").equals(narrow.string("key"))) {
            return false;
        }
        if (!wide.string("effect").isEmpty() && !wide.string("effect").equals(narrow.string("effect"))) {
            return false;
        }
        if (wide.string("effect").equals("NoExecute") && wide.get("tolerationSeconds") instanceof Long seconds) {
            if (!(narrow.get("tolerationSeconds") instanceof Long shorter) || shorter > seconds) {
                return false;
            }
        }
        return switch (wide.string("operator")) {
            case "", "Equal" ->
                narrow.string("operator").equals("Equal")
                        && narrow.string("value").equals(wide.string("value"));
            case "Exists" -> true;
            default -> false;
        };
    }
}
