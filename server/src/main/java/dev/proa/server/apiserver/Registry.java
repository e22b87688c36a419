package dev.proa.server.apiserver;

import dev.proa.api.schema.GoShape;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.Admission;
import dev.proa.server.admission.AdmissionRequest;
import dev.proa.server.admission.AdmissionRequest.Operation;
import dev.proa.server.resource.Allocation;
import dev.proa.server.resource.Strategy;
import dev.proa.server.store.Key;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Creates and updates stored objects by the rules that all resources share: identity, defaults, validation, optimistic concurrency.
 * Every write of every verb and subresource goes through here or {@link Deletions}, and is admitted here.
 */
final class Registry {
    /** Attempts to find a free name for {@code generateName}. */
    private static final int NAME_ATTEMPTS = 8;
    /** Attempts of an update that names no resource version and loses against others. */
    private static final int UPDATE_ATTEMPTS = 64;

    private static final int RANDOM_SUFFIX = 5;
    private static final int LONGEST_BASE = 63 - RANDOM_SUFFIX;
    /** Without vowels and what looks like them: no words by accident. */
    private static final String SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

    final Store store;
    private final SchemaCatalog schemas;
    private final RandomGenerator random;
    private final NamespaceLifecycle namespaceLifecycle;
    private final Admission admission;

    Registry(Store store, SchemaCatalog schemas, RandomGenerator random, Admission admission) {
        this.schemas = schemas;
        this.store = store;
        this.admission = admission;
        this.random = random;
        this.namespaceLifecycle = new NamespaceLifecycle(store);
    }

    /**
     * The object that is stored under a key.
     *
     * @throws StatusException when there is none
     */
    StoredObject get(Call call, Key key) {
        StoredObject object = store.snapshot().get(key);
        if (object == null) {
            throw StatusException.notFound(call.endpoint.resource(), key.name());
        }
        return object;
    }

    /**
     * Creates an object.
     *
     * @param decoded in the version of the request
     */
    StoredObject create(Call call, MapValue decoded) {
        Strategy strategy = call.endpoint.strategy();
        MapValue object = inStorage(call, decoded);
        MapValue metadata = object.map("metadata");
        if (!metadata.string("resourceVersion").isEmpty() && !call.dryRun()) {
            throw StatusException.badRequest("resourceVersion should not be set on objects to be created");
        }
        boolean generated = metadata.string("name").isEmpty()
                && !metadata.string("generateName").isEmpty();
        // what is refused here is called by what was asked for: each attempt of a controller would have another
        // generated name
        namespaceLifecycle.checkCreation(call, metadata.string(generated ? "generateName" : "name"));
        MapValue admitted = strategy.admit(object.with("metadata", identity(call, metadata)), store.snapshot());
        admission.admit(creation(call, metadata.string("name"), admitted));
        for (int attempt = 1; ; attempt++) {
            MapValue named = generated ? admitted.withMap("metadata", this::generateName) : admitted;
            String name = named.map("metadata").string("name");
            try (Allocation allocation = strategy.allocate(null, named, call.dryRun())) {
                MapValue prepared = shaped(strategy.prepareForCreate(allocation.object(), call.context()));
                reject(call, name, strategy.validateCreate(prepared));
                admission.validate(creation(call, name, prepared));
                call.warnings.addAll(strategy.warnings(prepared, null));
                Key key = call.endpoint.key(call.info.namespace(), name);
                if (call.dryRun()) {
                    StoredObject existing = store.snapshot().get(key);
                    if (existing == null) {
                        return new StoredObject(key, prepared, 0, 0);
                    }
                    throw alreadyThere(call, key, name);
                }
                StoredObject created = store.create(key, prepared);
                allocation.commit();
                return created;
            } catch (Store.KeyExistsException e) {
                if (!generated) {
                    throw alreadyThere(call, call.endpoint.key(call.info.namespace(), name), name);
                }
                if (attempt == NAME_ATTEMPTS) {
                    throw StatusException.generateNameConflict(call.endpoint.resource(), name, 1);
                }
            }
        }
    }

    private StatusException alreadyThere(Call call, Key key, String name) {
        StatusException exists = StatusException.alreadyExists(call.endpoint.resource(), name);
        StoredObject present = store.snapshot().get(key);
        return present != null && present.value().map("metadata").has("deletionTimestamp")
                ? StatusException.from(
                        exists.status().with("message", "object is being deleted: " + exists.getMessage()))
                : exists;
    }

    private MapValue generateName(MapValue metadata) {
        String base = metadata.string("generateName");
        return metadata.with("name", base.substring(0, Math.min(base.length(), LONGEST_BASE)) + suffix());
    }

