package dev.proa.control.shared;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.ContainerStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodTemplateSpec;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.KubeObject;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the state of pods, and makes pods from templates. */
public final class Pods {
    private Pods() {}

    public static String phase(Pod pod) {
        return pod.value().map("status").string("phase");
    }

    /** Whether it ended for good. */
    public static boolean isFinished(Pod pod) {
        String phase = phase(pod);
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    /** Whether it counts as a replica: neither ended nor being deleted. */
    public static boolean isActive(Pod pod) {
        return !pod.isDeleting() && !isFinished(pod);
    }

    /** The restarts of that container which was restarted most. */
    public static int mostRestarts(Pod pod) {
        int most = 0;
        for (ContainerStatus status : pod.status().containerStatuses()) {
            most = Math.max(most, status.restartCount());
        }
        return most;
    }

    /** The restarts of that sidecar, an init container which is always restarted, which was restarted most. */
    public static int mostSidecarRestarts(Pod pod) {
        Set<String> sidecars = new HashSet<>();
        for (Container container : pod.spec().initContainers()) {
            if (container.restartPolicy().equals("Always")) {
                sidecars.add(container.name());
            }
        }
        int most = 0;
        for (ContainerStatus status : pod.status().initContainerStatuses()) {
            if (sidecars.contains(status.name())) {
                most = Math.max(most, status.restartCount());
            }
        }
        return most;
    }

    /** Whether it is being deleted and has not ended. */
    public static boolean isTerminating(Pod pod) {
        return pod.isDeleting() && !isFinished(pod);
    }

    public static boolean isReady(Pod pod) {
        MapValue ready = condition(pod, "Ready");
        return ready != null && ready.string("status").equals("True");
    }

    /** Since when it is ready; null when it is not, or the time is not known. */
    public static @Nullable Instant readySince(Pod pod) {
        MapValue ready = condition(pod, "Ready");
        return ready == null || !ready.string("status").equals("True")
                ? null
                : Times.parse(ready.get("lastTransitionTime"));
    }

    /** Whether it has been ready for {@code minReadySeconds} at {@code now}. */
    public static boolean isAvailable(Pod pod, int minReadySeconds, Instant now) {
        if (!isReady(pod)) {
            return false;
        }
        if (minReadySeconds == 0) {
            return true;
        }
        Instant since = readySince(pod);
        return since != null && !since.plusSeconds(minReadySeconds).isAfter(now);
    }

    /** In how long a ready pod becomes available; null when it is, or is not ready. */
    public static @Nullable Duration untilAvailable(Pod pod, int minReadySeconds, Instant now) {
        Instant since = readySince(pod);
        if (since == null || isAvailable(pod, minReadySeconds, now)) {
            return null;
        }
        return Duration.between(now, since.plusSeconds(minReadySeconds));
    }

    /** The condition of {@code type}; null when there is none. */
    public static @Nullable MapValue condition(KubeObject object, String type) {
        ListValue conditions = object.value().map("status").list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            MapValue condition = conditions.map(i);
            if (condition.string("type").equals(type)) {
                return condition;
            }
        }
        return null;
    }

    /** The pod that {@code controller}, an object called {@code owner}, makes from {@code template}. */
    public static Pod fromTemplate(
            PodTemplateSpec template, String namespace, String owner, OwnerReference controller) {
        MapValue from = template.value().map("metadata");
        MapValue.Builder metadata = MapValue.builder(8)
                .put("namespace", namespace)
                .put("generateName", owner + "-")
                .put("ownerReferences", ListValue.of(controller.value()));
        for (String name : new String[] {"labels", "annotations", "finalizers"}) {
            metadata.putIfPresent(name, from.get(name));
        }
        return new Pod(MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "Pod",
                "metadata",
                metadata.build(),
                "spec",
                template.value().map("spec")));
    }
}
