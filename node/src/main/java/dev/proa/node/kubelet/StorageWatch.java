package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Volume;
import dev.proa.client.clock.Clock;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the disk usage of pods with storage limits every ten seconds, and evicts those that exceed them. A pod that
 * takes long to measure is measured less often, so that this uses at most 5 % of one processor.
 */
final class StorageWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StorageWatch.class);
    private static final Duration PERIOD = Duration.ofSeconds(10);
    private static final int SHARE = 20;

    private final KubeletParts parts;
    private final Supplier<Collection<PodWorker>> workers;
    private final Map<String, Instant> dueByUid = new HashMap<>();
    private volatile boolean closed;
    private volatile Clock.@Nullable Timer timer;

    StorageWatch(KubeletParts parts, Supplier<Collection<PodWorker>> workers) {
        this.parts = parts;
        this.workers = workers;
    }

    /** Starts measuring, if the runtime's containers have files at all. */
    void start() {
        if (parts.runtime().mountsFiles()) {
            again();
        }
    }

    private void again() {
        if (!closed) {
            timer = parts.clock().schedule(PERIOD, () -> {
                try {
                    look();
                } finally {
                    again();
                }
            });
        }
    }

    private void look() {
        Collection<PodWorker> all = workers.get();
        Set<String> uids = all.stream().map(worker -> worker.pod().uid()).collect(Collectors.toSet());
        dueByUid.keySet().retainAll(uids);
        for (PodWorker worker : all) {
            Pod pod = worker.pod();
            Instant due = dueByUid.get(pod.uid());
            if (!closed
                    && !pod.isDeleting()
                    && !PodPlan.isTerminal(pod)
                    && StorageLimits.given(pod)
                    && (due == null || !due.isAfter(parts.clock().instant()))) {
                measure(worker, pod);
            }
        }
    }

    private void measure(PodWorker worker, Pod pod) {
        long begin = System.nanoTime();
        try {
            String message =
                    StorageLimits.exceeded(pod, use(pod, worker.runtime().observe()));
            if (message != null) {
                worker.evict(message);
            }
        } catch (IOException | RuntimeFailure e) {
            LOG.warn("what pod {}/{} takes of the disk is not known", pod.namespace(), pod.name(), e);
        }
        Duration wait = Duration.ofNanos(System.nanoTime() - begin).multipliedBy(SHARE);
        dueByUid.put(pod.uid(), parts.clock().instant().plus(wait));
    }

    private StorageLimits.Use use(Pod pod, Observed seen) throws IOException {
        Map<String, Long> volumes = new HashMap<>();
        Path directory = parts.podDirectory(pod.uid());
        for (Volume volume : pod.spec().volumes()) {
            if (StorageLimits.onDisk(volume)) {
                volumes.put(volume.name(), use(PodVolumes.emptyDir(directory, volume.name())));
            }
        }
        Map<String, Long> containers = new HashMap<>();
        ContainerRuntime runtime = parts.runtime();
        for (ContainerStatus status : seen.containers()) {
            String name = status.config().name();
            if (!containers.containsKey(name)) {
                containers.put(name, use(parts.logDirectory(pod).resolve(name)));
            }
            containers.merge(name, runtime.writableLayerBytes(status.id()), StorageLimits::sum);
        }
        return new StorageLimits.Use(volumes, containers);
    }

    private static long use(Path path) throws IOException {
        try (Directory directory = Directory.open(path)) {
            return directory.use();
        } catch (ErrnoException e) {
            if (e.is(Errno.ENOENT)) {
                return 0; // not created yet
            }
            throw e;
        }
    }

    @Override
    public void close() {
        closed = true;
        Clock.Timer next = timer;
        if (next != null) {
            next.cancel();
        }
    }
}
