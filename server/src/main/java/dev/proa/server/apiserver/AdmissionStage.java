package dev.proa.server.apiserver;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.AdmissionChain;
import dev.proa.server.admission.AdmissionScope;
import dev.proa.server.admission.GrantCheck;
import dev.proa.server.fieldmanager.FieldManager;
import dev.proa.server.store.Key;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import org.jspecify.annotations.Nullable;

/**
 * Calls the {@link AdmissionChain} for every write, with the attributes of the request. The two phases of a write are
 * {@link #mutate} and {@link #validate}; no lock is held in either.
 */
final class AdmissionStage {
    private final AdmissionChain chain;
    private final GrantCheck grants;
    private final Store store;

    AdmissionStage(AdmissionChain chain, GrantCheck grants, Store store) {
        this.chain = chain;
        this.grants = grants;
        this.store = store;
    }

    /** Runs the mutating plugins, and checks what the result grants; returns the object. */
    MapValue mutate(AdmissionAttributes attributes) {
        MapValue mutated = mutateOnly(attributes);
        grants.check(attributes.withObject(mutated));
        return mutated;
    }

    private MapValue mutateOnly(AdmissionAttributes attributes) {
        MapValue before = attributes.object();
        MapValue after = chain.mutate(attributes);
        Object managed = after.map("metadata").get("managedFields");
        if (managed == before.map("metadata").get("managedFields")) {
            return after;
        }
        String problem = FieldManager.problem(managed);
        if (problem.isEmpty()) {
            return after;
        }
        attributes
                .warnings()
                .add(".metadata.managedFields was in an invalid state after admission; this could be caused by an"
                        + " outdated mutating admission controller; please fix your requests: " + problem);
        return FieldManagers.with(after, before.map("metadata").get("managedFields"));
    }

    /** Runs the validating plugins. */
    void validate(AdmissionAttributes attributes) {
        chain.validate(attributes);
    }

    /** Runs both phases, for requests without validation in between; returns the object. */
    MapValue admit(AdmissionAttributes attributes) {
        MapValue object = mutate(attributes);
        chain.validate(attributes.withObject(object));
        return object;
    }

    /** The attributes of a create, also of subresources: a binding, an eviction, a token, a review. */
    AdmissionAttributes create(Call call, String name, MapValue object) {
        return attributes(call, Operation.CREATE, call.info.namespace(), name, object, MapValue.EMPTY);
    }

    /** The attributes of an update of an object, or of a subresource with a kind of its own. */
    AdmissionAttributes update(Call call, Key key, MapValue object, MapValue old) {
        return attributes(call, Operation.UPDATE, key.namespace(), key.name(), object, old);
    }

    /** The attributes of a delete. */
    AdmissionAttributes delete(Call call, StoredObject current, DeleteOptions options) {
        Key key = current.key();
        return new AdmissionAttributes(
                call.request.user(),
                Operation.DELETE,
                call.endpoint.type(),
                call.endpoint.resource(),
                call.info.subresource(),
                key.namespace(),
                call.info.name(), // that of the request: empty when a whole collection is deleted
                MapValue.EMPTY,
                current.value(),
                options.dryRun(),
                options::value,
                store.snapshot(),
                call.warnings,
                scope(call));
    }

    /**
     * The attributes of a connect.
     *
     * @param options an object such as {@code PodExecOptions}
     */
    AdmissionAttributes connect(Call call, MapValue options) {
        return attributes(call, Operation.CONNECT, call.info.namespace(), call.info.name(), options, MapValue.EMPTY);
    }

    private AdmissionAttributes attributes(
            Call call, Operation operation, String namespace, String name, MapValue object, MapValue old) {
        return new AdmissionAttributes(
                call.request.user(),
                operation,
                call.endpoint.type(),
                call.endpoint.resource(),
                call.info.subresource(),
                namespace,
                name,
                object,
                old,
                call.dryRun(),
                () -> options(call, operation),
                store.snapshot(),
                call.warnings,
                scope(call));
    }

    private static AdmissionScope scope(Call call) {
        return new AdmissionScope(call.catalog, call::annotate, call.validated);
    }

    /** The options of a write as an object; they come in the query. */
    private static MapValue options(Call call, Operation operation) {
        String kind = switch (operation) {
            case CREATE -> "CreateOptions";
            case UPDATE -> call.info.verb().equals("patch") ? "PatchOptions" : "UpdateOptions";
            case DELETE -> "DeleteOptions";
            case CONNECT -> "";
        };
        if (kind.isEmpty()) {
            return MapValue.EMPTY;
        }
        Query query = call.query();
        MapValue.Builder options =
                MapValue.builder().put("apiVersion", "meta.k8s.io/v1").put("kind", kind);
        options.putIfPresent("dryRun", call.dryRun() ? ListValue.of("All") : null);
        options.putIfPresent("fieldManager", given(query, "fieldManager"));
        options.putIfPresent("fieldValidation", given(query, "fieldValidation"));
        options.putIfPresent("force", query.has("force") ? query.flag("force") : null);
        return options.build();
    }

    private static @Nullable String given(Query query, String name) {
        return query.get(name).isEmpty() ? null : query.get(name);
    }
}
