package dev.proa.embedded;

import dev.proa.embedded.ApiServerOptions.Form;
import dev.proa.server.audit.AuditOptions;
import dev.proa.server.audit.WebhookSink;
import dev.proa.server.webhook.ClientConfig;
import dev.proa.server.webhook.WebhookClient;
import dev.proa.server.webhook.WebhookKubeconfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The flags {@code --audit-*} of kube-apiserver, with its defaults. */
final class AuditFlags {
    /** As kube-apiserver has for all webhooks that files name. */
    private static final Duration WEBHOOK_TIMEOUT = Duration.ofSeconds(30);

    private static final int MEGABYTE = 1 << 20;
    private static final int KILOBYTE = 1 << 10;

    static final Map<String, Form> KNOWN = known();

    private AuditFlags() {}

    private static Map<String, Form> known() {
        Map<String, Form> known = new HashMap<>();
        known.put("audit-policy-file", Form.FILE);
        known.put("audit-log-path", Form.PATH);
        known.put("audit-log-maxage", Form.NUMBER);
        known.put("audit-log-maxbackup", Form.NUMBER);
        known.put("audit-log-maxsize", Form.NUMBER);
        known.put("audit-log-format", Form.TEXT);
        known.put("audit-log-compress", Form.BOOLEAN);
        known.put("audit-webhook-config-file", Form.FILE);
        known.put("audit-webhook-initial-backoff", Form.DURATION);
        known.put("audit-webhook-batch-initial-backoff", Form.DURATION);
        for (String backend : new String[] {"audit-log-", "audit-webhook-"}) {
            known.put(backend + "version", Form.TEXT);
            known.put(backend + "mode", Form.TEXT);
            known.put(backend + "batch-buffer-size", Form.NUMBER);
            known.put(backend + "batch-max-size", Form.NUMBER);
            known.put(backend + "batch-max-wait", Form.DURATION);
            known.put(backend + "batch-throttle-enable", Form.BOOLEAN);
            known.put(backend + "batch-throttle-qps", Form.TEXT);
            known.put(backend + "batch-throttle-burst", Form.NUMBER);
            known.put(backend + "truncate-enabled", Form.BOOLEAN);
            known.put(backend + "truncate-max-batch-size", Form.NUMBER);
            known.put(backend + "truncate-max-event-size", Form.NUMBER);
        }
        return Map.copyOf(known);
    }

    /**
     * The audit log that the flags ask for.
     *
     * @throws IllegalArgumentException when a value is none that the flag may have
     */
    static AuditOptions of(ApiServerOptions options) {
        return new AuditOptions(
                options.file("audit-policy-file").orElse(null),
                options.text("audit-log-path")
                        .filter(path -> !path.isEmpty())
                        .map(path -> log(options, path))
                        .orElse(null),
                options.file("audit-webhook-config-file")
                        .map(file -> new AuditOptions.Webhook(
                                file,
                                options.duration(
                                        "audit-webhook-initial-backoff",
                                        options.duration(
                                                "audit-webhook-batch-initial-backoff", Duration.ofSeconds(10))),
                                delivery(options, "webhook"),
                                truncation(options, "webhook")))
                        .orElse(null));
    }

    /** The webhook that a kubeconfig file names. */
    static WebhookSink.Webhook webhook(Path file, WebhookClient webhooks) {
        ClientConfig target = WebhookKubeconfig.read(file);
        return json -> webhooks.send(target, json, WEBHOOK_TIMEOUT);
    }

    private static AuditOptions.Log log(ApiServerOptions options, String path) {
        return new AuditOptions.Log(
                path,
                integer(options, "audit-log-maxage", 366),
                integer(options, "audit-log-maxbackup", 100),
                integer(options, "audit-log-maxsize", 100),
                options.text("audit-log-format").orElse("json"),
                options.bool("audit-log-compress", false),
                delivery(options, "log"),
                truncation(options, "log"));
    }

    private static AuditOptions.Delivery delivery(ApiServerOptions options, String plugin) {
        String prefix = "audit-" + plugin + "-";
        boolean log = plugin.equals("log");
        String version = options.text(prefix + "version").orElse("audit.k8s.io/v1");
        if (!version.equals("audit.k8s.io/v1")) {
            throw new IllegalArgumentException(
                    prefix + "version: invalid group version, allowed versions are [\"audit.k8s.io/v1\"]");
        }
        return AuditOptions.Delivery.of(
                plugin,
                options.text(prefix + "mode").orElse(log ? "blocking" : "batch"),
                integer(options, prefix + "batch-buffer-size", 10_000),
                integer(options, prefix + "batch-max-size", log ? 1 : 400),
                options.duration(prefix + "batch-max-wait", log ? Duration.ZERO : Duration.ofSeconds(30)),
                options.bool(prefix + "batch-throttle-enable", !log),
                decimal(prefix + "batch-throttle-qps", options, log ? 0 : 10),
                integer(options, prefix + "batch-throttle-burst", log ? 0 : 15));
    }

    private static AuditOptions.Truncation truncation(ApiServerOptions options, String plugin) {
        String prefix = "audit-" + plugin + "-truncate-";
        return new AuditOptions.Truncation(
                options.bool(prefix + "enabled", false),
                options.number(prefix + "max-batch-size", 10 * MEGABYTE),
                options.number(prefix + "max-event-size", 100 * KILOBYTE));
    }

    private static int integer(ApiServerOptions options, String flag, int usual) {
        return Math.clamp(options.number(flag, usual), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static double decimal(String flag, ApiServerOptions options, double usual) {
        String value = options.text(flag).orElse("");
        try {
            return value.isEmpty() ? usual : Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(flag + " is a number, not \"" + value + "\"", e);
        }
    }
}
