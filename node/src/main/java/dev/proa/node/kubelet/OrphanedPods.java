package dev.proa.node.kubelet;

import dev.proa.client.clock.Clock;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.kubelet.pod.PodDirectories;
import dev.proa.node.kubelet.pod.PodRuntime;
import dev.proa.node.kubelet.volume.VolumePlugins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an earlier kubelet over the same runtime and directory left behind, by the uid of its pod: sandboxes with their containers,
 * volumes, logs. Pods that still exist claim theirs; the rest belongs to pods that were deleted while no kubelet ran, and is removed.
 */
final class OrphanedPods {
    private static final Logger LOG = LoggerFactory.getLogger(OrphanedPods.class);
    private static final Duration RETRY = Duration.ofSeconds(2);
    /** So often is a removal tried; what still is there then waits for the next start. */
    private static final int TRIES = 30;

    private final ContainerRuntime runtime;
    private final VolumePlugins plugins;
    private final Clock clock;
    private final Map<String, OfPod> byUid = new HashMap<>();

    private OrphanedPods(ContainerRuntime runtime, VolumePlugins plugins, Clock clock) {
        this.runtime = runtime;
        this.plugins = plugins;
        this.clock = clock;
    }

    /**
     * Looks what is there.
     *
     * @param pods holds a directory for each pod, named by its uid
     * @param logs holds a directory for each pod, whose name ends with an underscore and its uid
     */
    static OrphanedPods find(ContainerRuntime runtime, VolumePlugins plugins, Path pods, Path logs, Clock clock) {
        OrphanedPods found = new OrphanedPods(runtime, plugins, clock);
        Map<String, String> uidBySandbox = new HashMap<>();
        for (PodSandboxStatus sandbox : runtime.listPodSandboxes()) {
            uidBySandbox.put(sandbox.id(), sandbox.config().uid());
            found.of(sandbox.config().uid()).sandboxes.add(sandbox.id());
        }
        for (ContainerStatus container : runtime.listContainers()) {
            String uid = uidBySandbox.get(container.sandboxId());
            if (uid != null) {
                found.of(uid).containers.add(container.id());
            }
        }
        for (Path directory : directories(pods)) {
            found.of(directory.getFileName().toString()).directories.add(directory);
        }
        for (Path directory : directories(logs)) {
            String name = directory.getFileName().toString();
            found.of(name.substring(name.lastIndexOf('_') + 1)).logs.add(directory);
        }
        return found;
    }

    private static List<Path> directories(Path parent) {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.filter(Files::isDirectory).toList();
        } catch (IOException e) {
            LOG.warn("what an earlier start has left in {} stays there", parent, e);
            return List.of();
        }
    }

    private OfPod of(String uid) {
        return byUid.computeIfAbsent(uid, same -> new OfPod());
    }

    /** What a pod that still exists has in the runtime; its directories are its own again. */
    synchronized PodRuntime claim(String uid) {
        OfPod found = byUid.remove(uid);
        return found == null
                ? new PodRuntime(runtime, List.of(), List.of())
                : new PodRuntime(runtime, found.sandboxes, found.containers);
    }

    /** Begins to remove what was not claimed. What cannot be removed after some attempts is left to the next kubelet. */
    synchronized void removeRest() {
        byUid.forEach((uid, rest) -> Thread.ofVirtual().name("leftover-" + uid).start(() -> remove(uid, rest)));
        byUid.clear();
    }

    private void remove(String uid, OfPod rest) {
        LOG.info("removing what is left of pod {}, which is gone", uid);
        for (int i = 0; i < TRIES; i++) {
            try {
                rest.sandboxes.forEach(runtime::removePodSandbox);
                for (Path directory : rest.directories) {
                    plugins.tearDown(directory);
                }
                for (Path log : rest.logs) {
                    PodDirectories.remove(log);
                }
                return;
            } catch (RuntimeException | IOException e) {
                LOG.warn("pod {} is gone, but not all that is left of it could be removed", uid, e);
            }
            try {
                clock.sleep(RETRY);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static final class OfPod {
        private final List<String> sandboxes = new ArrayList<>();
        private final List<String> containers = new ArrayList<>();
        private final List<Path> directories = new ArrayList<>();
        private final List<Path> logs = new ArrayList<>();
    }
}
