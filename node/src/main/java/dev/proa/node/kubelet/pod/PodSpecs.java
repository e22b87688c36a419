package dev.proa.node.kubelet.pod;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a pod's specification says about its containers, for all parts of the kubelet alike. */
public final class PodSpecs {
    private PodSpecs() {}

    /**
     * The hash that tells whether a container still matches the pod; of the image only, since no other field may
     * change.
     */
    public static String hash(Container container) {
        return Integer.toHexString(container.image().hashCode());
    }

    public static boolean isSidecar(Container init) {
        return init.restartPolicy().equals("Always");
    }

    /** All containers of a pod: init containers, main containers, ephemeral containers. */
    public static List<Container> containers(Pod pod) {
        List<Container> all = new ArrayList<>(pod.spec().initContainers());
        all.addAll(pod.spec().containers());
        all.addAll(ephemeral(pod));
        return all;
    }

    /** The ephemeral containers, as containers; they are started once. */
    public static List<Container> ephemeral(Pod pod) {
        return pod.spec().ephemeralContainers().stream()
                .map(container -> new Container(container.value()))
                .toList();
    }

    /** Whether a container is an init container that runs to completion (not a sidecar). */
    public static boolean runsOnce(Pod pod, Container container) {
        return !isSidecar(container) && pod.spec().initContainers().contains(container);
    }

    /** Whether the pod has ended for good, whatever its containers do: nothing of it runs ever again. */
    public static boolean isTerminal(Pod pod) {
        String phase = pod.status().phase();
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    /** Whether to restart a container that ended, by its restart rules and policy or its pod's policy. */
    public static boolean restarts(Pod pod, Container container, int exitCode) {
        if (pod.spec().ephemeralContainers().stream()
                .anyMatch(ephemeral -> ephemeral.name().equals(container.name()))) {
            return false;
        }
        for (var rule : container.restartPolicyRules()) {
            boolean listed = rule.exitCodes().values().contains(exitCode);
            if (rule.action().equals("Restart")
                    && rule.hasExitCodes()
                    && listed == rule.exitCodes().operator().equals("In")) {
                return true;
            }
        }
        return switch (policy(pod, container)) {
            case "Never" -> false;
            case "OnFailure" -> exitCode != 0;
            default -> true;
        };
    }

    public static String policy(Pod pod, Container container) {
        return container.restartPolicy().isEmpty() ? pod.spec().restartPolicy() : container.restartPolicy();
    }

    /** The user that a container runs as, or null for the image's. */
    public static @Nullable Long user(Pod pod, Container container) {
        var own = container.securityContext();
        var shared = pod.spec().securityContext();
        return own.hasRunAsUser()
                ? Long.valueOf(own.runAsUser())
                : shared.hasRunAsUser() ? Long.valueOf(shared.runAsUser()) : null;
    }

    /** Whether one state of a pod is newer than another one, by their resource versions. */
    public static boolean isNewer(Pod one, Pod other) {
        String a = one.resourceVersion();
        String b = other.resourceVersion();
        return a.length() != b.length() ? a.length() > b.length() : a.compareTo(b) > 0;
    }

    /** The pod's {@code activeDeadlineSeconds} as a time; null when it has none or has ended. */
    public static @Nullable Instant deadline(Pod pod) {
        return pod.spec().hasActiveDeadlineSeconds()
                        && !isTerminal(pod)
                        && pod.status().startTime() instanceof Instant start
                ? start.plusSeconds(pod.spec().activeDeadlineSeconds())
                : null;
    }
}
