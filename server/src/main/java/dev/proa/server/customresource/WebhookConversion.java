package dev.proa.server.customresource;

import dev.proa.api.codec.Json;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.customresource.ConversionReview.ConversionException;
import dev.proa.server.customresource.ConversionReview.Failure;
import dev.proa.server.webhook.ClientConfig;
import dev.proa.server.webhook.WebhookCallException;
import dev.proa.server.webhook.WebhookClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The strategy {@code Webhook}: a webhook is asked for everything that is not in the version asked for, in as few calls as possible. */
final class WebhookConversion implements Conversion {
    /** As long as Kubernetes waits. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** A question may have so many bytes, or one object. */
    private static final int LARGEST_QUESTION = 4 << 20;

    private final String definition;
    private final String storageVersion;
    private final ClientConfig config;
    private final ListValue reviewVersions;
    private final WebhookClient client;
    private final ConversionMetrics metrics;

    /**
     * @param definition the name of the definition
     * @param webhook {@code spec.conversion.webhook} of it
     */
    WebhookConversion(
            String definition,
            String storageVersion,
            MapValue webhook,
            WebhookClient client,
            ConversionMetrics metrics) {
        this.definition = definition;
        this.storageVersion = storageVersion;
        this.config = ClientConfig.of(webhook.map("clientConfig"));
        this.reviewVersions = webhook.list("conversionReviewVersions");
        this.client = client;
        this.metrics = metrics;
    }

    @Override
    public String storageVersion() {
        return storageVersion;
    }

    @Override
    public boolean calls() {
        return true;
    }

    @Override
    public List<MapValue> convert(List<MapValue> objects, String apiVersion) {
        List<MapValue> all = new ArrayList<>(objects);
        List<Integer> due = new ArrayList<>();
        List<byte[]> bodies = new ArrayList<>();
        int size = 0;
        for (int i = 0; i < objects.size(); i++) {
            if (objects.get(i).string("apiVersion").equals(apiVersion)) {
                continue;
            }
            byte[] body = Json.encode(objects.get(i));
            if (!due.isEmpty() && size + body.length > LARGEST_QUESTION) {
                convert(all, due, bodies, apiVersion);
                due.clear();
                bodies.clear();
                size = 0;
            }
            due.add(i);
            bodies.add(body);
            size += body.length;
        }
        if (!due.isEmpty()) {
            convert(all, due, bodies, apiVersion);
        }
        return all;
    }

    /** Converts some of the objects, by one call. */
    private void convert(List<MapValue> all, List<Integer> due, List<byte[]> bodies, String apiVersion) {
        MapValue first = all.get(due.getFirst());
        long start = System.nanoTime();
        Failure failure = null;
        try {
            ListValue converted = ask(bodies, apiVersion);
            if (converted.size() != due.size()) {
                throw new ConversionException(
                        Failure.PARTIAL, "returned " + converted.size() + " objects, expected " + due.size());
            }
            List<MapValue> checked = new ArrayList<>(due.size());
            for (int i = 0; i < due.size(); i++) {
                checked.add(checked(all.get(due.get(i)), converted.get(i), apiVersion, due.size() > 1 ? i : -1));
            }
            for (int i = 0; i < due.size(); i++) {
                all.set(due.get(i), checked.get(i));
            }
        } catch (ConversionException e) {
            failure = e.failure();
            throw StatusException.of(
                    Reason.Unknown,
                    "conversion webhook for "
                            + ConversionReview.shown(first.string("apiVersion"), first.string("kind")) + " "
                            + e.getMessage(),
                    MapValue.EMPTY);
        } finally {
            metrics.converted(definition, first.string("apiVersion"), apiVersion, System.nanoTime() - start, failure);
        }
    }

    /** @param index among several objects; -1 for the only one */
    private static MapValue checked(MapValue original, @Nullable Object converted, String apiVersion, int index)
            throws ConversionException {
        try {
            return ConversionReview.checked(original, converted, apiVersion);
        } catch (ConversionException e) {
            String which = index < 0
                    ? "returned invalid object: "
                    : "returned invalid converted object at index " + index + ": ";
            throw new ConversionException(e.failure(), which + e.getMessage());
        }
    }

    private ListValue ask(List<byte[]> bodies, String apiVersion) throws ConversionException {
        ConversionReview review =
                ConversionReview.of(reviewVersions, UUID.randomUUID().toString());
        try {
            if (review == null) {
                throw new ConversionException(Failure.CALL, "no supported conversion review versions");
            }
            return review.objects(client.post(config, review.question(bodies, apiVersion), TIMEOUT));
        } catch (WebhookCallException e) {
            throw new ConversionException(Failure.CALL, "failed: " + e.getMessage());
        } catch (ConversionException e) {
            throw new ConversionException(e.failure(), "failed: " + e.getMessage());
        }
    }
}
