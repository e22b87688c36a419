package dev.proa.server.audit;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The metrics of the audit log, under Kubernetes' names, and the log of what was not put on record. */
public final class AuditMetrics {
    private static final Logger LOG = LoggerFactory.getLogger(AuditMetrics.class);
    private static final int MOST_SHOWN = 5;
    private static final int LONGEST_SHOWN = 1_000;
    private static final long LOG_EACH = 1_000_000_000L;

    final Counter events;
    final Counter rejected;
    private final Counter errors;
    private final Counter levels;
    /** So that a flood of failures does not fill the log. */
    private final AtomicLong nextLog = new AtomicLong(System.nanoTime());

    public AuditMetrics(PrometheusRegistry registry) {
        events = Counter.builder()
                .name("apiserver_audit_event_total")
                .help("Counter of audit events generated and sent to the audit backend.")
                .register(registry);
        errors = Counter.builder()
                .name("apiserver_audit_error_total")
                .help(
                        "Counter of audit events that failed to be audited properly. Plugin identifies the plugin affected by the error.")
                .labelNames("plugin")
                .register(registry);
        levels = Counter.builder()
                .name("apiserver_audit_level_total")
                .help("Counter of policy levels for audit events (1 per request).")
                .labelNames("level")
                .register(registry);
        rejected = Counter.builder()
                .name("apiserver_audit_requests_rejected_total")
                .help("Counter of apiserver requests rejected due to an error in audit logging backend.")
                .register(registry);
    }

    void decided(Level level) {
        levels.labelValues(level.toString()).inc();
    }

    /** Counts and logs events that a plugin could not deal with; what was sent and answered is not logged. */
    void failed(String plugin, String why, List<AuditEvent> events) {
        errors.labelValues(plugin).inc(events.size());
        long now = System.nanoTime();
        long next = nextLog.get();
        if (now < next || !nextLog.compareAndSet(next, now + LOG_EACH)) {
            return; // the metric counts them all
        }
        LOG.error(
                "Error in audit plugin '{}' affecting {} audit events: {}\nImpacted events:\n{}",
                plugin,
                events.size(),
                why,
                events.stream().limit(MOST_SHOWN).map(AuditMetrics::shown).collect(Collectors.joining("\n")));
    }

    private static String shown(AuditEvent event) {
        String line = event.toLine();
        return line.length() <= LONGEST_SHOWN ? line : line.substring(0, LONGEST_SHOWN) + "...";
    }
}