    private MapValue identity(Call call, MapValue metadata) {
        MapValue.Builder builder =
                clean(call, metadata).without("deletionTimestamp").without("deletionGracePeriodSeconds").toBuilder();
        if (call.endpoint.namespaced()) {
            builder.put("namespace", call.info.namespace());
        }
        return builder.put("uid", uid())
                .put("creationTimestamp", call.now.toString())
                .build();
    }

    /** Metadata without what the server does not keep, and with each owner once. */
    private static MapValue clean(Call call, MapValue metadata) {
        MapValue result = metadata.without("managedFields").without("selfLink");
        ListValue owners = metadata.list("ownerReferences");
        if (owners.size() < 2) {
            return result;
        }
        List<@Nullable Object> kept = new ArrayList<>();
        Set<String> duplicates = new LinkedHashSet<>();
        for (int i = 0; i < owners.size(); i++) {
            if (kept.contains(owners.get(i))) {
                duplicates.add(owners.map(i).string("uid"));
            } else {
                kept.add(owners.get(i));
            }
        }
        if (duplicates.isEmpty()) {
            return result;
        }
        call.warnings.add(
                ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+,"
                        + " and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: "
                        + String.join(", ", duplicates));
        return result.with("ownerReferences", ListValue.copyOf(kept));
    }

    private String uid() {
        long high = random.nextLong() & ~0xF000L | 0x4000L;
        long low = random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    private String suffix() {
        char[] chars = new char[RANDOM_SUFFIX];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = SUFFIX_ALPHABET.charAt(random.nextInt(SUFFIX_ALPHABET.length()));
        }
        return new String(chars);
    }

    /** Makes the next state of an object out of the present one, both in the shape of storage. May be called several times. */
    @FunctionalInterface
    interface Change {
        MapValue apply(StoredObject current);
    }

    /**
     * Changes an object. A resource version in the changed metadata must be the present one; without it whatever is there is
     * replaced, as often as it takes.
     *
     * @param subresource which part of the object may change; empty for the resource itself
     */
    StoredObject update(Call call, Key key, String subresource, Change change) {
        for (int attempt = 1; ; attempt++) {
            StoredObject current = get(call, key);
            try {
                return tryUpdate(call, current, subresource, change);
            } catch (Store.RevisionConflictException e) {
                if (attempt == UPDATE_ATTEMPTS) {
                    throw StatusException.modified(call.endpoint.resource(), key.name());
                }
            }
        }
    }

    /** Changes an object as the server itself wants it: without what strategies do to the changes of others. */
    StoredObject amend(Call call, Key key, Change change) {
        for (int attempt = 1; ; attempt++) {
            StoredObject current = get(call, key);
            MapValue amended = change.apply(current);
            try {
                return call.dryRun()
                        ? new StoredObject(key, amended, current.createRevision(), current.revision())
                        : store.update(key, current.revision(), amended);
            } catch (Store.RevisionConflictException e) {
                if (attempt == UPDATE_ATTEMPTS) {
                    throw StatusException.modified(call.endpoint.resource(), key.name());
                }
            }
        }
    }

    private StoredObject tryUpdate(Call call, StoredObject current, String subresource, Change change) {
        Strategy strategy = call.endpoint.strategy();
        MapValue old = current.value();
        MapValue updated = change.apply(current);
        updated = updated.with("metadata", metadata(call, updated.map("metadata"), current));
        String name = current.key().name();
        admission.admit(change(call, subresource, current, shaped(updated)));
        try (Allocation allocation = strategy.allocate(old, updated, call.dryRun())) {
            // Shaped before, too: what is absent and what is given as its zero must not count as a change.
            MapValue prepared = shaped(strategy.prepareForUpdate(subresource, shaped(allocation.object()), old));
            reject(call, name, strategy.validateUpdate(subresource, prepared, old));
            admission.validate(change(call, subresource, current, prepared));
            if (subresource.isEmpty()) {
                call.warnings.addAll(strategy.warnings(prepared, old));
            }
            if (prepared.equals(old)) {
                return current;
            }
            if (call.dryRun()) {
                return new StoredObject(current.key(), prepared, current.createRevision(), current.revision());
            }
            if (lastFinalizerGone(strategy, prepared)) {
                StoredObject deleted = store.delete(current.key(), current.revision(), prepared);
                allocation.commit();
                strategy.released(deleted.value());
                return deleted;
            }
            StoredObject stored = store.update(current.key(), current.revision(), prepared);
            allocation.commit();
            return stored;
        }
    }

    /**
     * Looks at the creation of something below an object, such as a token, that is not stored.
     *
     * @param object what is created
     * @param parent what is there; null when nothing is
     */
    void admitBelow(Call call, MapValue object, @Nullable StoredObject parent) {
        admission.admit(new AdmissionRequest(
                call.request.user(),
                Operation.CREATE,
                call.endpoint.resource(),
                call.info.subresource(),
                call.info.namespace(),
                call.info.name(),
                object,
                parent == null ? MapValue.EMPTY : parent.value(),
                store.snapshot(),
                call.warnings));
    }

