package dev.proa.server.apiserver;

import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.authentication.ServiceAccountTokens;
import dev.proa.server.authentication.ServiceAccountTokens.Bound;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code serviceaccounts/token}: issues tokens, bound to a pod, a secret or a node if it is asked for (KEP-1205). */
final class TokenRequests {
    private static final String API_VERSION = "authentication.k8s.io/v1";
    private static final long SHORTEST = 600;
    private static final long LONGEST = 1L << 32;
    private static final long DEFAULT = 3600;

    private final Registry registry;
    private final ObjectDecoder decoder;
    private final ServiceAccountTokens tokens;

    TokenRequests(Registry registry, ObjectDecoder decoder, ServiceAccountTokens tokens) {
        this.registry = registry;
        this.decoder = decoder;
        this.tokens = tokens;
    }

    ApiResponse create(Call call) {
        ObjectDecoder.checkWriteOptions(call, "CreateOptions");
        MapValue decoded = decoder.decode(call, API_VERSION, "TokenRequest");
        StoredObject account = registry.get(call, call.key());
        AdmissionAttributes attributes = registry.admission.create(call, call.info.name(), decoded);
        MapValue request = registry.admission.mutate(attributes);
        checkNames(call, request);
        String uid = account.value().map("metadata").string("uid");
        checkUid(call, request, uid);
        MapValue spec = request.map("spec");
        long seconds = seconds(spec);
        registry.admission.validate(attributes.withObject(request));
        List<String> audiences = Reviews.strings(spec.list("audiences"));
        if (audiences.isEmpty()) {
            audiences = tokens.settings().audiences();
        }
        MapValue reference = spec.map("boundObjectRef");
        StoredObject object = reference.isEmpty() ? null : bound(call, reference);
        long most = tokens.settings().maxExpiration().toSeconds();
        if (most > 0 && seconds > most) {
            call.warnings.add("requested expiration of " + seconds + " seconds shortened to " + most + " seconds");
            seconds = most;
        }
        ServiceAccountTokens.Issued issued = tokens.issue(
                account.value(),
                audiences,
                Duration.ofSeconds(seconds),
                object == null ? null : bound(reference.string("kind"), object),
                object == null ? null : node(object));
        call.annotate("authentication.kubernetes.io/issued-credential-id", issued.credential());
        MapValue metadata = MapValue.of(
                "creationTimestamp", Times.format(call.now),
                "name", account.key().name(),
                "namespace", account.key().namespace(),
                "uid", uid);
        MapValue answer = MapValue.of(
                "apiVersion",
                API_VERSION,
                "kind",
                "TokenRequest",
                "metadata",
                metadata,
                "spec",
                spec.with("audiences", ListValue.copyOf(audiences))
                        .with("boundObjectRef", spec.get("boundObjectRef"))
                        .with("expirationSeconds", seconds),
                "status",
                MapValue.of("expirationTimestamp", Times.format(issued.expiration()), "token", issued.token()));
        return call.answer(201, answer);
    }

    private static void checkNames(Call call, MapValue request) {
        MapValue metadata = request.map("metadata");
        String name = metadata.string("name");
        String namespace = metadata.string("namespace");
        if (!name.isEmpty() && !name.equals(call.info.name())) {
            throw invalid(
                    call.info.name(),
                    FieldError.invalid("metadata.name", name, "must match the service account name if specified"));
        }
        if (!namespace.isEmpty() && !namespace.equals(call.info.namespace())) {
            throw invalid(
                    call.info.name(),
                    FieldError.invalid("metadata.namespace", namespace, "must match the service account namespace"));
        }
    }

    private static void checkUid(Call call, MapValue request, String uid) {
        String asked = request.map("metadata").string("uid");
        if (!asked.isEmpty() && !asked.equals(uid)) {
            throw StatusException.conflict(
                    new Resource("authentication.k8s.io", "TokenRequest"),
                    call.info.name(),
                    "the UID in the token request (" + asked + ") does not match the UID of the service account (" + uid
                            + ")");
        }
    }

    private static long seconds(MapValue spec) {
        if (!(spec.get("expirationSeconds") instanceof Long seconds)) {
            return DEFAULT;
        }
        if (seconds < SHORTEST) {
            throw invalid(
                    "",
                    FieldError.invalid(
                            "spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes"));
        }
        if (seconds > LONGEST) {
            throw invalid(
                    "",
                    FieldError.invalid(
                            "spec.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds"));
        }
        return seconds;
    }

    /** The object that the token is to be bound to; its uid must be the one that is asked for, if any is. */
    private StoredObject bound(Call call, MapValue reference) {
        String name = reference.string("name");
        Resource resource = switch (reference.string("apiVersion") + " " + reference.string("kind")) {
            case "v1 Pod", "v1 Secret", "v1 Node" ->
                new Resource("", reference.string("kind").toLowerCase(java.util.Locale.ROOT) + "s");
            default ->
                throw StatusException.badRequest("cannot bind token to object of type "
                        + (reference.string("apiVersion").indexOf('/') < 0 ? "/" : "")
                        + reference.string("apiVersion") + ", Kind=" + reference.string("kind"));
        };
        String namespace = resource.name().equals("nodes") ? "" : call.info.namespace();
        StoredObject object = registry.find(new Key(resource.name(), namespace, name));
        if (object == null) {
            throw StatusException.notFound(resource, name);
        }
        String uid = object.value().map("metadata").string("uid");
        if (!reference.string("uid").isEmpty() && !reference.string("uid").equals(uid)) {
            throw StatusException.conflict(
                    new Resource("", reference.string("kind")),
                    name,
                    "the UID in the bound object reference (" + reference.string("uid")
                            + ") does not match the UID in record. The object might have been deleted and then recreated");
        }
        if (resource.name().equals("pods")) {
            String account = object.value().map("spec").string("serviceAccountName");
            if (!account.equals(call.info.name())) {
                throw StatusException.badRequest("cannot bind token for serviceaccount "
                        + dev.proa.api.codec.GoText.quote(call.info.name())
                        + " to pod running with different serviceaccount name.");
            }
        }
        return object;
    }

    private static Bound bound(String kind, StoredObject object) {
        return new Bound(
                kind, object.key().name(), object.value().map("metadata").string("uid"));
    }

    private @Nullable Bound node(StoredObject bound) {
        String name = bound.value().map("spec").string("nodeName");
        if (!bound.key().resource().equals("pods") || name.isEmpty()) {
            return null;
        }
        StoredObject node = registry.find(new Key("nodes", "", name));
        return node == null ? new Bound("Node", name, "") : bound("Node", node);
    }

    private static StatusException invalid(String name, FieldError error) {
        return StatusException.invalid(new Resource("authentication.k8s.io", "TokenRequest"), name, List.of(error));
    }
}
