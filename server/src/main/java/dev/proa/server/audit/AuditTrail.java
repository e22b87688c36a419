package dev.proa.server.audit;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.audit.AuditEvent.ObjectReference;
import dev.proa.server.audit.AuditEvent.Stage;
import dev.proa.server.audit.AuditPolicy.Verdict;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.UserInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The record of one request on its way. What is known of it is told before the stage that shows it; stages may be told by any thread. How
 * much is kept, the policy says once it is known who asks for what.
 */
public final class AuditTrail {
    private static final UserInfo NOBODY = new UserInfo("", "", List.of(), Map.of());
    /** The client went away before anything was answered. */
    private static final MapValue CLOSED = MapValue.of(
            "metadata", MapValue.EMPTY, "status", "Success", "message", "Connection closed early", "code", 200L);

    /** Annotations with parts of the object in them: the patches of webhooks. They need the level Request. */
    private static final String OBJECTS = "patch.webhook.admission.k8s.io/";

    private static final int LONGEST_AGENT = 1024;

    private final Audit audit;
    private final AuditPolicy policy;
    private final Origin origin;
    private final Instant received;
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean complete = new AtomicBoolean();
    private final Map<String, String> annotations = new ConcurrentHashMap<>(4);
    private volatile boolean startsResponse;
    private volatile @Nullable Verdict verdict;
    private volatile UserInfo user = NOBODY;
    private volatile @Nullable UserInfo impersonated;
    private volatile String constraint = "";
    private volatile String verb = "";
    private volatile @Nullable ObjectReference object;
    private volatile @Nullable MapValue status;
    private volatile @Nullable Object requestObject;
    private volatile @Nullable Object responseObject;

    AuditTrail(Audit audit, AuditPolicy policy, Origin origin, Instant received) {
        this.audit = audit;
        this.policy = policy;
        this.origin = origin;
        this.received = received;
    }

    /**
     * Where a request comes from.
     *
     * @param id of the record
     * @param uri path and query as the client sent them
     */
    public record Origin(String id, String uri, String method, List<String> sourceIps, String userAgent) {
        public Origin {
            if (userAgent.length() > LONGEST_AGENT) {
                userAgent = userAgent.substring(0, LONGEST_AGENT) + "...TRUNCATED";
            }
        }
    }

    /**
     * The request is going to be handled.
     *
     * @param request what is asked for, by the user who was authenticated
     * @param longRunning whether the head of the response is a stage of its own
     * @throws StatusException when it must not be because this is not on record
     */
    public void received(AuthorizationAttributes request, boolean longRunning) {
        startsResponse = longRunning;
        user = request.user();
        decide(request, true);
        emit(Stage.REQUEST_RECEIVED, 0);
    }

    /** Nobody was authenticated: the record of the request is the answer to it. */
    public void unauthenticated(AuthorizationAttributes request, StatusException failure) {
        startsResponse = true;
        decide(request, false);
        failed(failure);
        responseStarted(failure.code());
        complete.set(true);
    }

    private Verdict decide(AuthorizationAttributes request, boolean hasUser) {
        verb = request.verb();
        object = request.isResource() ? ObjectReference.of(request) : null;
        Verdict decided = policy.of(request, hasUser);
        audit.metrics().decided(decided.level());
        verdict = decided;
        return decided;
    }

    /** A request that was refused before it was known who asks for what. */
    private Verdict decided() {
        Verdict known = verdict;
        return known != null
                ? known
                : decide(
                        AuthorizationAttributes.ofPath(
                                user,
                                origin.method().toLowerCase(Locale.ROOT),
                                origin.uri().split("\\?", 2)[0]),
                        false);
    }

    private boolean includes(Level level) {
        Verdict known = verdict;
        return known == null || known.level().includes(level);
    }

    /**
     * As whom the user acts.
     *
     * @param by the verb of constrained impersonation that allows it; empty when it was not needed
     */
    public void impersonates(UserInfo effective, String by) {
        impersonated = effective;
        constraint = by;
    }

    /** Annotates the stages that come. The first value under a name counts, as in Kubernetes. */
    public void annotate(String name, String value) {
        if (!name.startsWith(OBJECTS) || includes(Level.REQUEST)) {
            annotations.putIfAbsent(name, value);
        }
    }

