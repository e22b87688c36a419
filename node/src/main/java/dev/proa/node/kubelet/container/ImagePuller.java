package dev.proa.node.kubelet.container;

import dev.proa.api.codec.GoText;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.ObjectReference;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.core.v1.Volume;
import dev.proa.api.core.v1.VolumeMount;
import dev.proa.client.clock.Clock;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.node.cri.ImageService;
import dev.proa.node.cri.ImageService.Image;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.kubelet.container.PullSecrets.Credential;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.pod.EventReferences;
import dev.proa.node.metrics.PodMetrics;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Pulls the images of containers by their pull policies, with back-off after failures; reasons, messages and events are those of
 * Kubernetes' kubelet. Thread-safe.
 */
public final class ImagePuller {
    private final ImageService images;
    private final ReferencedObjects references;
    private final EventRecorder events;
    private final PodMetrics metrics;
    private final Clock clock;
    private final PullRecords records;
    private final Backoff backoff = Backoff.ofContainers();
    private final Map<String, Failure> failures = new ConcurrentHashMap<>();

    /** @param message the waiting state's reason and message */
    private record Failure(Instant at, String message) {}

    /** An image that a pod wants; {@code about} is what events are about. */
    private record Wanted(Pod pod, Container container, ObjectReference about, String image, String policy) {
        String repository() {
            return ImageNames.repository(image);
        }

        String key() {
            return pod.uid() + "/" + image;
        }
    }

    /**
     * A puller for one node.
     *
     * @param directory for the records of what was pulled
     * @throws UncheckedIOException when it cannot be used
     */
    public ImagePuller(
            ImageService images,
            ReferencedObjects references,
            EventRecorder events,
            PodMetrics metrics,
            Clock clock,
            Path directory) {
        this.images = images;
        this.references = references;
        this.events = events;
        this.metrics = metrics;
        this.clock = clock;
        this.records = new PullRecords(directory);
        records.recover(this::idOf);
    }

    private @Nullable String idOf(String image) {
        Image found = images.find(image);
        return found == null ? null : found.id();
    }

    /** Blocks until the container's image is on the node. */
    void ensure(Pod pod, Container container) throws StartFailure, InterruptedException {
        ObjectReference about = EventReferences.container(pod, container.name());
        ensure(new Wanted(pod, container, about, container.image(), container.imagePullPolicy()));
    }

    /** Blocks until the images of the container's image volumes are on the node; events are about the pod. */
    void ensureVolumes(Pod pod, Container container) throws StartFailure, InterruptedException {
        for (VolumeMount mount : container.volumeMounts()) {
            for (Volume volume : pod.spec().volumes()) {
                if (volume.name().equals(mount.name()) && volume.hasImage()) {
                    ensure(new Wanted(
                            pod,
                            container,
                            EventRecorder.reference(pod),
                            volume.image().reference(),
                            volume.image().pullPolicy()));
                }
            }
        }
    }

    private void ensure(Wanted wanted) throws StartFailure, InterruptedException {
        String problem = ImageNames.problem(wanted.image);
        if (problem != null) {
            String message = "Failed to apply default image tag \"" + wanted.image + "\": " + problem;
            events.event(wanted.about, EventRecorder.WARNING, "InspectFailed", message);
            throw failed(wanted, "InvalidImageName", message);
        }
        String id = wanted.policy.equals("Always") ? null : inspect(wanted);
        if (id != null && mayHave(wanted, id)) {
            events.event(
                    wanted.about,
                    EventRecorder.NORMAL,
                    "Pulled",
                    "Container image \"" + wanted.image
                            + "\" already present on machine and can be accessed by the pod");
            return;
        }
        if (wanted.policy.equals("Never")) {
            // Whether it is there and for others only is not told.
            String message = "Container image \"" + wanted.image + "\" is not present with pull policy of Never";
            events.event(wanted.about, EventRecorder.WARNING, "ErrImageNeverPull", message);
            throw failed(wanted, "ErrImageNeverPull", message);
        }
        awaitBackoff(wanted);
        pull(wanted, credentials(wanted));
    }

    private boolean mayHave(Wanted wanted, String id) throws StartFailure, InterruptedException {
        if (ImageNames.isLocal(wanted.image)) {
            return true;
        }
        return switch (records.access(wanted.image, wanted.repository(), id)) {
            case ALL -> true;
            case NONE -> false;
            case WITH_CREDENTIALS -> records.accepts(wanted.image, wanted.repository(), id, credentials(wanted));
        };
    }

