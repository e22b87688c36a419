package dev.proa.server.audit;

import dev.proa.api.codec.GoText;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.UserInfo;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A stage of a request, as {@code audit.k8s.io/v1 Event}.
 *
 * @param level how much of the request is in it
 * @param id the same for all stages of a request
 * @param uri as the client sent it
 * @param verb of Kubernetes; for paths that are no resources the method in lower case
 * @param user who was authenticated; null when nobody was
 * @param impersonated as whom the user acts; null when as itself
 * @param constraint the verb of constrained impersonation by which the user may act so; empty for none
 * @param sourceIps where the request comes from; empty for requests of this JVM
 * @param userAgent as the client says; may be empty
 * @param object what the request is about; null when it is no resource
 * @param status of the response, without {@code kind} and {@code apiVersion}; null before there is one
 * @param requestObject what was sent, as JSON value; null when the level does not include it, or there is none
 * @param responseObject what was answered, likewise
 * @param received when the request arrived
 * @param at when the stage was reached
 * @param annotations what authorization and admission have to say about the request
 */
public record AuditEvent(
        Level level,
        String id,
        Stage stage,
        String uri,
        String verb,
        @Nullable UserInfo user,
        @Nullable UserInfo impersonated,
        String constraint,
        List<String> sourceIps,
        String userAgent,
        @Nullable ObjectReference object,
        @Nullable MapValue status,
        @Nullable Object requestObject,
        @Nullable Object responseObject,
        Instant received,
        Instant at,
        Map<String, String> annotations) {

    private static final String TRUNCATED = "audit.k8s.io/truncated";

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

    /** What a request is about; what does not apply, or is not known, is empty. */
    public record ObjectReference(
            String group,
            String version,
            String resource,
            String namespace,
            String name,
            String subresource,
            String uid,
            String resourceVersion) {

        /** The object of a request. */
        static ObjectReference of(AuthorizationAttributes request) {
            return new ObjectReference(
                    request.group(),
                    request.version(),
                    request.resource(),
                    request.namespace(),
                    request.name(),
                    request.subresource(),
                    "",
                    "");
        }

        /** The same with what the metadata of the object that was sent tell, where nothing is known. */
        ObjectReference completed(MapValue metadata) {
            return new ObjectReference(
                    group,
                    version,
                    resource,
                    namespace.isEmpty() ? text(metadata, "namespace") : namespace,
                    name.isEmpty() ? text(metadata, "name") : name,
                    subresource,
                    uid.isEmpty() ? text(metadata, "uid") : uid,
                    resourceVersion.isEmpty() ? text(metadata, "resourceVersion") : resourceVersion);
        }

        private static String text(MapValue metadata, String name) {
            return metadata.get(name) instanceof String text ? text : "";
        }
    }

    /** The code of the response; 0 before there is one. */
    public int code() {
        return status == null ? 0 : (int) status.integer("code", 0);
    }

    /** The event without the objects that were sent and answered, which says so. */
    public AuditEvent truncated() {
        Map<String, String> more = new HashMap<>(annotations);
        more.put(TRUNCATED, "true");
        return new AuditEvent(
                level,
                id,
                stage,
                uri,
                verb,
                user,
                impersonated,
                constraint,
                sourceIps,
                userAgent,
                object,
                status,
                null,
                null,
                received,
                at,
                more);
    }

    /** The event as an object. */
    public MapValue toValue() {
        MapValue.Builder event = MapValue.builder(20)
                .put("kind", "Event")
                .put("apiVersion", "audit.k8s.io/v1")
                .put("level", level.toString())
                .put("auditID", id)
                .put("stage", stage.toString())
                .put("requestURI", uri)
                .put("verb", verb)
                .put("user", user == null ? MapValue.EMPTY : user.toValue())
                .putIfPresent("impersonatedUser", impersonated == null ? null : impersonated.toValue())
                .putIfPresent(
                        "authenticationMetadata",
                        constraint.isEmpty() ? null : MapValue.of("impersonationConstraint", constraint))
                .putIfPresent("sourceIPs", sourceIps.isEmpty() ? null : ListValue.copyOf(sourceIps))
                .putIfPresent("userAgent", userAgent.isEmpty() ? null : userAgent)
                .putIfPresent("objectRef", object == null ? null : reference(object))
                .putIfPresent("responseStatus", status)
                .putIfPresent("requestObject", requestObject)
                .putIfPresent("responseObject", responseObject)
                .putIfPresent("annotations", annotations.isEmpty() ? null : MapValue.copyOf(annotations));
        return event.put("requestReceivedTimestamp", Times.formatMicro(received))
                .put("stageTimestamp", Times.formatMicro(at))
                .build();
    }

    private static MapValue reference(ObjectReference of) {
        MapValue.Builder reference = MapValue.builder(8);
        put(reference, "resource", of.resource());
        put(reference, "namespace", of.namespace());
        put(reference, "name", of.name());
        put(reference, "uid", of.uid());
        put(reference, "apiGroup", of.group());
        put(reference, "apiVersion", of.version());
        put(reference, "resourceVersion", of.resourceVersion());
        put(reference, "subresource", of.subresource());
        return reference.build();
    }

    private static void put(MapValue.Builder into, String name, String value) {
        if (!value.isEmpty()) {
            into.put(name, value);
        }
    }

    /** The event in one line of text, as kube-apiserver's format {@code legacy}. No objects are in it. */
    public String toLine() {
        String groups =
                user == null || user.name().isEmpty() || user.groups().isEmpty() ? "<none>" : quoted(user.groups());
        return DateTimeFormatter.ISO_INSTANT.format(received) + " AUDIT: id=" + GoText.quote(id) + " stage="
                + GoText.quote(stage.toString()) + " ip="
                + GoText.quote(sourceIps.isEmpty() ? "<unknown>" : sourceIps.getFirst()) + " method="
                + GoText.quote(verb) + " user="
                + GoText.quote(user == null || user.name().isEmpty() ? "<none>" : user.name()) + " groups="
                + GoText.quote(groups) + " as="
                + GoText.quote(impersonated == null ? "<self>" : impersonated.name()) + " asgroups="
                + GoText.quote(impersonated == null ? "<lookup>" : quoted(impersonated.groups())) + " user-agent="
                + GoText.quote(userAgent) + " namespace="
                + GoText.quote(object == null || object.namespace().isEmpty() ? "<none>" : object.namespace())
                + " uri=" + GoText.quote(uri) + " response=\"" + (status == null ? "<deferred>" : code()) + "\"";
    }

    private static String quoted(List<String> texts) {
        return texts.stream().map(GoText::quote).collect(Collectors.joining(","));
    }
}
