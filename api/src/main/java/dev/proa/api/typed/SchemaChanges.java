package dev.proa.api.typed;

import dev.proa.api.fieldpath.FieldSet;
import dev.proa.api.typed.MergeType.ListRule;
import dev.proa.api.typed.MergeType.MapRule;
import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/** Adapts sets of fields to a type: to one that has become atomic, and to what a removal needs. */
public final class SchemaChanges {
    private SchemaChanges() {}

    /** The set by a type some of whose lists and objects may be atomic by now: of those, only the whole is in it. */
    public static FieldSet reconciled(MergeType type, FieldSet set) {
        if (set.isEmpty()) {
            return set;
        }
        MapRule map = type.map();
        if (map == null || map.atomic()) {
            return set;
        }
        MapValue root = fields(map, set.fieldsV1());
        return root == set.fieldsV1() ? set : FieldSet.of(root);
    }

    private static MapValue node(MergeType type, MapValue node) {
        if (node.isEmpty()) {
            return node;
        }
        MapRule map = type.map();
        if (map != null) {
            boolean untyped = map.children().isEmpty() && isUntyped(map.others());
            return untyped ? node : map.atomic() ? MapValue.EMPTY : fields(map, node);
        }
        ListRule list = type.list();
        if (list != null) {
            return list.associative() ? items(list, node) : MapValue.EMPTY;
        }
        return node;
    }

    private static boolean isUntyped(@Nullable MergeType type) {
        return type == MergeType.DEDUCED || type != null && type.scalar() == MergeType.ScalarKind.ANY;
    }

    private static MapValue fields(MapRule rule, MapValue node) {
        MapValue changed = node;
        for (int i = 0; i < node.size(); i++) {
            String element = node.nameAt(i);
            MergeType type = element.startsWith("f:") ? rule.field(element.substring(2)) : null;
            if (type != null && node.valueAt(i) instanceof MapValue child) {
                changed = changed.with(element, node(type, child));
            }
        }
        return changed;
    }

    private static MapValue items(ListRule rule, MapValue node) {
        MapValue changed = node;
        for (int i = 0; i < node.size(); i++) {
            if (!node.nameAt(i).equals(FieldSet.SELF) && node.valueAt(i) instanceof MapValue child) {
                changed = changed.with(node.nameAt(i), node(rule.item(), child));
            }
        }
        return changed;
    }

    /** The set and those declared fields above its paths: who owns {@code .spec.replicas} keeps {@code .spec}, too. */
    public static FieldSet withNamedFields(MergeType type, FieldSet set) {
        return set.isEmpty() ? set : FieldSet.of(named(type, set.fieldsV1()));
    }

    private static MapValue named(@Nullable MergeType type, MapValue node) {
        MapRule map = type == null ? null : type.map();
        ListRule list = type == null ? null : type.list();
        MapValue changed = node;
        for (int i = 0; i < node.size(); i++) {
            String element = node.nameAt(i);
            if (element.equals(FieldSet.SELF) || !(node.valueAt(i) instanceof MapValue child) || child.isEmpty()) {
                continue;
            }
            boolean field = element.startsWith("f:");
            String name = field ? element.substring(2) : "";
            MergeType childType = field && map != null
                    ? map.field(name)
                    : element.startsWith("k:") && list != null ? list.item() : null;
            MapValue wider = named(childType, child);
            if (field && map != null && map.declares(name)) {
                wider = FieldSet.asMember(wider);
            }
            changed = changed.with(element, wider);
        }
        return changed;
    }
}
