package dev.proa.server.apiserver;

import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.store.Key;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import dev.proa.server.strategy.Strategy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Deletes stored objects by the rules that all resources share: preconditions, grace periods, finalizers.
 *
 * <pre>
 *   there ──delete──► has grace or finalizers? ──no──► gone
 *                        │ yes
 *                        ▼
 *                     marked with deletionTimestamp ──last finalizer removed, or deleted with grace 0──► gone
 * </pre>
 */
final class Deletions {
    private static final String ORPHAN = "orphan";
    private static final String FOREGROUND = "foregroundDeletion";

    /** The resources whose delete returns the object instead of a Status. */
    private static final Set<String> ANSWERED_WITH_OBJECT = Set.of(
            "namespaces",
            "persistentvolumeclaims",
            "persistentvolumes",
            "pods",
            "podtemplates",
            "resourcequotas",
            "serviceaccounts",
            "services",
            "csidrivers.storage.k8s.io",
            "csinodes.storage.k8s.io",
            "deviceclasses.resource.k8s.io",
            "resourceclaims.resource.k8s.io",
            "resourceclaimtemplates.resource.k8s.io",
            "resourceslices.resource.k8s.io",
            "storageclasses.storage.k8s.io",
            "volumeattachments.storage.k8s.io",
            "volumeattributesclasses.storage.k8s.io");

    private final Registry registry;

    Deletions(Registry registry) {
        this.registry = registry;
    }

    /**
     * The outcome of a delete.
     *
     * @param object its last or its present state
     * @param marked whether the object stays until others have done their part
     */
    record Deleted(StoredObject object, boolean marked) {}

    /** Deletes an object, or sets its deletion timestamp, if admission allows it, unless it need not be asked. */
    Deleted delete(Call call, Key key, DeleteOptions options) {
        return delete(call, key, options, !call.request.deletesWithoutAdmission());
    }

    /** The same for an eviction, which was admitted already. */
    Deleted evict(Call call, Key key, DeleteOptions options) {
        return delete(call, key, options, false);
    }

    private Deleted delete(Call call, Key key, DeleteOptions options, boolean admits) {
        while (true) {
            StoredObject current = registry.get(call, key);
            AdmissionAttributes attributes = admits ? registry.admission.delete(call, current, options) : null;
            if (attributes != null) {
                registry.admission.mutate(attributes);
            }
            checkPreconditions(call.endpoint.kindResource(), current, options);
            if (attributes != null) {
                registry.admission.validate(attributes);
            }
            try {
                return tryDelete(call, current, options);
            } catch (Store.RevisionConflictException e) {
                // Somebody else was quicker: look again at what is there now.
                continue;
            }
        }
    }

    /** The response: a Status if the object is gone, for most resources; else the object. */
    static ApiResponse answer(Call call, Deleted deleted) {
        Key key = deleted.object().key();
        if (deleted.marked() || ANSWERED_WITH_OBJECT.contains(key.resource())) {
            return call.answer(200, deleted.object());
        }
        MapValue.Builder details = MapValue.builder().put("name", key.name()).put("kind", call.endpoint.plural());
        if (!call.endpoint.group().isEmpty()) {
            details.put("group", call.endpoint.group());
        }
        details.put("uid", deleted.object().value().map("metadata").string("uid"));
        return call.answer(
                200,
                MapValue.of(
                        "apiVersion", "v1",
                        "details", details.build(),
                        "kind", "Status",
                        "metadata", MapValue.EMPTY,
                        "status", "Success"));
    }

    private Deleted tryDelete(Call call, StoredObject current, DeleteOptions options) {
        Strategy strategy = call.endpoint.strategy();
        MapValue metadata = current.value().map("metadata");
        boolean deleting = metadata.has("deletionTimestamp");
        Grace grace = grace(call, current.value(), options, deleting);
        if (grace.pending()) {
            return new Deleted(current, true);
        }
        MapValue marked = current.value();
        ListValue finalizers = finalizers(strategy, metadata, options);
        if (options.propagation().isEmpty() && strategy.defaultPropagation().equals("Orphan")) {
            call.warnings.add(
                    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to"
                            + " remove them or set propagationPolicy=Orphan to suppress this warning");
        }
        if (!finalizers.equals(metadata.list("finalizers"))) {
            marked = marked.withMap(
                    "metadata",
                    meta -> finalizers.isEmpty() ? meta.without("finalizers") : meta.with("finalizers", finalizers));
        }
        boolean waits = strategy.awaitsFinalizers(marked);
        if (grace.graceful() || waits) {
            marked = strategy.prepareForDelete(mark(marked, call.now, grace, deleting));
        }
        if (waits || grace.seconds() > 0) {
            return new Deleted(commitMark(strategy, current, marked, options), true);
        }
        if (options.dryRun()) {
            return new Deleted(current, false);
        }
        return new Deleted(strategy.delete(registry.store, current, strategy.written(marked)), false);
    }

