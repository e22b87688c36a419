package dev.proa.server.audit;

import dev.proa.api.config.ConfigException;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the audit log that options ask for. */
public final class AuditSetup {
    private AuditSetup() {}

    /** Finds the webhook that a kubeconfig file names. */
    @FunctionalInterface
    public interface Webhooks {
        /** @throws IllegalArgumentException when the file names none */
        WebhookSink.Webhook at(Path configFile);
    }

    /**
     * Opens what events are written to.
     *
     * @param webhooks calls a webhook
     * @return null when nothing is to be put on record, for want of a policy or of a place
     * @throws ConfigException when a file cannot be used; the message says which
     */
    public static Audit.@Nullable Setup open(
            AuditOptions options, PrometheusRegistry registry, InstantSource clock, Webhooks webhooks) {
        if (options.policyFile() == null || options.log() == null && options.webhook() == null) {
            return null;
        }
        AuditPolicy policy = AuditPolicyFile.read(options.policyFile());
        AuditMetrics metrics = new AuditMetrics(registry);
        List<AuditSink> sinks = new ArrayList<>();
        if (options.log() != null) {
            sinks.add(log(options.log(), metrics, clock));
        }
        AuditOptions.Webhook webhook = options.webhook();
        if (webhook != null) {
            WebhookSink sink = new WebhookSink(webhooks.at(webhook.configFile()), webhook.initialBackoff(), metrics);
            sinks.add(webhook.truncation().around(webhook.delivery().around(sink, metrics), metrics));
        }
        AuditSink sink = sinks.size() == 1 ? sinks.getFirst() : new UnionSink(sinks);
        return new Audit.Setup(policy, sink, metrics);
    }

    private static AuditSink log(AuditOptions.Log log, AuditMetrics metrics, InstantSource clock) {
        LogSink.Target target = log.path().equals("-") ? new StandardOutput() : file(log, clock);
        AuditSink sink = new LogSink(target, log.format().equals("json"), metrics);
        return log.truncation().around(log.delivery().around(sink, metrics), metrics);
    }

    private static LogSink.Target file(AuditOptions.Log log, InstantSource clock) {
        try {
            return new RotatingFile(
                    Path.of(log.path()),
                    new RotatingFile.Limits(log.maxSize(), log.maxBackups(), log.maxAge(), log.compress()),
                    clock);
        } catch (IOException e) {
            throw new ConfigException("--audit-log-path: cannot write " + log.path() + ": " + e, e);
        }
    }

    /** The process' standard output, as it is, without what a program may have put in its place. */
    private static final class StandardOutput implements LogSink.Target {
        private final OutputStream out = new FileOutputStream(FileDescriptor.out);

        @Override
        public void write(byte[] lines) throws IOException {
            out.write(lines);
        }

        @Override
        public void close() throws IOException {
            out.flush(); // it belongs to the process
        }
    }
}
