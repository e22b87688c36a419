package dev.proa.api.typed;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the parts of a configuration that would replace others as a whole. */
public final class AtomicParts {
    private AtomicParts() {}

    /** The paths of all objects and lists in a configuration that are taken as a whole, as {@code .spec.selector}. */
    public static List<String> of(MergeType type, MapValue config) {
        List<String> paths = new ArrayList<>(0);
        collect(type, config, "", paths);
        return paths;
    }

    private static void collect(MergeType type, @Nullable Object value, String path, List<String> paths) {
        MergeType.MapRule map = type.map();
        MergeType.ListRule list = type.list();
        if (value instanceof MapValue object && map != null) {
            if (map.atomic()) {
                paths.add(path);
            }
            for (int i = 0; i < object.size(); i++) {
                MergeType.Child child = map.children().get(object.nameAt(i));
                if (child != null) {
                    collect(child.type(), object.valueAt(i), path + "." + object.nameAt(i), paths);
                }
            }
        }
        if (value instanceof ListValue items && list != null) {
            if (!list.associative()) {
                paths.add(path);
            }
            for (int i = 0; i < items.size(); i++) {
                collect(list.item(), items.get(i), path + "[" + i + "]", paths);
            }
        }
    }
}
