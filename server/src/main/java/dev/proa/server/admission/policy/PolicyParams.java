package dev.proa.server.admission.policy;

import dev.proa.api.selector.LabelSelector;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.GroupVersionKind;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.store.StoredObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the parameters with which a binding puts a policy into force. */
final class PolicyParams {
    private PolicyParams() {}

    /** A policy or binding cannot be used as it is. */
    static final class MisconfiguredException extends Exception {
        private static final long serialVersionUID = 1;

        MisconfiguredException(String message) {
            super(message, null, false, false);
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }

    /** What serves the objects of the kind of a policy's parameters; null when it has none. */
    static @Nullable Endpoint endpoint(Policy policy, AdmissionAttributes request) throws MisconfiguredException {
        MapValue kind = policy.paramKind();
        if (kind == null) {
            return null;
        }
        Endpoint endpoint = request.scope().catalog().endpointOf(kind.string("apiVersion"), kind.string("kind"));
        if (endpoint == null) {
            throw new MisconfiguredException(
                    "failed to find resource referenced by paramKind: '" + GroupVersionKind.of(kind) + "'");
        }
        return endpoint;
    }

    /**
     * The parameters, with each of which the policy is evaluated; null stands for none.
     *
     * @param endpoint serves them; null when the policy has none
     */
    static List<@Nullable MapValue> of(@Nullable Endpoint endpoint, PolicyBinding binding, AdmissionAttributes request)
            throws MisconfiguredException {
        MapValue ref = binding.paramRef();
        if (endpoint == null || ref == null) {
            return Collections.singletonList(null);
        }
        String namespace = namespace(endpoint, ref, request);
        List<@Nullable MapValue> found = new ArrayList<>(1);
        String name = ref.string("name");
        if (!name.isEmpty()) {
            StoredObject object = request.snapshot().get(endpoint.key(namespace, name));
            if (object != null) {
                found.add(value(endpoint, object));
            }
        } else {
            LabelSelector selector = selector(ref.map("selector"));
            String stored = endpoint.strategy().storageResource();
            for (StoredObject object :
                    request.snapshot().list(stored, endpoint.namespaced() ? namespace : null, null)) {
                if (selector.matches(object.value().map("metadata").map("labels"))) {
                    found.add(value(endpoint, object));
                }
            }
        }
        if (found.isEmpty() && ref.string("parameterNotFoundAction").equals("Deny")) {
            throw new MisconfiguredException("no params found for policy binding with `Deny` parameterNotFoundAction");
        }
        return found;
    }

    private static String namespace(Endpoint endpoint, MapValue ref, AdmissionAttributes request)
            throws MisconfiguredException {
        String given = ref.string("namespace");
        if (!endpoint.namespaced()) {
            if (!given.isEmpty()) {
                throw new MisconfiguredException(
                        "paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
            }
            return "";
        }
        String namespace = given.isEmpty() ? request.effectiveNamespace() : given;
        if (namespace.isEmpty()) {
            throw new MisconfiguredException(
                    "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
        }
        return namespace;
    }

    private static LabelSelector selector(MapValue selector) throws MisconfiguredException {
        try {
            return LabelSelector.of(selector);
        } catch (IllegalArgumentException e) {
            throw new MisconfiguredException(String.valueOf(e.getMessage()));
        }
    }

    private static MapValue value(Endpoint endpoint, StoredObject object) {
        return endpoint.inVersion(object)
                .value()
                .with("apiVersion", endpoint.apiVersion())
                .with("kind", endpoint.kind());
    }
}
