package dev.proa.server.apiserver;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.resource.RequestContext;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** One request for a resource on its way through the pipeline. For one thread. */
final class Call {
    /** When the clock of a client or a human counts: to the second, as Kubernetes' times are. */
    final Instant now;

    final ApiRequest request;
    final RequestInfo info;
    final Endpoint endpoint;
    final List<String> warnings = new ArrayList<>(0);

    Call(ApiRequest request, RequestInfo info, Endpoint endpoint, Instant now) {
        this.request = request;
        this.info = info;
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

    boolean dryRun() {
        return !request.query().get("dryRun").isEmpty();
    }

    ApiResponse answer(int status, StoredObject object) {
        StoredObject versioned = endpoint.inVersion(object);
        return new ApiResponse(status, new ApiResponse.One(versioned.value(), versioned), warnings);
    }

    ApiResponse answer(int status, MapValue value) {
        return new ApiResponse(status, new ApiResponse.One(value, null), warnings);
    }
}
