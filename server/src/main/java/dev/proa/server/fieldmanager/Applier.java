package dev.proa.server.fieldmanager;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.fieldpath.FieldSet;
import dev.proa.api.status.StatusException;
import dev.proa.api.typed.Comparison;
import dev.proa.api.typed.FieldSets;
import dev.proa.api.typed.MergeType;
import dev.proa.api.typed.Merging;
import dev.proa.api.typed.MismatchException;
import dev.proa.api.typed.Removal;
import dev.proa.api.typed.SchemaChanges;
import dev.proa.api.typed.Validation;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.fieldmanager.ManagedFields.Owned;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Server-side apply: merges a configuration into an object, and removes what the manager applied before and does not any more, unless
 * somebody else owns it.
 */
public final class Applier {
    private static final String BEFORE = "before-first-apply";

    private final FieldManager fields;
    private final MergeType type;

    public Applier(FieldManager fields) {
        this.fields = fields;
        this.type = fields.type();
    }

    /**
     * The object that comes out, with its managed fields, without defaults for what is new in it.
     *
     * @param live the object that is there; that of {@link FieldManager#empty} when there is none
     * @param config what is applied
     * @param force whether to take fields from other managers
     * @throws StatusException when the configuration is none of this kind, or conflicts with other managers
     */
    public MapValue apply(MapValue live, MapValue config, String name, boolean force, Instant now) {
        checkKind(config);
        ManagedFields managed = managed(live, now);
        MapValue bare = FieldManager.bare(live);
        if (config.map("metadata").get("managedFields") instanceof ListValue) {
            throw StatusException.badRequest("metadata.managedFields must be nil");
        }
        try {
            Validation.check(type, config, false);
        } catch (MismatchException e) {
            throw StatusException.badRequest(
                    "failed to create typed patch object (" + shown(config) + "): " + e.getMessage());
        }
        Manager manager = Manager.applier(name, fields.subresource());
        MapValue next = pruned(managed, manager, merged(bare, config), config);
        Comparison own = Comparison.of(type, bare, next).filtered(fields.reset());
        FieldManager.Changes changes = fields.new Changes(bare, next, own);
        Conflicts conflicts = conflicts(managed, manager, changes);
        if (!force && !conflicts.isEmpty() && name.equals(LastApplied.MANAGER)) {
            conflicts = conflicts.without(LastApplied.agreed(type, fields.apiVersion(), bare));
        }
        if (!force && !conflicts.isEmpty()) {
            throw conflicts.toStatus();
        }
        take(managed, manager, changes);
        boolean same = next.equals(bare);
        Owned its = managed.get(manager);
        if (its != null) {
            FieldSet ownable = FieldManager.ownable(its.fields());
            if (ownable.isEmpty()) {
                managed.remove(manager);
            } else {
                managed.put(
                        manager, same ? its.with(ownable) : its.with(ownable).at(now));
            }
        }
        MapValue result = same ? bare : next;
        return FieldManager.with(name.equals(LastApplied.MANAGER) ? LastApplied.kept(result, config) : result, managed);
    }

    private void checkKind(MapValue config) {
        if (!config.string("apiVersion").equals(fields.apiVersion())
                || !config.string("kind").equals(fields.kind())) {
            throw StatusException.badRequest("invalid object type: " + kind(config));
        }
    }

    /** The kind of an object in messages. */
    public static String kind(MapValue object) {
        String apiVersion = object.string("apiVersion");
        return (apiVersion.contains("/") ? "" : "/") + apiVersion + ", Kind=" + object.string("kind");
    }

    /** An object in messages. */
    public static String shown(MapValue object) {
        MapValue metadata = object.map("metadata");
        String version = object.string("apiVersion");
        return metadata.string("namespace") + "/" + metadata.string("name") + "; "
                + (version.contains("/") ? version : "/" + version) + ", Kind=" + object.string("kind");
    }

    /** The managed fields of the object; of one that has none, everything belongs to whoever was there before the first apply. */
    private ManagedFields managed(MapValue live, Instant now) {
        ManagedFields managed;
        try {
            managed = ManagedFields.read(live.map("metadata").list("managedFields"), true);
        } catch (DecodeException e) {
            throw StatusException.internalError("failed to decode managed fields: " + e.getMessage(), e);
        }
        return managed.isEmpty()
                ? fields.update(managed, fields.empty(), FieldManager.bare(live), BEFORE, now)
                : fields.reconciled(managed);
    }

