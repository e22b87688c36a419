package dev.proa.server.audit;

import dev.proa.api.status.StatusException;
import dev.proa.server.audit.AuditEvent.ObjectReference;
import dev.proa.server.audit.AuditEvent.Stage;
import dev.proa.server.auth.UserInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The record of one request on its way. What is known of it is told before the stage that shows it; stages may be told by any thread. */
public final class AuditTrail {
    private final Audit audit;
    private final Origin origin;
    private final String id;
    private final Instant received;
    private final AtomicBoolean complete = new AtomicBoolean();
    private volatile @Nullable UserInfo user;
    private volatile @Nullable UserInfo impersonated;
    private volatile String verb = "";
    private volatile @Nullable ObjectReference object;
    private volatile String message = "";
    private final Map<String, String> annotations = new ConcurrentHashMap<>(0);

    AuditTrail(Audit audit, Origin origin, String id, Instant received) {
        this.audit = audit;
        this.origin = origin;
        this.id = id;
        this.received = received;
    }

    /**
     * Where a request comes from.
     *
     * @param uri path and query as the client sent them
     */
    public record Origin(String uri, String method, List<String> sourceIps, String userAgent) {}

    /** Who was authenticated, and as whom this user acts. */
    public void by(UserInfo authenticated, UserInfo effective) {
        user = authenticated;
        impersonated = effective == authenticated ? null : effective;
    }

    /**
     * What the request is about.
     *
     * @param subject null for paths that are no resources
     */
    public void about(String requestVerb, @Nullable ObjectReference subject) {
        verb = requestVerb;
        object = subject;
    }

    /** Annotates the stages that come. The first value under a name counts, as in Kubernetes. */
    public void annotate(String name, String value) {
        annotations.putIfAbsent(name, value);
    }

    /**
     * The request is going to be handled.
     *
     * @throws dev.proa.api.status.StatusException when it must not be because this is not on record
     */
    public void received() {
        emit(Stage.REQUEST_RECEIVED, 0);
    }

    /** The head of the response to a long-running request was sent. */
    public void responseStarted(int code) {
        emit(Stage.RESPONSE_STARTED, code);
    }

    /** The request fails: for a reason that its end tells, or by a fault of the server, which is its end. */
    public void failed(StatusException failure) {
        message = String.valueOf(failure.getMessage());
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
            emit(stage, code);
        }
    }

    private void emit(Stage stage, int code) {
        audit.emit(new AuditEvent(
                id,
                stage,
                origin.uri(),
                verb.isEmpty() ? origin.method().toLowerCase(java.util.Locale.ROOT) : verb,
                user,
                impersonated,
                origin.sourceIps(),
                origin.userAgent(),
                object,
                code,
                message,
                received,
                stage == Stage.REQUEST_RECEIVED ? received : audit.clock().instant(),
                annotations));
    }
}
