package dev.proa.server.admission.expression;

import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.matching.AdmissionRequest;
import dev.proa.server.admission.matching.Matched;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.cel.Authorization;
import dev.proa.server.cel.Values;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of the variables of {@link AdmissionEnvironments} for a request. */
public final class AdmissionVariables {
    private AdmissionVariables() {}

    /**
     * The variables by name.
     *
     * @param target as what the webhook or policy sees the request
     * @param object the object in that version; empty when there is none
     * @param old likewise what it takes the place of
     */
    public static Map<String, @Nullable Object> of(
            AdmissionAttributes request, Matched target, MapValue object, MapValue old, Authorizer authorizer) {
        Map<String, @Nullable Object> variables = new HashMap<>(16);
        variables.put("object", orNull(object));
        variables.put("oldObject", orNull(old));
        variables.put("request", Values.of(AdmissionRequest.of(request, target)));
        variables.put("namespaceObject", null);
        UserInfo user = request.user();
        variables.put("authorizer", Authorization.authorizer(authorizer, user));
        variables.put(
                "authorizer.requestResource",
                Authorization.resource(
                        authorizer,
                        user,
                        request.type().group(),
                        request.type().plural(),
                        request.subresource(),
                        request.namespace(),
                        request.name()));
        return variables;
    }

    private static @Nullable Object orNull(MapValue object) {
        return object.isEmpty() ? null : Values.of(object);
    }

    /** The namespace of a request, as policies see it; null when it has none. */
    public static @Nullable Object namespace(AdmissionAttributes request) {
        StoredObject namespace = request.namespace().isEmpty() || request.isNamespace()
                ? null
                : request.snapshot().get(new Key("namespaces", "", request.namespace()));
        return namespace == null
                ? null
                : Values.of(namespace
                        .value()
                        .withMap(
                                "metadata",
                                metadata -> metadata.without("managedFields")
                                        .without("ownerReferences")
                                        .without("selfLink")));
    }
}
