package dev.proa.server.apiserver;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.audit.AuditTrail;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.catalog.ApiCatalog;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import dev.proa.server.strategy.RequestContext;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A resource request in the pipeline. For one thread. */
final class Call {
    /** The time of the request, to the second, as in Kubernetes' objects. */
    final Instant now;

    final ApiRequest request;
    final RequestInfo info;
    /** The catalog that was in force when the request arrived. */
    final ApiCatalog catalog;

    final Endpoint endpoint;
    /** For the client, in order; each once, even if an attempt is made again. */
    final Set<String> warnings = new LinkedHashSet<>();

    /** Whether admission has let an attempt to create the object pass. */
    boolean validated;

    private final @Nullable AuditTrail trail;

    /** @param trail the record of the request; null for none */
    Call(
            ApiRequest request,
            RequestInfo info,
            ApiCatalog catalog,
            Endpoint endpoint,
            Instant now,
            @Nullable AuditTrail trail) {
        this.trail = trail;
        this.request = request;
        this.info = info;
        this.catalog = catalog;
        this.endpoint = endpoint;
        this.now = now;
    }

    Query query() {
        return request.query();
    }

    Key key() {
        return endpoint.key(info.namespace(), info.name());
    }

    StatusException notFound() {
        return StatusException.notFound(endpoint.resource(), info.name());
    }

    RequestContext context() {
        UserInfo user = request.user();
        return new RequestContext(user.name(), user.uid(), user.groups(), user.extra(), now);
    }

    /** Annotates the audit events of the request, if there are any. Any thread may call it. */
    void annotate(String name, String value) {
        if (trail != null) {
            trail.annotate(name, value);
        }
    }

    /** Puts on record what was sent, if anybody wants that. */
    void requested(MapValue object) {
        if (trail != null) {
            boolean own = object.string("kind").equals(endpoint.kind());
            trail.requested(
                    object.map("metadata"), () -> own ? endpoint.strategy().defaulted(object) : object);
        }
    }

    /** Puts on record the patch that was sent, if anybody wants that. */
    void requestedPatch() {
        if (trail != null) {
            trail.requested(() -> switch (request.body()) {
                case ApiRequest.Value value -> value.value();
                case ApiRequest.Bytes bytes -> Bodies.lenient(bytes.bytes());
            });
        }
    }

    /** Puts on record what is answered, if anybody wants that. */
    void answered(ApiResponse response) {
        if (trail == null) {
            return;
        }
        switch (response.body()) {
            case ApiResponse.One one -> trail.answered(one.value(), one::value);
            case ApiResponse.Many many -> trail.answered(MapValue.EMPTY, many::value);
            default -> {}
        }
    }

    boolean dryRun() {
        return !request.query().get("dryRun").isEmpty();
    }

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    ApiResponse answer(int status, StoredObject object) {
        StoredObject versioned = endpoint.inVersion(object);
        return new ApiResponse(status, new ApiResponse.One(versioned.value(), versioned), warnings());
    }

    ApiResponse answer(int status, MapValue value) {
        return new ApiResponse(status, new ApiResponse.One(value, null), warnings());
    }
}
