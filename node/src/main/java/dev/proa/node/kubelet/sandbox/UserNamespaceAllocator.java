package dev.proa.node.kubelet.sandbox;

import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.PodSandboxConfig.UserNamespace;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.cri.RuntimeFailure;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Allocates host ids to pods with a user namespace (KEP-127): 65,536 each, as in Kubernetes, which overlap neither
 * other pods of this node nor usual users. Allocations are read from the runtime's sandboxes, so only those in progress
 * are kept here. Nodes of one machine do not know each other's pods, so each starts at another of 32,767 places.
 * Thread-safe.
 */
public final class UserNamespaceAllocator {
    private static final long LENGTH = 65_536;
    /** The number of places. Ids have 32 bits, of which half is used. */
    private static final long MOST = (1L << 31) / LENGTH - 1;

    private final ContainerRuntime runtime;
    private final long first;
    private final Set<Long> beingMade = new HashSet<>();

    /** @param place where to begin, any number; different for different nodes */
    public UserNamespaceAllocator(ContainerRuntime runtime, long place) {
        this.runtime = runtime;
        this.first = Math.floorMod(place, MOST);
    }

    /** Calls {@code make} with ids that no other sandbox has. */
    public void give(PodSandboxConfig config, Consumer<PodSandboxConfig> make) {
        long first = take();
        try {
            make.accept(config.withUserNamespace(new UserNamespace(first, LENGTH)));
        } finally {
            synchronized (this) {
                beingMade.remove(first);
            }
        }
    }

    private synchronized long take() {
        Set<Long> taken = new HashSet<>(beingMade);
        for (PodSandboxStatus sandbox : runtime.listPodSandboxes()) {
            UserNamespace users = sandbox.config().userNamespace();
            if (users != null) {
                taken.add(users.hostId());
            }
        }
        for (long i = 0; i < MOST; i++) {
            long index = 1 + (first + i) % MOST;
            if (!taken.contains(index * LENGTH)) {
                beingMade.add(index * LENGTH);
                return index * LENGTH;
            }
        }
        throw new RuntimeFailure(RuntimeFailure.Reason.INTERNAL, "all users of this node are given to other pods");
    }
}
