package dev.proa.server.authentication.webhook;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.TokenAuthenticator;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.webhook.ClientConfig;
import dev.proa.server.webhook.Retries;
import dev.proa.server.webhook.WebhookCallException;
import dev.proa.server.webhook.WebhookClient;
import dev.proa.server.webhook.WebhookKubeconfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a webhook whose a token is ({@code --authentication-token-webhook-config-file}). Has its answers remembered by others. Safe for any thread but
 * event loops: it blocks.
 */
public final class TokenReviewWebhook implements TokenAuthenticator {
    private static final Logger LOG = LoggerFactory.getLogger(TokenReviewWebhook.class);
    private static final String GROUP = "authentication.k8s.io/";
    private static final String KIND = "TokenReview";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final ClientConfig webhook;
    private final WebhookClient client;
    private final String apiVersion;
    private final List<String> ownAudiences;
    private final Retries retries;

    /**
     * Where the webhook is, and how it is asked.
     *
     * @param kubeconfig the file that says so
     * @param version of the reviews: {@code v1} or {@code v1beta1}
     * @param cacheTtl how long its answers are remembered
     */
    public record Settings(Path kubeconfig, String version, Duration cacheTtl) {
        public Settings {
            if (!version.equals("v1") && !version.equals("v1beta1")) {
                throw new IllegalArgumentException("unsupported authentication webhook version \"" + version
                        + "\", supported versions are \"v1\", \"v1beta1\"");
            }
        }
    }

    /**
     * @param client calls it
     * @param ownAudiences for whom tokens are when the webhook does not say
     * @param retries after failures that may pass
     * @throws IllegalArgumentException when the kubeconfig cannot be used
     */
    public TokenReviewWebhook(Settings settings, WebhookClient client, List<String> ownAudiences, Retries retries) {
        webhook = WebhookKubeconfig.readVerified(settings.kubeconfig());
        apiVersion = GROUP + settings.version();
        this.client = client;
        this.ownAudiences = List.copyOf(ownAudiences);
        this.retries = retries;
    }

    @Override
    public Authentication authenticate(String token, List<String> audiences) {
        MapValue review = MapValue.of(
                "apiVersion",
                apiVersion,
                "kind",
                KIND,
                "metadata",
                MapValue.of("creationTimestamp", null),
                "spec",
                MapValue.of("audiences", ListValue.copyOf(audiences), "token", token),
                "status",
                MapValue.of("user", MapValue.EMPTY));
        try {
            return answer(ask(review).map("status"), audiences);
        } catch (WebhookCallException e) {
            LOG.error("Failed to make webhook authenticator request: {}", e.getMessage());
            return new Authentication.Invalid(String.valueOf(e.getMessage()));
        }
    }

    private Authentication answer(MapValue status, List<String> audiences) {
        List<String> forWhom = strings(status.list("audiences"));
        List<String> shared = new ArrayList<>(audiences);
        shared.retainAll(forWhom.isEmpty() ? ownAudiences : forWhom);
        if (shared.isEmpty()) {
            return Authentication.NO_OPINION;
        }
        if (!status.bool("authenticated")) {
            String error = status.string("error");
            return error.isEmpty() ? Authentication.NO_OPINION : new Authentication.Invalid(error);
        }
        MapValue user = status.map("user");
        if (user.string("username").isEmpty()) {
            return new Authentication.Invalid("the webhook knows the token and names no user");
        }
        Map<String, List<String>> extra = new TreeMap<>();
        user.map("extra").forEach(fact -> {
            if (fact.getValue() instanceof ListValue values) {
                extra.put(fact.getKey(), strings(values));
            }
        });
        return new Authentication.Authenticated(
                new UserInfo(user.string("username"), user.string("uid"), strings(user.list("groups")), extra), shared);
    }

    private static List<String> strings(ListValue list) {
        List<String> strings = new ArrayList<>(list.size());
        for (Object item : list) {
            if (item instanceof String text) {
                strings.add(text);
            }
        }
        return strings;
    }

    private MapValue ask(MapValue review) {
        byte[] json = Json.encode(review);
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        return retries.call(
                () -> review(client.post(webhook, json, TIMEOUT)),
                failure -> failure instanceof WebhookCallException e && e.mayPass() && System.nanoTime() < deadline);
    }

    private MapValue review(MapValue answer) {
        if (!answer.string("kind").equals(KIND) || !answer.string("apiVersion").equals(apiVersion)) {
            throw new WebhookCallException("expected webhook response of " + apiVersion + ", Kind=" + KIND + ", got "
                    + answer.string("apiVersion") + ", Kind=" + answer.string("kind"));
        }
        return answer;
    }

    @Override
    public boolean mayBlock(String token) {
        return true;
    }
}
