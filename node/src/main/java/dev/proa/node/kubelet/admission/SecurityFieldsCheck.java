package dev.proa.node.kubelet.admission;

import dev.proa.api.core.v1.AppArmorProfile;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.node.kubelet.admission.PodAdmitHandlers.Rejection;
import dev.proa.node.kubelet.pod.PodSpecs;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Rejects pods that request isolation or devices which this node does not support, rather than run them without.
 * Reasons and messages are Kubernetes' where its kubelet rejects such pods too.
 */
public final class SecurityFieldsCheck implements PodAdmitHandlers.Check {
    private static final String UNSUPPORTED = "UnsupportedPodSpec";
    private static final String APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";

    @Override
    public @Nullable Rejection check(Pod pod, Collection<Pod> others) {
        String system = pod.spec().os().name();
        if (!system.isEmpty() && !system.equals("linux")) {
            return new Rejection("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS");
        }
        if (wantsAppArmor(pod)) {
            return new Rejection("AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled on the host");
        }
        String runtimeClass = pod.spec().runtimeClassName();
        if (!runtimeClass.isEmpty()) {
            return new Rejection(
                    UNSUPPORTED,
                    "no runtime for RuntimeClass \"" + runtimeClass
                            + "\" is configured on this node: leave runtimeClassName out to use its only one");
        }
        boolean hasUsers = pod.spec().hasHostUsers() && !pod.spec().hostUsers();
        for (Container container : PodSpecs.containers(pod)) {
            if (!hasUsers && container.securityContext().procMount().equals("Unmasked")) {
                return new Rejection(
                        UNSUPPORTED,
                        "securityContext.procMount \"Unmasked\" of container \"" + container.name()
                                + "\" needs hostUsers: false, which keeps it from the host's settings");
            }
        }
        return null;
    }

    private static boolean wantsAppArmor(Pod pod) {
        if (wanted(pod.spec().securityContext().appArmorProfile())) {
            return true;
        }
        boolean annotated = pod.annotations().entrySet().stream()
                .anyMatch(annotation -> annotation.getKey().startsWith(APPARMOR_ANNOTATION)
                        && !annotation.getValue().isEmpty()
                        && !annotation.getValue().equals("unconfined"));
        return annotated
                || PodSpecs.containers(pod).stream()
                        .anyMatch(
                                container -> wanted(container.securityContext().appArmorProfile()));
    }

    private static boolean wanted(AppArmorProfile profile) {
        return !profile.type().isEmpty() && !profile.type().equals("Unconfined");
    }
}
