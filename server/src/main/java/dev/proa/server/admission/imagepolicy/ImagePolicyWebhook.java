package dev.proa.server.admission.imagepolicy;

import dev.proa.api.codec.Json;
import dev.proa.api.status.Resource;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.ValidatingPlugin;
import dev.proa.server.cache.TimedCache;
import dev.proa.server.webhook.Retries;
import dev.proa.server.webhook.WebhookCallException;
import dev.proa.server.webhook.WebhookClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a webhook by ImageReviews of {@code imagepolicy.k8s.io/v1alpha1} whether the images of a pod may run. Its answers are remembered for
 * some time. Kubernetes' admission plugin of this name.
 */
public final class ImagePolicyWebhook implements ValidatingPlugin {
    private static final Logger LOG = LoggerFactory.getLogger(ImagePolicyWebhook.class);
    private static final String VERSION = "imagepolicy.k8s.io/v1alpha1";
    private static final String AUDIT = "imagepolicywebhook.image-policy.k8s.io/";
    private static final String OURS = ".image-policy.k8s.io/";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int MOST_ANSWERS = 1024;

    private final ImagePolicySettings settings;
    private final WebhookClient client;
    private final TimedCache<MapValue> answers;

    /** @param clock tells how long answers count */
    public ImagePolicyWebhook(ImagePolicySettings settings, WebhookClient client, InstantSource clock) {
        this.settings = settings;
        this.client = client;
        this.answers = new TimedCache<>(MOST_ANSWERS, clock);
    }

    @Override
    public String name() {
        return "ImagePolicyWebhook";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return resource.toString().equals("pods")
                && (subresource.isEmpty() || subresource.equals("ephemeralcontainers"))
                && (operation == Operation.CREATE || operation == Operation.UPDATE);
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        MapValue review = review(attributes);
        String key = Json.toString(review);
        MapValue status = answers.get(key);
        if (status == null) {
            try {
                status = ask(review);
            } catch (WebhookCallException e) {
                LOG.warn("The image policy webhook gives no answer: {}", e.getMessage());
                if (settings.defaultAllow()) {
                    attributes.scope().annotate(AUDIT + "failed-open", "true");
                    return;
                }
                throw attributes.forbidden(String.valueOf(e.getMessage()));
            }
            answers.put(key, status, status.bool("allowed") ? settings.allowedFor() : settings.deniedFor());
        }
        status.map("auditAnnotations")
                .forEach(
                        entry -> attributes.scope().annotate(AUDIT + entry.getKey(), String.valueOf(entry.getValue())));
        if (!status.bool("allowed")) {
            String reason = status.string("reason");
            throw attributes.forbidden(
                    reason.isEmpty()
                            ? "one or more images rejected by webhook backend"
                            : "image policy webhook backend denied one or more images: " + reason);
        }
    }

    /** The {@code spec} of the review. */
    private static MapValue review(AdmissionAttributes attributes) {
        MapValue pod = attributes.object();
        ListValue images = ListValue.EMPTY;
        List<String> lists = attributes.subresource().isEmpty()
                ? List.of("containers", "initContainers")
                : List.of("ephemeralContainers");
        for (String name : lists) {
            ListValue containers = pod.map("spec").list(name);
            for (int i = 0; i < containers.size(); i++) {
                images = images.plus(MapValue.of("image", containers.map(i).string("image")));
            }
        }
        MapValue.Builder annotations = MapValue.builder();
        pod.map("metadata").map("annotations").forEach(entry -> {
            if (entry.getKey().contains(OURS)) {
                annotations.put(entry.getKey(), entry.getValue());
            }
        });
        MapValue.Builder spec = MapValue.builder().put("containers", images);
        MapValue ours = annotations.build();
        spec.putIfPresent("annotations", ours.isEmpty() ? null : ours);
        return spec.put("namespace", attributes.namespace()).build();
    }

    private MapValue ask(MapValue spec) {
        MapValue request = MapValue.of(
                "kind",
                "ImageReview",
                "apiVersion",
                VERSION,
                "metadata",
                MapValue.EMPTY,
                "spec",
                spec,
                "status",
                MapValue.of("allowed", false));
        return new Retries(settings.pause()).call(() -> status(client.post(settings.webhook(), request, TIMEOUT)));
    }

    /** @throws WebhookCallException when the answer is no review */
    private static MapValue status(MapValue answer) {
        if (!answer.string("kind").equals("ImageReview")
                || !answer.string("apiVersion").equals(VERSION)
                || !(answer.get("status") instanceof MapValue status)
                || !(status.get("allowed") == null || status.get("allowed") instanceof Boolean)) {
            throw new WebhookCallException("the answer of the image policy webhook is no ImageReview of " + VERSION);
        }
        return status;
    }
}
