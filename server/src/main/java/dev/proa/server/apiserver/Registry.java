package dev.proa.server.apiserver;

import dev.proa.api.schema.GoShape;
import dev.proa.api.schema.Struct;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionChain;
import dev.proa.server.admission.GrantCheck;
import dev.proa.server.fieldmanager.FieldManager;
import dev.proa.server.store.Key;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import dev.proa.server.strategy.Allocation;
import dev.proa.server.strategy.Strategy;
import dev.proa.server.strategy.Uids;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Creates and updates stored objects by the rules that all resources share: identity, defaults, validation, optimistic concurrency.
 * Every write of every verb and subresource passes the {@link AdmissionStage} here, or in the class of its verb.
 */
final class Registry {
    /** Attempts to find a free name for {@code generateName}. */
    private static final int NAME_ATTEMPTS = 8;
    /** Attempts of an update that names no resource version and loses against others. */
    private static final int UPDATE_ATTEMPTS = 64;

    private static final int RANDOM_SUFFIX = 5;
    private static final int LONGEST_BASE = 63 - RANDOM_SUFFIX;
    private static final String AFTER_ADMISSION = " after mutating admission happens";

    /** Without vowels, so that no words appear by accident. */
    private static final String SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

    final Store store;
    private final RandomGenerator random;
    final AdmissionStage admission;

    Registry(Store store, RandomGenerator random, AdmissionChain chain, GrantCheck grants) {
        this.store = store;
        this.admission = new AdmissionStage(chain, grants, store);
        this.random = random;
    }

    /**
     * The object that is stored under a key.
     *
     * @throws StatusException when there is none
     */
    StoredObject get(Call call, Key key) {
        return call.endpoint.read(stored(call, key));
    }

    private StoredObject stored(Call call, Key key) {
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
        return create(call, decoded, false);
    }

