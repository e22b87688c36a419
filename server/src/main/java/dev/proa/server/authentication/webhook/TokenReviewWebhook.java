package dev.proa.server.authentication.webhook;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.http.Blocking;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.TokenAuthenticator;
import dev.proa.server.auth.UserInfo;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a webhook whose a token is ({@code --authentication-token-webhook-config-file}). Has its answers remembered by others. Safe for any thread but
 * event loops: it blocks.
 */
public final class TokenReviewWebhook implements TokenAuthenticator, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TokenReviewWebhook.class);
    private static final String GROUP = "authentication.k8s.io/";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int LARGEST = 1 << 20;
    private static final int ATTEMPTS = 5;
    private static final double FACTOR = 1.5;
    private static final double JITTER = 0.2;
    /** After these it may answer otherwise soon. */
    private static final Set<Integer> RETRIED = Set.of(429, 500, 504);

    private final WebhookKubeconfig config;
    private final String apiVersion;
    private final List<String> ownAudiences;
    private final Duration pause;
    private final RandomGenerator random;
    private final HttpClient client;

    /** There is no answer; the message says why. */
    private static final class NoAnswer extends Exception {
        private static final long serialVersionUID = 1;

        private final boolean mayCome;

        NoAnswer(String message, boolean mayCome) {
            super(message, null, false, false);
            this.mayCome = mayCome;
        }
    }

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
     * @param ownAudiences for whom tokens are when the webhook does not say
     * @param pause before it is asked a second time; each further one is half as long again
     * @throws IllegalArgumentException when the kubeconfig cannot be used
     */
    public TokenReviewWebhook(Settings settings, List<String> ownAudiences, Duration pause, RandomGenerator random) {
        config = WebhookKubeconfig.read(settings.kubeconfig());
        apiVersion = GROUP + settings.version();
        this.ownAudiences = List.copyOf(ownAudiences);
        this.pause = pause;
        this.random = random;
        client = HttpClient.newBuilder()
                .connectTimeout(TIMEOUT)
                .sslContext(config.tls())
                .executor(task -> Thread.ofVirtual().start(task))
                .build();
    }

    @Override
    public Authentication authenticate(String token, List<String> audiences) {
        Blocking.check();
        MapValue review = MapValue.of(
                "apiVersion",
                apiVersion,
                "kind",
                "TokenReview",
                "metadata",
                MapValue.of("creationTimestamp", null),
                "spec",
                MapValue.of("audiences", ListValue.copyOf(audiences), "token", token),
                "status",
                MapValue.of("user", MapValue.EMPTY));
        try {
            return answer(ask(Json.encode(review)).map("status"), audiences);
        } catch (NoAnswer e) {
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

    private MapValue ask(byte[] review) throws NoAnswer {
        double wait = pause.toNanos();
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        for (int attempt = 1; ; attempt++) {
            try {
                return post(review);
            } catch (NoAnswer e) {
                long nanos = (long) (wait * (1 + JITTER * random.nextDouble()));
                if (!e.mayCome || attempt == ATTEMPTS || System.nanoTime() + nanos >= deadline) {
                    throw e;
                }
                sleep(nanos);
                wait *= FACTOR;
            }
        }
    }

    private static void sleep(long nanos) throws NoAnswer {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoAnswer("interrupted", false);
        }
    }

    private MapValue post(byte[] review) throws NoAnswer {
        HttpRequest.Builder request = HttpRequest.newBuilder(config.server())
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, */*")
                .header("User-Agent", "kube-apiserver")
                .POST(HttpRequest.BodyPublishers.ofByteArray(review));
        if (!config.authorization().isEmpty()) {
            request.header("Authorization", config.authorization());
        }
        HttpResponse<byte[]> response;
        try {
            response = client.send(request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST));
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new NoAnswer("Post \"" + config.server() + "\": " + why, why.contains("reset"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoAnswer("interrupted", false);
        }
        return review(response);
    }

    private MapValue review(HttpResponse<byte[]> response) throws NoAnswer {
        int code = response.statusCode();
        if (code < 200 || code > 206) {
            throw new NoAnswer("the webhook answers with the status code " + code, RETRIED.contains(code));
        }
        try {
            MapValue review = Json.decodeMap(response.body());
            if (review.string("kind").equals("TokenReview")
                    && review.string("apiVersion").equals(apiVersion)) {
                return review;
            }
            throw new NoAnswer("the webhook does not answer with a TokenReview of " + apiVersion, false);
        } catch (DecodeException e) {
            throw new NoAnswer("the webhook does not answer with an object: " + e.getMessage(), false);
        }
    }

    @Override
    public boolean mayBlock(String token) {
        return true;
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
