package dev.proa.node.kubelet;

import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.PodSandboxConfig.UserNamespace;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.cri.RuntimeFailure;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Gives each pod with users of its own (KEP-127) as many as Kubernetes does: 65,536, which no other pod of this node and no usual user of
 * it has. What is given away is what the runtime's sandboxes have, so nothing is kept here but what is being made. Nodes of one machine know
 * nothing of each other's pods: each begins elsewhere among 32,767 places. Thread-safe.
 */
final class UserNamespaces {
    private static final long LENGTH = 65_536;
    /** User ids are 32 bits, and the highest is none. */
    private static final long MOST = (1L << 31) / LENGTH - 1;

    private final ContainerRuntime runtime;
    private final long first;
    private final Set<Long> beingMade = new HashSet<>();

    /** @param place where to begin, any number; different for different nodes */
    UserNamespaces(ContainerRuntime runtime, long place) {
        this.runtime = runtime;
        this.first = Math.floorMod(place, MOST);
    }

    /** Has a sandbox made with users that no other has. */
    void give(PodSandboxConfig config, Consumer<PodSandboxConfig> make) {
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
