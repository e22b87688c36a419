package dev.proa.server.authentication.webhook;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.TokenAuthenticator;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.webhook.ClientConfig;
import dev.proa.server.webhook.WebhookCallException;
import dev.proa.server.webhook.WebhookClient;
import dev.proa.server.webhook.WebhookKubeconfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
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
    private static final int ATTEMPTS = 5;
    private static final double FACTOR = 1.5;
    private static final double JITTER = 0.2;

    private final ClientConfig webhook;
    private final WebhookClient client;
    private final String apiVersion;
    private final List<String> ownAudiences;
    private final Duration pause;
    private final RandomGenerator random;

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
     * @param pause before it is asked a second time; each further one is half as long again
     * @throws IllegalArgumentException when the kubeconfig cannot be used
     */
    public TokenReviewWebhook(
            Settings settings,
            WebhookClient client,
            List<String> ownAudiences,
            Duration pause,
            RandomGenerator random) {
        webhook = WebhookKubeconfig.readVerified(settings.kubeconfig());
        apiVersion = GROUP + settings.version();
        this.client = client;
        this.ownAudiences = List.copyOf(ownAudiences);
        this.pause = pause;
        this.random = random;
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
        double wait = pause.toNanos();
        for (int attempt = 1; ; attempt++) {
            try {
                return review(client.post(webhook, json, TIMEOUT));
            } catch (WebhookCallException e) {
                long nanos = (long) (wait * (1 + JITTER * random.nextDouble()));
                if (!e.mayPass() || attempt == ATTEMPTS || System.nanoTime() + nanos >= deadline) {
                    throw e;
                }
                sleep(nanos);
                wait *= FACTOR;
            }
        }
    }

    private static void sleep(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WebhookCallException("context canceled");
        }
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
