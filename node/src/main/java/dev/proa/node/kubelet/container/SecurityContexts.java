package dev.proa.node.kubelet.container;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.SeccompProfile;
import dev.proa.node.cri.UserIds;
import dev.proa.node.kubelet.pod.ConfigFailure;
import dev.proa.node.kubelet.pod.PodSpecs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Combines the security contexts of a pod and its container; the container's fields win. */
public final class SecurityContexts {
    private SecurityContexts() {}

    /**
     * @param imageUser supplies the image's user, called only if needed
     * @param profiles directory of the node's seccomp profiles
     * @throws ConfigFailure when the contexts contradict each other or the image
     */
    static ContainerConfig.Security of(Pod pod, Container container, Supplier<String> imageUser, Path profiles) {
        var own = container.securityContext();
        var shared = pod.spec().securityContext();
        Long user = PodSpecs.user(pod, container);
        Long group = own.hasRunAsGroup()
                ? Long.valueOf(own.runAsGroup())
                : shared.hasRunAsGroup() ? Long.valueOf(shared.runAsGroup()) : null;
        boolean nonRoot = own.hasRunAsNonRoot() ? own.runAsNonRoot() : shared.runAsNonRoot();
        if (nonRoot) {
            verifyNonRoot(pod, container, user, imageUser);
        }
        List<Long> groups = new ArrayList<>(shared.supplementalGroups());
        if (shared.hasFsGroup()) {
            groups.add(shared.fsGroup());
        }
        return new ContainerConfig.Security(
                user,
                null,
                group,
                groups,
                own.privileged(),
                own.readOnlyRootFilesystem(),
                own.hasAllowPrivilegeEscalation() && !own.allowPrivilegeEscalation(),
                capabilities(own.capabilities().add()),
                capabilities(own.capabilities().drop()),
                own.procMount().equals("Unmasked"),
                seccomp(own.hasSeccompProfile() ? own.seccompProfile() : shared.seccompProfile(), profiles),
                nonRoot,
                shared.supplementalGroupsPolicy().equals("Strict"));
    }

    private static SeccompProfile seccomp(dev.proa.api.core.v1.SeccompProfile wanted, Path profiles) {
        return switch (wanted.type()) {
            case "Unconfined" -> new SeccompProfile.Unconfined();
            case "Localhost" -> {
                if (wanted.localhostProfile().isEmpty()) {
                    throw new ConfigFailure("localhostProfile must be set if seccompProfile type is Localhost.");
                }
                yield new SeccompProfile.Localhost(profiles, wanted.localhostProfile());
            }
            case "", "RuntimeDefault" -> SeccompProfile.RUNTIME_DEFAULT;
            default -> throw new ConfigFailure("seccomp profile type " + wanted.type() + " is not known");
        };
    }

    /** @param user the user of the pod's spec, or null for the image's */
    private static void verifyNonRoot(Pod pod, Container container, @Nullable Long user, Supplier<String> imageUser) {
        String who = "(pod: \"" + pod.name() + "_" + pod.namespace() + "(" + pod.uid() + ")\", container: "
                + container.name() + ")";
        if (user != null) {
            if (user == 0) {
                throw new ConfigFailure("container's runAsUser breaks non-root policy " + who);
            }
            return;
        }
        String name = imageUser.get().split(":", 2)[0];
        if (name.isEmpty() || UserIds.isNumber(name) && UserIds.parse(name) == 0) {
            throw new ConfigFailure("container has runAsNonRoot and image will run as root " + who);
        }
        if (!UserIds.isNumber(name)) {
            throw new ConfigFailure("container has runAsNonRoot and image has non-numeric user (" + name
                    + "), cannot verify user is non-root " + who);
        }
    }

    private static Set<String> capabilities(List<String> names) {
        Set<String> set = new HashSet<>();
        names.forEach(name -> set.add(name.startsWith("CAP_") ? name.substring(4) : name));
        return set;
    }
}