    private @Nullable String inspect(Wanted wanted) throws StartFailure {
        try {
            return idOf(wanted.image);
        } catch (RuntimeFailure failure) {
            String message = "Failed to inspect image \"\": " + failure.getMessage();
            events.event(wanted.about, EventRecorder.WARNING, "InspectFailed", message);
            throw failed(wanted, "ImageInspectError", message);
        }
    }

    private void awaitBackoff(Wanted wanted) throws StartFailure {
        Failure before = failures.get(wanted.key());
        if (before != null && backoff.until(wanted.key(), before.at).isAfter(clock.instant())) {
            String message = "Back-off pulling image \"" + wanted.image + "\"";
            events.event(wanted.about, EventRecorder.NORMAL, "BackOff", message);
            throw failed(wanted, "ImagePullBackOff", message + ": " + before.message);
        }
    }

    private void pull(Wanted wanted, List<Credential> credentials) throws StartFailure {
        Instant began = clock.instant();
        try {
            records.begin(wanted.image);
        } catch (UncheckedIOException e) {
            throw failed(
                    wanted,
                    "ErrImagePull",
                    "Failed to record image pull intent for container image \"" + wanted.image + "\": "
                            + e.getMessage());
        }
        try {
            events.event(wanted.about, EventRecorder.NORMAL, "Pulling", "Pulling image \"" + wanted.image + "\"");
            String id = pullByAny(wanted, credentials);
            failures.remove(wanted.key());
            backoff.forget(wanted.key());
            Image image = images.find(id);
            long bytes = image == null ? 0 : image.sizeBytes();
            Duration duration = Duration.between(began, clock.instant());
            metrics.pulled(bytes, duration);
            String took = GoText.duration(duration);
            events.event(
                    wanted.about,
                    EventRecorder.NORMAL,
                    "Pulled",
                    "Successfully pulled image \"" + wanted.image + "\" in " + took + " (" + took
                            + " including waiting). Image size: " + bytes + " bytes.");
        } catch (RuntimeFailure failure) {
            String message = String.valueOf(failure.getMessage());
            events.event(
                    wanted.about,
                    EventRecorder.WARNING,
                    "Failed",
                    "Failed to pull image \"" + wanted.image + "\": " + message);
            failures.put(wanted.key(), new Failure(clock.instant(), "ErrImagePull: " + message));
            backoff.next(wanted.key(), clock.instant());
            throw failed(wanted, "ErrImagePull", message);
        } finally {
            records.ended(wanted.image);
        }
    }

    /** Tries one after the other, as credentials may be old. */
    private String pullByAny(Wanted wanted, List<Credential> credentials) {
        if (credentials.isEmpty()) {
            String id = images.pull(wanted.image, null);
            records.pulled(wanted.image, wanted.repository(), id, null);
            return id;
        }
        Set<String> messages = new LinkedHashSet<>();
        RuntimeFailure last = null;
        for (Credential credential : credentials) {
            try {
                String id = images.pull(wanted.image, credential.credentials());
                records.pulled(wanted.image, wanted.repository(), id, credential);
                return id;
            } catch (RuntimeFailure failure) {
                messages.add(String.valueOf(failure.getMessage()));
                last = failure;
            }
        }
        RuntimeFailure.Reason reason = last == null ? RuntimeFailure.Reason.INTERNAL : last.reason();
        throw new RuntimeFailure(
                reason,
                messages.size() == 1 ? messages.iterator().next() : "[" + String.join(", ", messages) + "]",
                last);
    }

    private StartFailure failed(Wanted wanted, String reason, String message) {
        events.event(
                EventReferences.container(wanted.pod, wanted.container.name()),
                EventRecorder.WARNING,
                "Failed",
                "Error: " + reason);
        return new StartFailure(reason, message);
    }

    /** Forgets the failures of a pod that is gone. */
    public void forget(String podUid) {
        failures.keySet().removeIf(key -> key.startsWith(podUid + "/"));
    }

    private List<Credential> credentials(Wanted wanted) throws StartFailure, InterruptedException {
        List<Secret> secrets = new ArrayList<>();
        for (var named : wanted.pod.spec().imagePullSecrets()) {
            Secret secret = references.secret(wanted.pod.namespace(), named.name());
            if (secret != null) {
                secrets.add(secret);
            }
        }
        try {
            return new PullSecrets(secrets).of(wanted.repository());
        } catch (IllegalArgumentException e) {
            throw failed(wanted, "ErrImagePull", String.valueOf(e.getMessage()));
        }
    }
}
