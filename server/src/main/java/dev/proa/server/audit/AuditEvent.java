package dev.proa.server.audit;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.server.auth.UserInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stage of a request, as {@code audit.k8s.io/v1 Event} at level Metadata.
 *
 * @param id the same for all stages of a request
 * @param uri as the client sent it
 * @param verb of Kubernetes; for paths that are no resources the method in lower case
 * @param user who was authenticated; null when nobody was
 * @param impersonated as whom the user acts; null when as itself
 * @param sourceIps where the request comes from; empty for requests of this JVM
 * @param userAgent as the client says; may be empty
 * @param object what the request is about; null when it is no resource
 * @param code of the response; 0 before there is one
 * @param message why the request failed; empty when it did not
 * @param received when the request arrived
 * @param at when the stage was reached
 * @param annotations what admission has to say about the request
 */
public record AuditEvent(
        String id,
        Stage stage,
        String uri,
        String verb,
        @Nullable UserInfo user,
        @Nullable UserInfo impersonated,
        List<String> sourceIps,
        String userAgent,
        @Nullable ObjectReference object,
        int code,
        String message,
        Instant received,
        Instant at,
        Map<String, String> annotations) {

    public AuditEvent {
        annotations = Map.copyOf(annotations);
    }

    /** How far a request is. The names are those of Kubernetes. */
    public enum Stage {
        REQUEST_RECEIVED("RequestReceived"),
        /** Only of long-running requests: the head of the response was sent. */
        RESPONSE_STARTED("ResponseStarted"),
        RESPONSE_COMPLETE("ResponseComplete"),
        PANIC("Panic");

        private final String text;

        Stage(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** What a request is about; what does not apply is empty. */
    public record ObjectReference(
            String group, String version, String resource, String namespace, String name, String subresource) {}

    /** The event as an object. */
    public MapValue toValue() {
        MapValue.Builder event = MapValue.builder()
                .put("kind", "Event")
                .put("apiVersion", "audit.k8s.io/v1")
                .put("level", "Metadata")
                .put("auditID", id)
                .put("stage", stage.toString())
                .put("requestURI", uri)
                .put("verb", verb)
                .put("user", user(user));
        if (impersonated != null) {
            event.put("impersonatedUser", user(impersonated));
        }
        if (!sourceIps.isEmpty()) {
            event.put("sourceIPs", ListValue.copyOf(sourceIps));
        }
        put(event, "userAgent", userAgent);
        if (object != null) {
            event.put("objectRef", reference(object));
        }
        if (code != 0) {
            event.put("responseStatus", status());
        }
        if (!annotations.isEmpty()) {
            event.put("annotations", MapValue.copyOf(annotations));
        }
        return event.put("requestReceivedTimestamp", Times.formatMicro(received))
                .put("stageTimestamp", Times.formatMicro(at))
                .build();
    }

    private MapValue status() {
        MapValue.Builder status = MapValue.builder(4).put("metadata", MapValue.EMPTY);
        if (code >= 400) {
            status.put("status", "Failure");
            put(status, "message", message);
        }
        return status.put("code", (long) code).build();
    }

    private static MapValue reference(ObjectReference of) {
        MapValue.Builder reference = MapValue.builder(6);
        put(reference, "resource", of.resource());
        put(reference, "namespace", of.namespace());
        put(reference, "name", of.name());
        put(reference, "apiGroup", of.group());
        put(reference, "apiVersion", of.version());
        put(reference, "subresource", of.subresource());
        return reference.build();
    }

    private static MapValue user(@Nullable UserInfo user) {
        if (user == null) {
            return MapValue.EMPTY;
        }
        return user.toValue();
    }

    private static void put(MapValue.Builder into, String name, String value) {
        if (!value.isEmpty()) {
            into.put(name, value);
        }
    }
}
