package dev.proa.node.kubelet.eviction;

import dev.proa.api.core.v1.Pod;
import dev.proa.client.clock.Clock;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.kubelet.pod.Observed;
import dev.proa.node.kubelet.pod.PodSpecs;
import dev.proa.node.kubelet.volume.VolumePlugins;
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
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the disk usage of pods with storage limits every ten seconds, and evicts those that exceed them. A pod that
 * takes long to measure is measured less often, so that this uses at most 5 % of one processor.
 */
public final class StorageEviction implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StorageEviction.class);
    private static final Duration PERIOD = Duration.ofSeconds(10);
    private static final int SHARE = 20;

    private final ContainerRuntime runtime;
    private final Clock clock;
    private final VolumePlugins plugins;
    private final Function<String, Path> podDirectories;
    private final Function<Pod, Path> logDirectories;
    private final Supplier<? extends Collection<? extends Candidate>> candidates;
    private final Map<String, Instant> dueByUid = new HashMap<>();
    private volatile boolean closed;
    private volatile Clock.@Nullable Timer timer;

    /** A pod of the node that is measured, and evicted if it exceeds its limits. */
    public interface Candidate {
        Pod pod();

        Observed observe();

        /** Begins the pod's eviction; returns at once. */
        void evict(String message);
    }

    /**
     * @param podDirectories a pod's directory by its uid
     * @param logDirectories a pod's log directory
     */
    public StorageEviction(
            ContainerRuntime runtime,
            Clock clock,
            VolumePlugins plugins,
            Function<String, Path> podDirectories,
            Function<Pod, Path> logDirectories,
            Supplier<? extends Collection<? extends Candidate>> candidates) {
        this.runtime = runtime;
        this.clock = clock;
        this.plugins = plugins;
        this.podDirectories = podDirectories;
        this.logDirectories = logDirectories;
        this.candidates = candidates;
    }

    /** Starts measuring, if the runtime's containers have files at all. */
    public void start() {
        if (runtime.mountsFiles()) {
            again();
        }
    }

    private void again() {
        if (!closed) {
            timer = clock.schedule(PERIOD, () -> {
                try {
                    look();
                } finally {
                    again();
                }
            });
        }
    }

    private void look() {
        Collection<? extends Candidate> all = candidates.get();
        Set<String> uids = all.stream().map(candidate -> candidate.pod().uid()).collect(Collectors.toSet());
        dueByUid.keySet().retainAll(uids);
        for (Candidate candidate : all) {
            Pod pod = candidate.pod();
            Instant due = dueByUid.get(pod.uid());
            if (!closed
                    && !pod.isDeleting()
                    && !PodSpecs.isTerminal(pod)
                    && StorageLimits.given(pod)
                    && (due == null || !due.isAfter(clock.instant()))) {
                measure(candidate, pod);
            }
        }
    }

    private void measure(Candidate candidate, Pod pod) {
        long begin = System.nanoTime();
        try {
            String message = StorageLimits.exceeded(pod, use(pod, candidate.observe()));
            if (message != null) {
                candidate.evict(message);
            }
        } catch (IOException | RuntimeFailure e) {
            LOG.warn("what pod {}/{} takes of the disk is not known", pod.namespace(), pod.name(), e);
        }
        Duration wait = Duration.ofNanos(System.nanoTime() - begin).multipliedBy(SHARE);
        dueByUid.put(pod.uid(), clock.instant().plus(wait));
    }

    private StorageLimits.Use use(Pod pod, Observed seen) throws IOException {
        Map<String, Long> volumes = plugins.diskUse(pod, podDirectories.apply(pod.uid()));
        Map<String, Long> containers = new HashMap<>();
        for (ContainerStatus status : seen.containers()) {
            String name = status.config().name();
            if (!containers.containsKey(name)) {
                containers.put(name, use(logDirectories.apply(pod).resolve(name)));
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