    private MapValue merged(MapValue live, MapValue config) {
        try {
            return Merging.of(type, live, config);
        } catch (MismatchException e) {
            throw StatusException.badRequest("failed to merge config: " + e.getMessage());
        }
    }

    private MapValue pruned(ManagedFields managed, Manager manager, MapValue merged, MapValue config) {
        Owned last = managed.get(manager);
        FieldSet applied = fields.reset().apply(FieldSets.of(type, config));
        managed.put(
                manager,
                last != null && last.apiVersion().equals(fields.apiVersion())
                        ? last.with(applied.equals(last.fields()) ? last.fields() : applied)
                        : new Owned(applied, fields.apiVersion(), last == null ? null : last.time()));
        if (last == null
                || last.apiVersion().equals(fields.apiVersion())
                        && last.fields().difference(applied).isEmpty()) {
            return merged; // nothing is given up
        }
        return new Pruning(managed, last).prune(merged);
    }

    private Conflicts conflicts(ManagedFields managed, Manager manager, FieldManager.Changes changes) {
        Conflicts conflicts = new Conflicts();
        for (Map.Entry<Manager, Owned> entry : managed.all()) {
            Comparison change = changes.in(entry.getValue().apiVersion());
            if (!entry.getKey().equals(manager) && change != null) {
                conflicts.add(
                        entry.getKey(),
                        entry.getValue().fields().intersection(change.modified().union(change.added())));
            }
        }
        return conflicts;
    }

    private static void take(ManagedFields managed, Manager applier, FieldManager.Changes changes) {
        managed.change((manager, its) -> {
            Comparison change = changes.in(its.apiVersion());
            if (manager.equals(applier)) {
                return its;
            }
            return change == null
                    ? null
                    : its.with(its.fields()
                            .difference(change.modified().union(change.added()))
                            .difference(change.removed()));
        });
    }

    /** Removes what a manager applied last time, gave up now, and nobody owns. */
    private final class Pruning {
        private final Map<String, FieldSet> owned = new TreeMap<>();
        private final Owned last;

        Pruning(ManagedFields managed, Owned last) {
            this.last = last;
            managed.all()
                    .forEach(entry -> owned.merge(
                            entry.getValue().apiVersion(), entry.getValue().fields(), FieldSet::union));
        }

        MapValue prune(MapValue merged) {
            MergeType lastType = fields.versions().type(last.apiVersion());
            if (lastType == null) {
                return merged;
            }
            MapValue whole = convert(merged, last.apiVersion());
            MapValue left = Removal.of(lastType, whole, SchemaChanges.withNamedFields(lastType, last.fields()));
            left = withOwned(whole, left, last.apiVersion(), owned.remove(last.apiVersion()));
            String version = last.apiVersion();
            for (Map.Entry<String, FieldSet> entry : owned.entrySet()) {
                if (fields.versions().type(entry.getKey()) != null) {
                    version = entry.getKey();
                    left = withOwned(convert(whole, version), convert(left, version), version, entry.getValue());
                }
            }
            FieldSet kept = named(lastType, convert(left, last.apiVersion()));
            FieldSet gone = named(lastType, whole)
                    .difference(kept)
                    .intersection(SchemaChanges.withNamedFields(lastType, last.fields()));
            return convert(Removal.of(lastType, whole, gone), fields.apiVersion());
        }

        /** What is left of an object, and that which somebody owns. */
        private MapValue withOwned(MapValue whole, MapValue left, String version, @Nullable FieldSet managed) {
            MergeType versioned = fields.versions().type(version);
            if (versioned == null || managed == null) {
                return left;
            }
            FieldSet kept = named(versioned, left).union(SchemaChanges.withNamedFields(versioned, managed));
            return Removal.of(versioned, whole, named(versioned, whole).difference(kept));
        }

        private static FieldSet named(MergeType versioned, MapValue object) {
            return SchemaChanges.withNamedFields(versioned, FieldSets.of(versioned, object));
        }

        private MapValue convert(MapValue object, String version) {
            return object.string("apiVersion").equals(version)
                    ? object
                    : fields.versions().convert(object, version);
        }
    }
}
