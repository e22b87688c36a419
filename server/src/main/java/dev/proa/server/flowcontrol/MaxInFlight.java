package dev.proa.server.flowcontrol;

import dev.proa.api.status.StatusException;
import dev.proa.http.FairBudget;
import dev.proa.server.auth.UserInfo;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Serves at most so many reading and so many writing requests at a time, as {@code --max-requests-inflight} and {@code
 * --max-mutating-requests-inflight} of kube-apiserver, and refuses others. Of either, a user may have at most half of what the others leave, so
 * that none can keep everybody else out.
 *
 * <p>Exempt are members of {@code system:masters} and long-running requests; all of those together are bounded too, since each starts a thread.
 * Requests of this JVM are exempt without a bound: they bring their threads with them.
 *
 * <p>{@link PriorityAndFairness} bounds requests that are not exempt in its own way, and has them counted here.
 */
public final class MaxInFlight implements FlowControl {
    /** The default of {@code --max-requests-inflight}. */
    public static final int READ_ONLY = 400;
    /** The default of {@code --max-mutating-requests-inflight}. */
    public static final int MUTATING = 200;

    private static final int EXEMPT = 2_000;
    private static final Ticket FREE = () -> {};

    private final FairBudget readOnly;
    private final FairBudget mutating;
    private final FairBudget exempt = new FairBudget(EXEMPT);
    private final AtomicLong countedReadOnly = new AtomicLong();
    private final AtomicLong countedMutating = new AtomicLong();
    private final Counter dropped;

    public MaxInFlight(PrometheusRegistry metrics) {
        this(READ_ONLY, MUTATING, metrics);
    }

    /** @param metrics where the metrics are registered */
    public MaxInFlight(int readOnly, int mutating, PrometheusRegistry metrics) {
        this.readOnly = new FairBudget(readOnly);
        this.mutating = new FairBudget(mutating);
        dropped = Counter.builder()
                .name("apiserver_dropped_requests_total")
                .help("Number of requests dropped with 'Try again later' response")
                .labelNames("request_kind")
                .register(metrics);
        GaugeWithCallback.builder()
                .name("apiserver_current_inflight_requests")
                .help(
                        "Number of requests of the in-flight limit of this apiserver that are being served, by request kind.")
                .labelNames("request_kind")
                .callback(gauge -> {
                    gauge.call(this.mutating.taken() + countedMutating.get(), "mutating");
                    gauge.call(this.readOnly.taken() + countedReadOnly.get(), "readOnly");
                })
                .register(metrics);
    }

    @Override
    public Ticket take(Request request) {
        if (request.local()) {
            return FREE;
        }
        boolean isExempt = request.kind() == Kind.LONG_RUNNING || request.user().in(UserInfo.MASTERS);
        return isExempt ? takeExempt(request) : take(request.kind() == Kind.MUTATING ? mutating : readOnly, request);
    }

    /** A seat among those that are exempt. */
    Ticket takeExempt(Request request) {
        return take(exempt, request);
    }

    private Ticket take(FairBudget budget, Request request) {
        String flow = request.flow();
        if (!budget.take(flow, 1)) {
            refused(request.kind());
            return Ticket.refused(StatusException.tooManyRequests("Too many requests, please try again later.", 1));
        }
        AtomicBoolean left = new AtomicBoolean();
        return () -> {
            if (left.compareAndSet(false, true)) {
                budget.give(flow, 1);
            }
        };
    }

    /** Counts a request that somebody else refused. */
    void refused(Kind kind) {
        dropped.labelValues(kind == Kind.MUTATING ? "mutating" : "readOnly").inc();
    }

    /** Counts a request that somebody else let in, or one that ended. */
    void count(Kind kind, int change) {
        (kind == Kind.MUTATING ? countedMutating : countedReadOnly).addAndGet(change);
    }
}
