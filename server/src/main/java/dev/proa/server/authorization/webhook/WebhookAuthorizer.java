package dev.proa.server.authorization.webhook;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.cache.TimedCache;
import dev.proa.server.webhook.Retries;
import dev.proa.server.webhook.WebhookCallException;
import dev.proa.server.webhook.WebhookClient;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a webhook by SubjectAccessReviews: Kubernetes' authorization mode {@code Webhook}. Calls that fail in a way that may pass are repeated, up to
 * five in all, with pauses from half a second on. Answers are remembered for some time.
 */
public final class WebhookAuthorizer implements Authorizer {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookAuthorizer.class);
    private static final String GROUP = "authorization.k8s.io/";
    private static final String KIND = "SubjectAccessReview";

    /** The most answers that are remembered, as in Kubernetes. */
    private static final int MOST_ANSWERS = 8_192;

    /** Answers to requests whose names are longer together are not remembered. */
    private static final int LONGEST_REMEMBERED = 10_000;

    private static final Duration SURELY_REMEMBERED = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

    private final WebhookSettings settings;
    private final WebhookClient client;
    private final AuthorizationMetrics metrics;
    private final Retries retries;
    private final TimedCache<Decision> answers;

    public WebhookAuthorizer(
            WebhookSettings settings, WebhookClient client, AuthorizationMetrics metrics, InstantSource clock) {
        this(settings, client, metrics, clock, new Retries(FIRST_PAUSE));
    }

    WebhookAuthorizer(
            WebhookSettings settings,
            WebhookClient client,
            AuthorizationMetrics metrics,
            InstantSource clock,
            Retries retries) {
        this.settings = settings;
        this.client = client;
        this.metrics = metrics;
        this.retries = retries;
        this.answers = new TimedCache<>(MOST_ANSWERS, clock);
    }

    @Override
    public Decision authorize(AuthorizationAttributes attributes) {
        MapValue spec = AccessReviewSpec.of(attributes);
        if (!settings.conditions().isEmpty()) {
            long start = System.nanoTime();
            AccessConditions.Outcome outcome = settings.conditions().evaluate(spec);
            metrics.conditions(settings.name(), System.nanoTime() - start, outcome);
            if (!outcome.error().isEmpty()) {
                return failure(outcome.error());
            }
            if (!outcome.matched()) {
                return Decision.NO_OPINION;
            }
        }
        String key = Json.toString(spec);
        Decision known = answers.get(key);
        if (known != null) {
            return known;
        }
        try {
            Decision decision = retries.call(() -> ask(spec));
            if (isShort(attributes)) {
                answers.put(key, decision, decision.allowed() ? settings.allowedFor() : settings.otherwiseFor());
            }
            return decision;
        } catch (WebhookCallException e) {
            LOG.error("Authorization webhook {} gives no answer: {}", settings.name(), e.getMessage());
            if (settings.onFailure() == Verdict.NO_OPINION && e.kind() != WebhookCallException.Kind.CANCELED) {
                metrics.failedOpen(settings.name(), result(e));
            }
            return failure(String.valueOf(e.getMessage()));
        }
    }

    private Decision failure(String error) {
        return new Decision(settings.onFailure(), "", error);
    }

    private Decision ask(MapValue spec) {
        long start = System.nanoTime();
        try {
            MapValue status = status(client.post(settings.client(), review(spec), settings.timeout()));
            metrics.called(settings.name(), "success", System.nanoTime() - start);
            return decision(status);
        } catch (WebhookCallException e) {
            metrics.called(settings.name(), result(e), System.nanoTime() - start);
            throw e;
        }
    }

    private MapValue review(MapValue spec) {
        return MapValue.of(
                "kind",
                KIND,
                "apiVersion",
                GROUP + settings.version(),
                "metadata",
                MapValue.EMPTY,
                "spec",
                settings.version().equals("v1") ? spec : AccessReviewSpec.beta(spec),
                "status",
                MapValue.of("allowed", false));
    }

    /**
     * The status in an answer, empty when there is none. An answer need not say what it is.
     *
     * @throws WebhookCallException when it says that it is something else, or a field has another type
     */
    private MapValue status(MapValue answer) {
        String version = answer.string("apiVersion");
        String kind = answer.string("kind");
        if (!kind.isEmpty() && !kind.equals(KIND)
                || !version.isEmpty() && !version.equals(GROUP + settings.version())) {
            throw new WebhookCallException("converting (" + version.substring(version.indexOf('/') + 1) + "." + kind
                    + ") to (" + settings.version() + "." + KIND + "): unknown conversion");
        }
        typed(answer, "status", MapValue.class, KIND + ".status", "v1." + KIND + "Status");
        MapValue status = answer.map("status");
        for (String field : new String[] {"allowed", "denied"}) {
            typed(status, field, Boolean.class, KIND + "Status.status." + field, "bool");
        }
        return status;
    }

    private static void typed(MapValue object, String field, Class<?> type, String name, String go) {
        Object value = object.get(field);
        if (value != null && !type.isInstance(value)) {
            String given = switch (value) {
                case String text -> "string";
                case Boolean bool -> "bool";
                case Number number -> "number";
                case MapValue map -> "object";
                default -> "array";
            };
            throw new WebhookCallException(
                    "json: cannot unmarshal " + given + " into Go struct field " + name + " of type " + go);
        }
    }

    private static Decision decision(MapValue status) {
        String reason = status.string("reason");
        if (status.bool("denied")) {
            return status.bool("allowed")
                    ? Decision.deny(reason)
                            .failed("webhook subject access review returned both allow and deny response")
                    : Decision.deny(reason);
        }
        return status.bool("allowed") ? Decision.allow(reason) : Decision.noOpinion(reason);
    }

    private static String result(WebhookCallException failure) {
        return switch (failure.kind()) {
            case TIMEOUT -> "timeout";
            case CANCELED -> "canceled";
            case RESET, ERROR -> "error";
        };
    }

    /** Whether what the asking user chose is short enough to be remembered. */
    private static boolean isShort(AuthorizationAttributes asked) {
        int length = asked.namespace().length()
                + asked.verb().length()
                + asked.group().length()
                + asked.version().length()
                + asked.resource().length()
                + asked.subresource().length()
                + asked.name().length()
                + asked.path().length();
        return length < LONGEST_REMEMBERED;
    }

    /** A remembered answer is there at once, if it stays until {@link #authorize} looks for it; all else may take a call. */
    @Override
    public boolean mayBlock(AuthorizationAttributes attributes) {
        return !answers.knows(Json.toString(AccessReviewSpec.of(attributes)), SURELY_REMEMBERED);
    }
}