    /** Looks at a deletion, which an eviction is too. */
    void admitDeletion(Call call, StoredObject current) {
        admission.admit(new AdmissionRequest(
                call.request.user(),
                Operation.DELETE,
                call.endpoint.resource(),
                call.info.subresource(),
                current.key().namespace(),
                current.key().name(),
                MapValue.EMPTY,
                current.value(),
                store.snapshot(),
                call.warnings));
    }

    private AdmissionRequest creation(Call call, String name, MapValue object) {
        return new AdmissionRequest(
                call.request.user(),
                Operation.CREATE,
                call.endpoint.resource(),
                "",
                call.info.namespace(),
                name,
                object,
                MapValue.EMPTY,
                store.snapshot(),
                call.warnings);
    }

    private AdmissionRequest change(Call call, String subresource, StoredObject current, MapValue object) {
        return new AdmissionRequest(
                call.request.user(),
                Operation.UPDATE,
                call.endpoint.resource(),
                subresource,
                current.key().namespace(),
                current.key().name(),
                object,
                current.value(),
                store.snapshot(),
                call.warnings);
    }

    /** The object as Kubernetes would show it: what is empty is left out, or there, as it is by Kubernetes' types. */
    private MapValue shaped(MapValue object) {
        Struct struct = schemas.kind(object.string("apiVersion"), object.string("kind"));
        return struct == null ? object : GoShape.of(object, struct);
    }

    private static boolean lastFinalizerGone(Strategy strategy, MapValue object) {
        MapValue metadata = object.map("metadata");
        return metadata.has("deletionTimestamp")
                && metadata.integer("deletionGracePeriodSeconds", 0) == 0
                && !strategy.awaitsFinalizers(object);
    }

    /** The metadata of an update with what it may leave out and what it cannot change. */
    private static MapValue metadata(Call call, MapValue updated, StoredObject current) {
        MapValue old = current.value().map("metadata");
        String name = current.key().name();
        String version = updated.string("resourceVersion");
        if (version.isEmpty()) {
            if (!call.endpoint.strategy().allowUnconditionalUpdate()) {
                throw StatusException.invalid(
                        call.endpoint.resource(),
                        name,
                        List.of(FieldError.invalid("metadata.resourceVersion", 0L, "must be specified for an update")));
            }
        } else if (!version.equals("0") && !version.equals(old.string("resourceVersion"))) {
            checkVersion(version);
            throw StatusException.modified(call.endpoint.resource(), name);
        }
        String uid = updated.string("uid");
        boolean patch = call.info.verb().equals("patch");
        boolean other = !uid.isEmpty() && !uid.equals(old.string("uid"));
        if (other && !patch) {
            throw StatusException.conflict(
                    call.endpoint.resource(),
                    name,
                    "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + old.string("uid"));
        }
        // A patch that gives another uid is for validation to refuse.
        MapValue result = clean(call, updated)
                .with("resourceVersion", old.get("resourceVersion"))
                .with("uid", other ? uid : old.get("uid"))
                .with("name", name);
        if (call.endpoint.namespaced()) {
            result = result.with("namespace", current.key().namespace());
        }
        result = keep(result, old, "creationTimestamp");
        result = keep(result, old, "generation");
        if (result.get("deletionTimestamp") == null) {
            result = keep(result, old, "deletionTimestamp");
        }
        if (result.get("deletionGracePeriodSeconds") == null) {
            result = keep(result, old, "deletionGracePeriodSeconds");
        }
        return result;
    }

    private static MapValue keep(MapValue metadata, MapValue old, String name) {
        return old.has(name) ? metadata.with(name, old.get(name)) : metadata.without(name);
    }

    static void checkVersion(String version) {
        for (int i = 0; i < version.length(); i++) {
            if (version.charAt(i) < '0' || version.charAt(i) > '9') {
                throw StatusException.badRequest("strconv.ParseUint: parsing \"" + version + "\": invalid syntax");
            }
        }
    }

    /** A decoded object with its defaults, in the shape of storage. */
    static MapValue inStorage(Call call, MapValue decoded) {
        Strategy strategy = call.endpoint.strategy();
        return strategy.toStorage(strategy.defaulted(decoded));
    }

    private static void reject(Call call, String name, List<FieldError> errors) {
        if (!errors.isEmpty()) {
            Resource kind = call.endpoint.kindResource();
            throw StatusException.invalid(kind, name, errors);
        }
    }

    /** The object under a key, or null. */
    @Nullable
    StoredObject find(Key key) {
        return store.snapshot().get(key);
    }
}
