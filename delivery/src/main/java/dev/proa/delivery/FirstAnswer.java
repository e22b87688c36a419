package dev.proa.delivery;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.config.DeliveryFailure;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Asks an application's URL until it answers. */
final class FirstAnswer {
    private static final Duration LOOK_EACH = Duration.ofMillis(50);

    private final Client client;
    private final String host;
    private final Clock clock;
    private final Progress progress;

    /**
     * @param host the address of node ports as seen from here; empty when they cannot be reached, and then no URL is
     *     asked
     */
    FirstAnswer(Client client, String host, Clock clock, Progress progress) {
        this.client = client;
        this.host = host;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * Waits for an answer of the first service in the manifests that selects pods, and returns its URL; empty when
     * there is none.
     *
     * @param end the deadline
     * @param warnings receives warnings about services without pods
     * @throws DeliveryFailure when it does not answer
     */
    String of(List<MapValue> manifests, Instant end, List<String> warnings) throws InterruptedException {
        for (MapValue manifest : manifests) {
            if (manifest.string("kind").equals("Service")) {
                Service service = client.resource(Service.KIND)
                        .in(manifest.map("metadata").string("namespace"))
                        .get(manifest.map("metadata").string("name"));
                String url = ApplicationStatus.url(service, host);
                if (!url.isEmpty() && hasPods(service)) {
                    return answer(url, end);
                }
                if (!url.isEmpty()) {
                    warnings.add("service \"" + service.name() + "\" has no pods, so nothing answers at " + url);
                }
            }
        }
        return "";
    }

    /** Whether a service has pods; one without a selector has endpoints that others manage. */
    private boolean hasPods(Service service) {
        Map<String, String> selector = service.spec().selector();
        return selector.isEmpty()
                || !client.resource(Pod.KIND)
                        .in(service.namespace())
                        .list(ListOptions.labels(labels(selector)))
                        .items()
                        .isEmpty();
    }

    /** The label selector of a service's pods. */
    static String labels(Map<String, String> selector) {
        return selector.entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(","));
    }

    private String answer(String url, Instant end) throws InterruptedException {
        progress.step("Asking " + url);
        String why = "";
        do {
            try {
                HttpURLConnection connection =
                        (HttpURLConnection) URI.create(url).toURL().openConnection();
                connection.setConnectTimeout(2_000);
                connection.setReadTimeout(10_000);
                connection.setRequestProperty("Connection", "close");
                int status = connection.getResponseCode();
                connection.disconnect();
                if (status < 500) {
                    progress.detail("answered " + status);
                    return url;
                }
                why = "it answers with status " + status;
            } catch (IOException e) {
                why = String.valueOf(e.getMessage());
            }
            clock.sleep(LOOK_EACH);
        } while (clock.instant().isBefore(end));
        throw new DeliveryFailure(url + " does not answer, though there are pods behind it: " + why);
    }
}