    private StoredObject commitMark(Strategy strategy, StoredObject current, MapValue marked, DeleteOptions options) {
        if (marked.equals(current.value())) {
            return current;
        }
        return options.dryRun()
                ? new StoredObject(current.key(), marked, current.createRevision(), current.revision())
                : registry.store.update(current.key(), current.revision(), strategy.written(marked));
    }

    /**
     * The grace period of a deletion.
     *
     * @param graceful whether its resource knows such a period at all
     * @param pending whether it already runs and is not shortened
     * @param start from when it counts; null for now
     */
    private record Grace(
            boolean graceful,
            long seconds,
            boolean pending,
            @Nullable Instant start) {
        static final Grace NONE = new Grace(false, 0, false, null);
    }

    private static Grace grace(Call call, MapValue object, DeleteOptions options, boolean deleting) {
        MapValue metadata = object.map("metadata");
        OptionalLong period = call.endpoint.strategy().gracePeriod(object, options.gracePeriod());
        if (period.isEmpty()) {
            return Grace.NONE;
        }
        if (!deleting) {
            return new Grace(true, period.getAsLong(), false, null);
        }
        long running = metadata.integer("deletionGracePeriodSeconds", 0);
        if (running == 0) {
            return Grace.NONE;
        }
        Long requested = options.gracePeriod();
        if (requested == null || requested >= running) {
            return new Grace(true, running, true, null);
        }
        Instant start = Instant.parse(metadata.string("deletionTimestamp")).minusSeconds(running);
        return new Grace(true, requested, false, start);
    }

    private static MapValue mark(MapValue object, Instant now, Grace grace, boolean deleting) {
        MapValue metadata = object.map("metadata");
        if (deleting && !grace.graceful()) {
            return object;
        }
        Instant start = grace.start();
        Instant end = (start == null ? now : start).plusSeconds(grace.seconds());
        metadata =
                metadata.with("deletionTimestamp", end.toString()).with("deletionGracePeriodSeconds", grace.seconds());
        long generation = metadata.integer("generation", 0);
        if (!deleting && generation > 0) {
            metadata = metadata.with("generation", generation + 1);
        }
        return object.with("metadata", metadata);
    }

    /** Adds the finalizers that the propagation policy needs. */
    private static ListValue finalizers(Strategy strategy, MapValue metadata, DeleteOptions options) {
        ListValue present = metadata.list("finalizers");
        String policy = options.propagation();
        if (policy.isEmpty()) {
            policy = present.contains(ORPHAN)
                    ? "Orphan"
                    : present.contains(FOREGROUND) ? "Foreground" : strategy.defaultPropagation();
        }
        String wanted = switch (policy) {
            case "Orphan" -> ORPHAN;
            case "Foreground" -> FOREGROUND;
            default -> "";
        };
        List<@Nullable Object> kept = new ArrayList<>(present);
        kept.removeIf(name -> (ORPHAN.equals(name) || FOREGROUND.equals(name)) && !wanted.equals(name));
        if (!wanted.isEmpty() && !kept.contains(wanted)) {
            kept.add(wanted);
        }
        if (!metadata.has("deletionTimestamp")) {
            for (String name : strategy.finalizersOnDelete()) {
                if (!kept.contains(name)) {
                    kept.add(name);
                }
            }
        }
        return ListValue.copyOf(kept);
    }

    /**
     * Checks that an object is the one that is to be deleted.
     *
     * @param kind of the object, for the error
     * @throws StatusException a conflict, when it is not
     */
    static void checkPreconditions(Resource kind, StoredObject current, DeleteOptions options) {
        MapValue metadata = current.value().map("metadata");
        String name = current.key().name();
        String uid = metadata.string("uid");
        if (!options.uid().isEmpty() && !options.uid().equals(uid)) {
            throw StatusException.conflict(
                    kind,
                    name,
                    "the UID in the precondition (" + options.uid() + ") does not match the UID in record (" + uid
                            + "). The object might have been deleted and then recreated");
        }
        String version = metadata.string("resourceVersion");
        if (!options.resourceVersion().isEmpty() && !options.resourceVersion().equals(version)) {
            throw StatusException.conflict(
                    kind,
                    name,
                    "the ResourceVersion in the precondition (" + options.resourceVersion()
                            + ") does not match the ResourceVersion in record (" + version
                            + "). The object might have been modified");
        }
    }
}