    /**
     * What was sent, before defaults and admission changed it.
     *
     * @param sent called when the level of the request includes it
     */
    public void requested(MapValue metadata, Supplier<@Nullable Object> sent) {
        if (!includes(Level.METADATA)) {
            return;
        }
        ObjectReference known = object;
        object = known == null ? null : known.completed(metadata);
        if (includes(Level.REQUEST)) {
            requestObject = withoutManagedFields(sent.get());
        }
    }

    /** A patch that was sent. */
    public void requested(Supplier<@Nullable Object> patch) {
        if (includes(Level.REQUEST)) {
            requestObject = patch.get();
        }
    }

    /**
     * What is answered.
     *
     * @param answer called when the level of the request includes it
     */
    public void answered(MapValue head, Supplier<Object> answer) {
        if (isStatus(head)) {
            status = head.without("kind").without("apiVersion");
        }
        if (includes(Level.REQUEST_RESPONSE)) {
            responseObject = withoutManagedFields(answer.get());
        }
    }

    private static boolean isStatus(MapValue value) {
        return value.string("kind").equals("Status")
                && value.string("apiVersion").equals("v1");
    }

    private @Nullable Object withoutManagedFields(@Nullable Object value) {
        Verdict known = verdict;
        if (known == null || !known.omitManagedFields() || !(value instanceof MapValue map)) {
            return value;
        }
        MapValue lean = lean(map);
        if (lean.get("items") instanceof ListValue items) {
            lean = lean.with("items", each(items));
        } else if (lean.string("kind").equals("Table") && lean.get("rows") instanceof ListValue rows) {
            List<@Nullable Object> slim = new ArrayList<>(rows.size());
            rows.forEach(
                    row -> slim.add(row instanceof MapValue cells ? cells.withMap("object", AuditTrail::lean) : row));
            lean = lean.with("rows", ListValue.copyOf(slim));
        }
        return lean;
    }

    private static ListValue each(ListValue items) {
        List<@Nullable Object> lean = new ArrayList<>(items.size());
        items.forEach(item -> lean.add(item instanceof MapValue map ? lean(map) : item));
        return ListValue.copyOf(lean);
    }

    private static MapValue lean(MapValue object) {
        return object.map("metadata").has("managedFields")
                ? object.withMap("metadata", metadata -> metadata.without("managedFields"))
                : object;
    }

    /** The head of the response was sent, which is a stage of long-running requests. */
    public void responseStarted(int code) {
        if (startsResponse && started.compareAndSet(false, true)) {
            emit(Stage.RESPONSE_STARTED, code);
        }
    }

    /** The request fails: for a reason that its end tells, or by a fault of the server, which is its end. */
    public void failed(StatusException failure) {
        answered(failure.status(), failure::status);
        if (failure.getCause() != null) {
            end(Stage.PANIC, failure.code());
        }
    }

    /** The request is over. Only the first call counts. */
    public void complete(int code) {
        end(Stage.RESPONSE_COMPLETE, code);
    }

    private void end(Stage stage, int code) {
        if (complete.compareAndSet(false, true)) {
            if (stage == Stage.RESPONSE_COMPLETE) {
                responseStarted(code);
            }
            emit(stage, code);
        }
    }

    private void emit(Stage stage, int code) {
        Verdict known = decided();
        if (known.level() == Level.NONE || known.omitStages().contains(stage)) {
            return;
        }
        audit.emit(new AuditEvent(
                known.level(),
                origin.id(),
                stage,
                origin.uri(),
                verb,
                user == NOBODY ? null : user,
                impersonated,
                constraint,
                origin.sourceIps(),
                origin.userAgent(),
                object,
                stage == Stage.REQUEST_RECEIVED ? null : status(code),
                requestObject,
                responseObject,
                received,
                stage == Stage.REQUEST_RECEIVED ? received : audit.clock().instant(),
                annotations));
    }

    private MapValue status(int code) {
        MapValue known = status;
        if (known == null && code == 0) {
            return CLOSED;
        }
        return known == null
                ? MapValue.of("metadata", MapValue.EMPTY, "code", (long) code)
                : known.with("metadata", MapValue.EMPTY)
                        .with("code", code == 0 ? known.integer("code", 0) : (long) code);
    }
}
