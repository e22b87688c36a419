package dev.proa.server.audit;

import dev.proa.api.config.ConfigException;
import dev.proa.server.audit.BufferedSink.Batching;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The audit log as kube-apiserver's flags {@code --audit-*} configure it.
 *
 * @param policyFile the policy; null for none, and then nothing is put on record
 * @param log to a file; null for none
 * @param webhook to a webhook; null for none
 */
public record AuditOptions(
        @Nullable Path policyFile,
        @Nullable Log log,
        @Nullable Webhook webhook) {

    /** Nothing is put on record. */
    public static final AuditOptions NONE = new AuditOptions(null, null, null);

    private static final Set<String> MODES = Set.of("batch", "blocking", "blocking-strict");

    /**
     * The log backend.
     *
     * @param path of the file; {@code -} for standard output
     * @param maxAge days for which renamed files are kept; 0 for ever
     * @param maxBackups how many renamed files are kept; 0 for all
     * @param maxSize megabytes of a file; 0 for any
     * @param format {@code json} or {@code legacy}
     * @param compress whether renamed files are compressed
     */
    public record Log(
            String path,
            int maxAge,
            int maxBackups,
            int maxSize,
            String format,
            boolean compress,
            Delivery delivery,
            Truncation truncation) {
        public Log {
            check(maxAge >= 0, "--audit-log-maxage " + maxAge + " can't be a negative number");
            check(maxBackups >= 0, "--audit-log-maxbackup " + maxBackups + " can't be a negative number");
            check(maxSize >= 0, "--audit-log-maxsize " + maxSize + " can't be a negative number");
            check(
                    format.equals("json") || format.equals("legacy"),
                    "invalid audit log format " + format + ", allowed formats are \"legacy,json\"");
        }
    }

    /**
     * The webhook backend.
     *
     * @param configFile a kubeconfig that tells where it is
     * @param initialBackoff before a call is made again
     */
    public record Webhook(Path configFile, Duration initialBackoff, Delivery delivery, Truncation truncation) {}

    /**
     * How a backend gets its events.
     *
     * @param mode {@code batch}: no request waits; {@code blocking}: requests wait; {@code blocking-strict}: they are refused when their arrival
     *     is not put on record
     * @param batching used in mode {@code batch} only
     */
    public record Delivery(String mode, Batching batching) {
        /**
         * Checks the settings.
         *
         * @param plugin {@code log} or {@code webhook}
         * @param throttle whether there are at most {@code qps} batches a second
         */
        public static Delivery of(
                String plugin,
                String mode,
                int bufferSize,
                int maxBatchSize,
                Duration maxWait,
                boolean throttle,
                double qps,
                int burst) {
            check(
                    MODES.contains(mode),
                    "invalid audit " + plugin + " mode " + mode
                            + ", allowed modes are \"batch,blocking,blocking-strict\"");
            if (mode.equals("batch")) {
                positive(bufferSize, plugin, "buffer size");
                positive(maxBatchSize, plugin, "max batch size");
                if (throttle) {
                    positive(qps, plugin, "throttle QPS");
                    positive(burst, plugin, "throttle burst");
                }
            }
            boolean log = plugin.equals("log");
            return new Delivery(
                    mode,
                    new Batching(
                            bufferSize,
                            maxBatchSize,
                            maxBatchSize == 1 ? Duration.ZERO : maxWait,
                            throttle ? qps : 0,
                            burst,
                            !log));
        }

        private static void positive(double value, String plugin, String what) {
            check(
                    value > 0,
                    "invalid audit batch " + plugin + " " + what + " " + value + ", must be a positive number");
        }

        AuditSink around(AuditSink sink, AuditMetrics metrics) {
            return switch (mode) {
                case "batch" -> new BufferedSink(sink, batching, metrics);
                case "blocking" -> new LenientSink(sink);
                default -> sink;
            };
        }
    }

    /**
     * Whether long events are cut.
     *
     * @param maxBatchSize bytes
     * @param maxEventSize bytes
     */
    public record Truncation(boolean enabled, long maxBatchSize, long maxEventSize) {
        public Truncation {
            check(
                    maxEventSize > 0,
                    "invalid audit truncate max event size " + maxEventSize + ", must be a positive number");
            check(
                    maxBatchSize >= maxEventSize,
                    "invalid audit truncate max batch size " + maxBatchSize + ", must be greater than max event size ("
                            + maxEventSize + ")");
        }

        AuditSink around(AuditSink sink, AuditMetrics metrics) {
            return enabled
                    ? new TruncatingSink(sink, new TruncatingSink.Limits(maxBatchSize, maxEventSize), metrics)
                    : sink;
        }
    }

    private static void check(boolean valid, String otherwise) {
        if (!valid) {
            throw new ConfigException(otherwise);
        }
    }
}
