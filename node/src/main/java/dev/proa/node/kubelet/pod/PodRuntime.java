package dev.proa.node.kubelet.pod;

import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.cri.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sandboxes and containers of one pod in the runtime. Remembers their ids, so that observing a pod does not list
 * the whole node.
 */
public final class PodRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(PodRuntime.class);

    private final ContainerRuntime runtime;
    private final Set<String> sandboxes = ConcurrentHashMap.newKeySet();
    private final Set<String> containers = ConcurrentHashMap.newKeySet();

    /** @param sandboxes and {@code containers} that were found when the kubelet started */
    public PodRuntime(ContainerRuntime runtime, Collection<String> sandboxes, Collection<String> containers) {
        this.runtime = runtime;
        this.sandboxes.addAll(sandboxes);
        this.containers.addAll(containers);
    }

    public void createSandbox(PodSandboxConfig config) {
        for (String old : List.copyOf(sandboxes)) {
            PodSandboxStatus status = find(() -> runtime.podSandboxStatus(old));
            if (status == null) {
                sandboxes.remove(old);
            }
        }
        sandboxes.add(runtime.runPodSandbox(config));
    }

    /** A container was created. */
    public void created(String containerId) {
        containers.add(containerId);
    }

    public Observed observe() {
        PodSandboxStatus newest = null;
        for (String id : sandboxes) {
            PodSandboxStatus status = find(() -> runtime.podSandboxStatus(id));
            if (status != null
                    && (newest == null
                            || status.config().attempt() > newest.config().attempt())) {
                newest = status;
            }
        }
        List<ContainerStatus> statuses = new ArrayList<>();
        for (String id : containers) {
            ContainerStatus status = find(() -> runtime.containerStatus(id));
            if (status == null) {
                containers.remove(id);
            } else {
                statuses.add(status);
            }
        }
        return newest == null && statuses.isEmpty() ? Observed.NOTHING : new Observed(newest, statuses);
    }

    /** Removes old containers of a name with their logs; keeps the newest two, for {@code logs --previous}. */
    public void prune(String name) {
        List<ContainerStatus> same = observe().containers().stream()
                .filter(status -> status.config().name().equals(name))
                .toList();
        for (ContainerStatus old : same.subList(Math.min(2, same.size()), same.size())) {
            runtime.removeContainer(old.id());
            containers.remove(old.id());
            deleteLog(old.logPath());
        }
    }

    /** Deletes a log file and its rotated predecessors, whose names start with its own. */
    private static void deleteLog(Path log) {
        Path directory = log.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            return;
        }
        String name = log.getFileName().toString();
        try (Stream<Path> siblings = Files.list(directory)) {
            for (Path file : siblings.toList()) {
                String other = file.getFileName().toString();
                if (other.equals(name) || other.startsWith(name + ".")) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            LOG.warn("an old log stays behind: {}", log, e);
        }
    }

    /** Kills every container at once. */
    public void killAll() {
        containers.forEach(id -> find(() -> {
            runtime.stopContainer(id, Duration.ZERO);
            return id;
        }));
    }

    /** Stops the sandboxes and everything that runs in them. */
    public void stopSandboxes() {
        sandboxes.forEach(runtime::stopPodSandbox);
    }

    /** Removes everything. */
    public void removeAll() {
        sandboxes.forEach(runtime::removePodSandbox);
        sandboxes.clear();
        containers.clear();
    }

    private static <T> @Nullable T find(Supplier<T> query) {
        try {
            return query.get();
        } catch (RuntimeFailure failure) {
            if (failure.reason() == RuntimeFailure.Reason.NOT_FOUND) {
                return null;
            }
            throw failure;
        }
    }
}
