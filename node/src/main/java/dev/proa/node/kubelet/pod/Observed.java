package dev.proa.node.kubelet.pod;

import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.PodSandboxStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pod's state in the runtime at one moment.
 *
 * @param sandbox the newest one, or null when none was made
 * @param containers of that sandbox and of earlier ones, newest attempt first for each name
 */
public record Observed(@Nullable PodSandboxStatus sandbox, List<ContainerStatus> containers) {
    public static final Observed NOTHING = new Observed(null, List.of());

    public Observed {
        containers = containers.stream()
                .sorted((a, b) ->
                        Integer.compare(b.config().attempt(), a.config().attempt()))
                .toList();
    }

    /** The newest container of a name, in whichever sandbox. */
    @Nullable
    public ContainerStatus newest(String name) {
        return nth(name, 0);
    }

    /** The container that ran before the newest one. */
    @Nullable
    public ContainerStatus previous(String name) {
        return nth(name, 1);
    }

    /** The newest container of a name, if it belongs to the newest sandbox. */
    @Nullable
    public ContainerStatus current(String name) {
        ContainerStatus status = newest(name);
        return status != null && sandbox != null && status.sandboxId().equals(sandbox.id()) ? status : null;
    }

    public boolean sandboxReady() {
        return sandbox != null && sandbox.ready();
    }

    private @Nullable ContainerStatus nth(String name, int skip) {
        for (ContainerStatus container : containers) {
            if (container.config().name().equals(name) && skip-- == 0) {
                return container;
            }
        }
        return null;
    }
}
