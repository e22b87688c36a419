package dev.proa.node.kubelet.container;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.ObjectReference;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.core.v1.Volume;
import dev.proa.api.core.v1.VolumeMount;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Views;
import dev.proa.client.clock.Clock;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.node.cri.ImageService;
import dev.proa.node.cri.ImageService.Credentials;
import dev.proa.node.cri.ImageService.Image;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.pod.EventReferences;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Pulls the images of containers by their pull policies, with back-off after failures. */
public final class ImagePuller {
    private final ImageService images;
    private final ReferencedObjects references;
    private final EventRecorder events;
    private final Clock clock;
    private final Backoff backoff = Backoff.ofContainers();
    private final Map<String, Failure> failures = new ConcurrentHashMap<>();

    /** @param message the waiting state's reason and message */
    private record Failure(Instant at, String message) {}

    public ImagePuller(ImageService images, ReferencedObjects references, EventRecorder events, Clock clock) {
        this.images = images;
        this.references = references;
        this.events = events;
        this.clock = clock;
    }

    /** Blocks until the container's image is on the node. */
    void ensure(Pod pod, Container container) throws StartFailure, InterruptedException {
        ObjectReference about = EventReferences.container(pod, container.name());
        ensure(pod, container, about, container.image(), container.imagePullPolicy());
    }

    /** Blocks until the images of the container's image volumes are on the node; events are about the pod. */
    void ensureVolumes(Pod pod, Container container) throws StartFailure, InterruptedException {
        for (VolumeMount mount : container.volumeMounts()) {
            for (Volume volume : pod.spec().volumes()) {
                if (volume.name().equals(mount.name()) && volume.hasImage()) {
                    ensure(
                            pod,
                            container,
                            EventRecorder.reference(pod),
                            volume.image().reference(),
                            volume.image().pullPolicy());
                }
            }
        }
    }

    private void ensure(Pod pod, Container container, ObjectReference about, String reference, String policy)
            throws StartFailure, InterruptedException {
        if (reference.isEmpty()) {
            String message =
                    "Failed to apply default image tag \"\": couldn't parse image name \"\": invalid reference format";
            events.event(about, EventRecorder.WARNING, "InspectFailed", message);
            throw failed(pod, container, "InvalidImageName", message);
        }
        Image present = images.find(reference);
        if (present != null && !policy.equals("Always")) {
            events.event(
                    about,
                    EventRecorder.NORMAL,
                    "Pulled",
                    "Container image \"" + reference + "\" already present on machine and can be accessed by the pod");
            return;
        }
        if (policy.equals("Never")) {
            String message = "Container image \"" + reference + "\" is not present with pull policy of Never";
            events.event(about, EventRecorder.WARNING, "ErrImageNeverPull", message);
            throw failed(pod, container, "ErrImageNeverPull", message);
        }
        pull(pod, container, about, reference);
    }

    private void pull(Pod pod, Container container, ObjectReference about, String reference)
            throws StartFailure, InterruptedException {
        String key = pod.uid() + "/" + reference;
        Instant began = clock.instant();
        Failure before = failures.get(key);
        if (before != null && backoff.until(key, before.at).isAfter(began)) {
            String message = "Back-off pulling image \"" + reference + "\"";
            events.event(about, EventRecorder.NORMAL, "BackOff", message);
            throw failed(pod, container, "ImagePullBackOff", message + ": " + before.message);
        }
        events.event(about, EventRecorder.NORMAL, "Pulling", "Pulling image \"" + reference + "\"");
        try {
            String id = images.pull(reference, credentials(pod, reference));
            failures.remove(key);
            backoff.forget(key);
            Image image = images.find(id);
            String took = Duration.between(began, clock.instant()).toMillis() + "ms";
            events.event(
                    about,
                    EventRecorder.NORMAL,
                    "Pulled",
                    "Successfully pulled image \"" + reference + "\" in " + took + " (" + took
                            + " including waiting). Image size: " + (image == null ? 0 : image.sizeBytes())
                            + " bytes.");
        } catch (RuntimeFailure failure) {
            failures.put(key, new Failure(clock.instant(), "ErrImagePull: " + failure.getMessage()));
            backoff.next(key, clock.instant());
            events.event(
                    about,
                    EventRecorder.WARNING,
                    "Failed",
                    "Failed to pull image \"" + reference + "\": " + failure.getMessage());
            throw failed(pod, container, "ErrImagePull", String.valueOf(failure.getMessage()));
        }
    }

    private StartFailure failed(Pod pod, Container container, String reason, String message) {
        events.event(
                EventReferences.container(pod, container.name()), EventRecorder.WARNING, "Failed", "Error: " + reason);
        return new StartFailure(reason, message);
    }

    /** Forgets the failures of a pod that is gone. */
    public void forget(String podUid) {
        failures.keySet().removeIf(key -> key.startsWith(podUid + "/"));
    }

    /** The credentials of the first imagePullSecret that has the image's registry. */
    private @Nullable Credentials credentials(Pod pod, String reference) throws InterruptedException {
        int slash = reference.indexOf('/');
        String registry = slash < 0 ? "" : reference.substring(0, slash);
        for (var named : pod.spec().imagePullSecrets()) {
            Secret secret = references.secret(pod.namespace(), named.name());
            if (secret == null) {
                continue;
            }
            MapValue data = secret.value().map("data");
            MapValue auths = data.has(".dockerconfigjson")
                    ? Json.decodeMap(Views.bytes(data.get(".dockerconfigjson"))).map("auths")
                    : data.has(".dockercfg") ? Json.decodeMap(Views.bytes(data.get(".dockercfg"))) : MapValue.EMPTY;
            for (var entry : auths) {
                String host = entry.getKey().replaceFirst("^https?://", "").replaceFirst("/.*$", "");
                if (host.equals(registry) && entry.getValue() instanceof MapValue auth) {
                    return credentials(auth);
                }
            }
        }
        return null;
    }

    private static Credentials credentials(MapValue auth) {
        if (auth.has("username")) {
            return new Credentials(auth.string("username"), auth.string("password"));
        }
        String[] parts =
                new String(Base64.getDecoder().decode(auth.string("auth")), StandardCharsets.UTF_8).split(":", 2);
        return new Credentials(parts[0], parts.length > 1 ? parts[1] : "");
    }
}
