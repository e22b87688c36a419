package dev.proa.server.fieldmanager;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.fieldpath.FieldSet;
import dev.proa.api.typed.Comparison;
import dev.proa.api.typed.MergeType;
import dev.proa.api.typed.SchemaChanges;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.fieldmanager.ManagedFields.Owned;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps {@code metadata.managedFields} for writes of one version of a resource, by the resource itself or one of its subresources.
 * Objects are in that version, and in the shape of Go: what is empty is there, or not, as {@link dev.proa.api.schema.GoShape} has it.
 *
 * @param apiVersion in which objects come and go
 * @param subresource by which they are written; empty for the resource itself
 * @param nothing an object of the kind without anything in it
 * @param reset what is left of the fields that a write changes, as {@link ResetFields} says
 * @param versions the versions in which other managers may know the object
 */
public record FieldManager(
        String apiVersion,
        String kind,
        String subresource,
        Supplier<MapValue> nothing,
        UnaryOperator<FieldSet> reset,
        Versions versions) {

    /** What no manager owns: that which tells objects apart, and what only the server writes. */
    private static final FieldSet SYSTEM = FieldSet.of(MapValue.of(
            "f:apiVersion",
            MapValue.EMPTY,
            "f:kind",
            MapValue.EMPTY,
            "f:metadata",
            MapValue.of(
                    FieldSet.SELF,
                    MapValue.EMPTY,
                    "f:clusterName",
                    MapValue.EMPTY,
                    "f:creationTimestamp",
                    MapValue.EMPTY,
                    "f:generation",
                    MapValue.EMPTY,
                    "f:managedFields",
                    MapValue.EMPTY,
                    "f:name",
                    MapValue.EMPTY,
                    "f:namespace",
                    MapValue.EMPTY,
                    "f:resourceVersion",
                    MapValue.EMPTY,
                    "f:selfLink",
                    MapValue.EMPTY,
                    "f:uid",
                    MapValue.EMPTY)));

    private static final String MANAGED_FIELDS = "managedFields";

    /** An object of the kind without anything in it. */
    public MapValue empty() {
        return nothing.get();
    }

    MergeType type() {
        return Objects.requireNonNull(versions.type(apiVersion), apiVersion);
    }

    /**
     * The object that a create, an update or a patch makes, with its managed fields.
     *
     * @param live the object that is there; {@link #empty} on create
     * @param updated the object to be. Its own managed fields count if they make sense, since a client may change them
     * @param manager the writer; empty when it is not known
     */
    public MapValue update(MapValue live, MapValue updated, String manager, Instant now) {
        ListValue entries = entries(live, updated, manager, now);
        return entries.isEmpty()
                ? bare(updated)
                : updated.withMap("metadata", meta -> meta.with(MANAGED_FIELDS, entries));
    }

    /**
     * The managed fields of that object, none when they are not tracked: the writer owns from now on what it added or changed, and
     * nobody what it removed.
     */
    public ListValue entries(MapValue live, MapValue updated, String manager, Instant now) {
        ListValue present = live.map("metadata").list(MANAGED_FIELDS);
        Object given = updated.map("metadata").get(MANAGED_FIELDS);
        // By a subresource nobody changes them.
        boolean changed = subresource.isEmpty() && given instanceof ListValue && !given.equals(present);
        ManagedFields managed = changed ? managed((ListValue) Objects.requireNonNull(given), present) : stored(present);
        // An object without managed fields gets none before something is applied to it.
        boolean exists = !live.map("metadata").string("uid").isEmpty();
        return managed.isEmpty() && exists
                ? ListValue.EMPTY
                : update(managed, live, updated, manager, now).entries();
    }

    ManagedFields update(ManagedFields managed, MapValue live, MapValue updated, String name, Instant now) {
        Comparison own = Comparison.of(type(), live, updated).filtered(reset);
        FieldSet taken = own.modified().union(own.added());
        reconciled(managed);
        if (!own.isSame()) {
            Changes changes = new Changes(live, updated, own);
            managed.change((manager, its) -> {
                Comparison change = changes.in(its.apiVersion());
                return change == null
                        ? null
                        : its.with(its.fields()
                                .difference(change.modified().union(change.added()))
                                .difference(change.removed()));
            });
        }
        FieldSet fields = taken.difference(SYSTEM);
        if (!fields.isEmpty()) {
            Manager manager = Manager.updater(name, apiVersion, subresource);
            Owned before = managed.get(manager);
            FieldSet all = before == null ? fields : fields.union(before.fields());
            managed.put(manager, new Owned(all, apiVersion, ManagedFields.text(now)));
            managed.capUpdaters();
        }
        return managed;
    }

    /** What differs between two objects, in the versions of the managers that are asked about. */
    final class Changes {
        private final MapValue before;
        private final MapValue after;
        private final Map<String, @Nullable Comparison> byVersion = new HashMap<>();

        Changes(MapValue before, MapValue after, Comparison own) {
            this.before = before;
            this.after = after;
            byVersion.put(apiVersion, own);
        }

        /** Null when there is no such version. */
        @Nullable
        Comparison in(String version) {
            if (!byVersion.containsKey(version)) {
                MergeType type = versions.type(version);
                byVersion.put(
                        version,
                        type == null
                                ? null
                                : Comparison.of(
                                                type,
                                                versions.convert(before, version),
                                                versions.convert(after, version))
                                        .filtered(reset));
            }
            return byVersion.get(version);
        }
    }

    private ManagedFields managed(ListValue given, ListValue present) {
        if (ManagedFields.isReset(given)) {
            return ManagedFields.none();
        }
        try {
            ManagedFields managed = ManagedFields.read(given, false);
            return managed.isEmpty() ? stored(present) : managed;
        } catch (DecodeException e) {
            return stored(present); // as if they had not been sent
        }
    }

    private ManagedFields stored(ListValue entries) {
        try {
            return ManagedFields.read(entries, true);
        } catch (DecodeException e) {
            return ManagedFields.none();
        }
    }

    /** What is wrong with managed fields, as Kubernetes says it; empty when nothing is. {@code entries} is null for none. */
    public static String problem(@Nullable Object entries) {
        if (entries == null) {
            return "";
        }
        if (!(entries instanceof ListValue list)) {
            return "metadata.managedFields is no list";
        }
        try {
            ManagedFields.read(list, false);
            return "";
        } catch (DecodeException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** The managed fields by the types as they are now: what was granular may be atomic by now. */
    ManagedFields reconciled(ManagedFields managed) {
        managed.change((manager, its) -> {
            if (its.apiVersion().equals(apiVersion) && !versions.changing()) {
                return its;
            }
            MergeType type = versions.type(its.apiVersion());
            return type == null
                    ? null
                    : versions.changing() ? its.with(SchemaChanges.reconciled(type, its.fields())) : its;
        });
        return managed;
    }

    /** Fields without those that nobody owns. */
    static FieldSet ownable(FieldSet fields) {
        return fields.difference(SYSTEM);
    }

    /** The object without managed fields. */
    static MapValue bare(MapValue object) {
        MapValue metadata = object.map("metadata");
        return metadata.has(MANAGED_FIELDS) ? object.with("metadata", metadata.without(MANAGED_FIELDS)) : object;
    }

    static MapValue with(MapValue bare, ManagedFields managed) {
        ListValue entries = managed.entries();
        return entries.isEmpty() ? bare : bare.withMap("metadata", meta -> meta.with(MANAGED_FIELDS, entries));
    }

    /**
     * Puts back the times of the managed fields when nothing else changed, so that such an update is none.
     *
     * @param updated the object that would be stored
     */
    public static MapValue withoutNewTimes(MapValue updated, MapValue live) {
        ListValue now = updated.map("metadata").list(MANAGED_FIELDS);
        ListValue before = live.map("metadata").list(MANAGED_FIELDS);
        if (now == before || now.isEmpty() || now.size() != before.size()) {
            return updated;
        }
        for (int i = 0; i < now.size(); i++) {
            if (now.get(i) != before.get(i)
                    && !now.map(i).without("time").equals(before.map(i).without("time"))) {
                return updated;
            }
        }
        MapValue timed = updated.withMap("metadata", meta -> meta.with(MANAGED_FIELDS, before));
        return timed.equals(live) ? live : updated;
    }
}
