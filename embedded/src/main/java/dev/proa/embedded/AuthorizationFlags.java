package dev.proa.embedded;

import dev.proa.embedded.ApiServerOptions.Form;
import dev.proa.server.authorization.configuration.AuthorizationOptions;
import dev.proa.server.authorization.configuration.AuthorizationOptions.WebhookFlags;
import java.util.Map;

/** The flags of kube-apiserver about authorization. */
final class AuthorizationFlags {
    private static final String FILE = "authorization-config";
    private static final String MODE = "authorization-mode";
    private static final String WEBHOOK_FILE = "authorization-webhook-config-file";
    private static final String VERSION = "authorization-webhook-version";
    private static final String ALLOWED_FOR = "authorization-webhook-cache-authorized-ttl";
    private static final String OTHERWISE_FOR = "authorization-webhook-cache-unauthorized-ttl";

    static final Map<String, Form> KNOWN = Map.of(
            FILE, Form.FILE,
            MODE, Form.LIST,
            WEBHOOK_FILE, Form.FILE,
            VERSION, Form.TEXT,
            ALLOWED_FOR, Form.DURATION,
            OTHERWISE_FOR, Form.DURATION);

    private AuthorizationFlags() {}

    /** @throws IllegalArgumentException when the flags contradict each other; the message says how */
    static AuthorizationOptions options(ApiServerOptions flags) {
        WebhookFlags usual = WebhookFlags.NONE;
        boolean given = KNOWN.keySet().stream()
                .anyMatch(flag -> flag.startsWith("authorization-webhook-")
                        && flags.flags().containsKey(flag));
        return new AuthorizationOptions(
                flags.file(FILE).orElse(null),
                flags.list(MODE),
                new WebhookFlags(
                        flags.file(WEBHOOK_FILE).orElse(null),
                        flags.text(VERSION).orElse(usual.version()),
                        flags.duration(ALLOWED_FOR, usual.allowedFor()),
                        flags.duration(OTHERWISE_FOR, usual.otherwiseFor()),
                        given));
    }
}