    /**
     * The same.
     *
     * @param managed whether the object has its managed fields already
     */
    StoredObject create(Call call, MapValue decoded, boolean managed) {
        if (call.endpoint.isTerminating()) {
            throw StatusException.forbidden(
                    call.endpoint.resource(),
                    decoded.map("metadata").string("name"),
                    "create not allowed while custom resource definition is terminating");
        }
        Strategy strategy = call.endpoint.strategy();
        MapValue object = inStorage(call, decoded);
        MapValue metadata = object.map("metadata");
        boolean generated = metadata.string("name").isEmpty()
                && !metadata.string("generateName").isEmpty();
        object = object.with("metadata", cleaned(call, metadata));
        object = managed ? object : FieldManagers.created(call, object);
        // The name is generated afterwards: an error names what was asked for, the same with every attempt of a
        // controller.
        MapValue admitted =
                identified(call, object, admission.mutate(admission.create(call, metadata.string("name"), object)));
        for (int attempt = 1; ; attempt++) {
            MapValue named = generated ? admitted.withMap("metadata", this::generateName) : admitted;
            String name = named.map("metadata").string("name");
            try {
                Allocation allocation = strategy.allocate(null, named, store.snapshot(), call.dryRun());
                MapValue prepared = shaped(call, strategy.prepareForCreate(allocation.object(), call.context()));
                name = prepared.map("metadata").string("name");
                reject(call, name, strategy.validateCreate(prepared));
                call.warnings.addAll(strategy.warnings(prepared, null)); // also of what admission refuses
                admission.validate(admission.create(call, name, prepared));
                call.validated = true;
                Key key = call.endpoint.key(call.info.namespace(), name);
                if (call.dryRun()) {
                    StoredObject existing = store.snapshot().get(key);
                    if (existing == null) {
                        return new StoredObject(key, prepared, 0, 0);
                    }
                    throw alreadyThere(call, key, name);
                }
                if (!metadata.string("resourceVersion").isEmpty()) {
                    // The last check, as in Kubernetes, whose storage makes it: whoever may not create is told so
                    // first.
                    throw StatusException.badRequest("resourceVersion should not be set on objects to be created");
                }
                return allocation.create(store, key, strategy.written(prepared));
            } catch (Store.RevisionConflictException e) {
                // An address or a port was given to somebody else meanwhile: choose again.
                if (attempt == UPDATE_ATTEMPTS) {
                    throw StatusException.modified(call.endpoint.resource(), name);
                }
            } catch (Store.KeyExistsException e) {
                if (!generated) {
                    throw alreadyThere(call, call.endpoint.key(call.info.namespace(), name), name);
                }
                if (attempt >= NAME_ATTEMPTS) {
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

    /** The metadata of a new object without what only the server sets. */
    private static MapValue cleaned(Call call, MapValue metadata) {
        MapValue cleaned = clean(call, metadata, "")
                .without("uid")
                .without("creationTimestamp")
                .without("deletionTimestamp")
                .without("deletionGracePeriodSeconds");
        return call.endpoint.namespaced() ? cleaned.with("namespace", call.info.namespace()) : cleaned;
    }

    /** An admitted new object with its identity. */
    private MapValue identified(Call call, MapValue before, MapValue admitted) {
        Creator.checkNamespace(call, admitted);
        MapValue metadata = admitted.map("metadata");
        if (admitted != before) {
            metadata = clean(call, metadata, AFTER_ADMISSION);
        }
        if (call.endpoint.namespaced()) {
            metadata = metadata.with("namespace", call.info.namespace());
        }
        return admitted.with(
                "metadata",
                metadata.with("uid", Uids.random(random)).with("creationTimestamp", Times.format(call.now)));
    }

    /** Removes fields of the metadata that the server does not keep, and duplicate owners. */
    private static MapValue clean(Call call, MapValue metadata, String when) {
        MapValue result = metadata.without("selfLink");
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
        call.warnings.add(".metadata.ownerReferences contains duplicate entries" + when
                + "; API server dedups owner references in 1.20+,"
                + " and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s)"
                + " observed: "
                + String.join(", ", duplicates));
        return result.with("ownerReferences", ListValue.copyOf(kept));
    }

    private String suffix() {
        char[] chars = new char[RANDOM_SUFFIX];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = SUFFIX_ALPHABET.charAt(random.nextInt(SUFFIX_ALPHABET.length()));
        }
        return new String(chars);
    }

    /**
     * Computes the new state of an object from the current one, both in the stored version. May be called several
     * times.
     */
    @FunctionalInterface
    interface Change {
        MapValue apply(StoredObject current);

        /** Whether the new state comes with its managed fields. */
        default boolean managesFields() {
            return false;
        }
    }

    /** A part of an object that is read and written as an object of another kind. */
    interface Part {
        /** The part of an object. */
        MapValue of(MapValue object);

        /** The object with a part replaced. */
        MapValue into(MapValue object, MapValue part);
    }

    /**
     * Changes an object. A resource version in the changed metadata must be the present one; without it whatever is there is
     * replaced, as often as it takes.
     *
     * @param subresource which part of the object may change; empty for the resource itself
     */
    StoredObject update(Call call, Key key, String subresource, Change change) {
        return update(call, key, subresource, change, null);
    }

    /**
     * The same by way of a part of the object that is shown as an object of its own, such as its scale: admission sees the part.
     *
     * @param change makes the next state of the part
     * @param part null for the whole object
     */
    StoredObject update(Call call, Key key, String subresource, Change change, @Nullable Part part) {
        for (int attempt = 1; ; attempt++) {
            StoredObject stored = stored(call, key);
            try {
                return tryUpdate(call, stored, subresource, change, part);
            } catch (Store.RevisionConflictException e) {
                if (attempt == UPDATE_ATTEMPTS) {
                    throw StatusException.modified(call.endpoint.resource(), key.name());
                }
            }
        }
    }

    /** Updates an object on behalf of the server: without the strategy's rules for clients. */
    StoredObject amend(Call call, Key key, Change change) {
        for (int attempt = 1; ; attempt++) {
            StoredObject current = get(call, key);
            MapValue amended = change.apply(current);
            try {
                return call.dryRun()
                        ? new StoredObject(key, amended, current.createRevision(), current.revision())
                        : store.update(
                                key,
                                current.revision(),
                                call.endpoint.strategy().written(amended));
            } catch (Store.RevisionConflictException e) {
                if (attempt == UPDATE_ATTEMPTS) {
                    throw StatusException.modified(call.endpoint.resource(), key.name());
                }
            }
        }
    }

    private StoredObject tryUpdate(
            Call call, StoredObject stored, String subresource, Change change, @Nullable Part part) {
        Strategy strategy = call.endpoint.strategy();
        StoredObject current = call.endpoint.read(stored);
        MapValue old = current.value();
        MapValue changed = change.apply(current);
        MapValue updated =
                shaped(call, part == null ? changed : part.into(old, admitPart(call, current, changed, part)));
        if (part == null && !change.managesFields()) {
            updated = FieldManagers.updated(
                    call, old, updated, changed.map("metadata").get("managedFields"));
        }
        Object managedFields = updated.map("metadata").get("managedFields");
        updated = updated.with("metadata", metadata(call, updated.map("metadata"), current, ""));
        String name = current.key().name();
        AdmissionAttributes attributes = admission.update(call, current.key(), updated, old);
        MapValue admitted = part == null ? admission.mutate(attributes) : updated;
        if (admitted != updated) {
            managedFields = admitted.map("metadata").get("managedFields");
            admitted = readmitted(call, admitted, current);
        }
        Allocation allocation = strategy.allocate(old, admitted, store.snapshot(), call.dryRun());
        // Shaped before, too: what is absent and what is given as its zero must not count as a change.
        MapValue allocated = allocation.object() == updated ? updated : shaped(call, allocation.object());
        MapValue prepared =
                shaped(call, FieldManagers.with(strategy.prepareForUpdate(subresource, allocated, old), managedFields));
        reject(call, name, strategy.validateUpdate(subresource, prepared, old));
        if (subresource.isEmpty()) {
            call.warnings.addAll(strategy.warnings(prepared, old));
        }
        admission.validate(
                part == null
                        ? attributes.withObject(prepared)
                        : admission.update(call, current.key(), part.of(prepared), part.of(old)));
        prepared = FieldManager.withoutNewTimes(prepared, old);
        MapValue written = strategy.written(prepared);
        // An object that is stored in another version than today's is written anew, even if nothing else changes.
        if (written.equals(stored.value()) || prepared.equals(old) && written == prepared) {
            return stored;
        }
        if (call.dryRun()) {
            return new StoredObject(current.key(), prepared, current.createRevision(), current.revision());
        }
        if (lastFinalizerGone(strategy, prepared)) {
            return strategy.delete(store, stored, written);
        }
        return allocation.update(store, stored, written);
    }

    /** What admission made of an update, with the metadata that it cannot change either; another name or namespace is for validation. */
    private static MapValue readmitted(Call call, MapValue admitted, StoredObject current) {
        MapValue changed = admitted.map("metadata");
        MapValue result = metadata(call, changed, current, AFTER_ADMISSION);
        return admitted.with("metadata", keep(keep(result, changed, "name"), changed, "namespace"));
    }

    private MapValue admitPart(Call call, StoredObject current, MapValue changed, Part part) {
        return admission.mutate(admission.update(call, current.key(), changed, part.of(current.value())));
    }

    /** Normalizes empty fields as Kubernetes' Go types do. */
    private static MapValue shaped(Call call, MapValue object) {
        Struct struct = call.catalog.schemas().kind(object.string("apiVersion"), object.string("kind"));
        return struct == null ? object : GoShape.of(object, struct);
    }

    private static boolean lastFinalizerGone(Strategy strategy, MapValue object) {
        MapValue metadata = object.map("metadata");
        return metadata.has("deletionTimestamp")
                && metadata.integer("deletionGracePeriodSeconds", 0) == 0
                && !strategy.awaitsFinalizers(object);
    }

    /** Completes the metadata of an update: fields that it may omit, and fields that it cannot change. */
    private static MapValue metadata(Call call, MapValue updated, StoredObject current, String when) {
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
        MapValue result = clean(call, updated, when)
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
