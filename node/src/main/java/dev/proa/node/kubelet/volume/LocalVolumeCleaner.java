package dev.proa.node.kubelet.volume;

import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.status.StatusException;
import dev.proa.client.ListOptions;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.Transport.WatchEvent;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.LoopGroup;
import dev.proa.client.supervision.Supervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the directories of this node's provisioned volumes when their PersistentVolumes are deleted, unless those are to be retained. The
 * revision up to which this is done is kept in a file, and watched from after a restart: what was deleted meanwhile comes as it was then, with
 * the policy it had. What was deleted so long ago that the API has forgotten it is left alone: whether it was to be retained is not known any
 * more.
 */
public final class LocalVolumeCleaner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalVolumeCleaner.class);
    private static final int WATCH_SECONDS = 300;
    private static final Duration SILENCE = Duration.ofMinutes(6);
    private static final int GONE = 410;
    private static final int FROM_THE_FUTURE = 504;

    private final LocalVolumes volumes;
    private final ResourceClient<PersistentVolume> objects;
    private final ListOptions which;
    private final Path file;
    private final LinkedBlockingQueue<String> removals = new LinkedBlockingQueue<>();
    /** What is still to be removed. While there is something, the file stays as it is. */
    private final Set<String> pending = ConcurrentHashMap.newKeySet();

    private final Loop watch;
    private final Loop removal;
    private volatile String position;
    private volatile String saved;

    /**
     * @param which of the objects are this node's
     * @param file for the revision up to which directories were removed
     * @param supervisor runs the loops that watch and remove
     */
    public LocalVolumeCleaner(
            LocalVolumes volumes,
            ResourceClient<PersistentVolume> objects,
            ListOptions which,
            Path file,
            Supervisor supervisor)
            throws IOException {
        this.volumes = volumes;
        this.objects = objects;
        this.which = which;
        this.file = file;
        position = Files.exists(file) ? Files.readString(file).strip() : "";
        saved = position;
        LoopGroup group = supervisor.group("local-volumes");
        removal = group.repeat("local-volume-removal", self -> removeNext());
        watch = group.repeat("local-volume-watch", self -> follow());
    }

    private void follow() throws IOException, InterruptedException {
        try {
            if (position.isEmpty()) {
                advance(objects.list(which).resourceVersion());
            }
            ListOptions options =
                    which.withResourceVersion(position, "").withBookmarks().withTimeoutSeconds(WATCH_SECONDS);
            try (EventStream events = objects.watch(options)) {
                WatchEvent event = events.next(SILENCE);
                if (event == null && events.ended()) { // not even a bookmark came
                    throw new TransportException("the server ended the watch as soon as it had started", null);
                }
                for (; event != null; event = events.next(SILENCE)) {
                    accept(event);
                }
            }
        } catch (StatusException e) {
            if (e.code() == GONE || e.code() == FROM_THE_FUTURE) {
                LOG.info(
                        "Volumes that were deleted since revision {} keep their directories: {}",
                        position,
                        e.getMessage());
                position = "";
            } else {
                throw e;
            }
        }
    }

    private void accept(WatchEvent event) throws IOException {
        switch (event.type()) {
            case "ADDED", "MODIFIED", "BOOKMARK" -> {}
            case "DELETED" -> deleted(objects.kind().of(event.object()));
            case "ERROR" -> throw StatusException.from(event.object());
            default ->
                throw new TransportException("the server sent a watch event of unknown type " + event.type(), null);
        }
        advance(event.object().map("metadata").string("resourceVersion"));
    }

    private void deleted(PersistentVolume last) {
        if (last.spec().persistentVolumeReclaimPolicy().equals("Delete")
                && volumes.has(last.spec().local().path(), last.name())
                && pending.add(last.name())) {
            removals.add(last.name());
        }
    }

    private void advance(String revision) throws IOException {
        position = revision;
        save();
    }

    /** Keeps the revision, unless something before it is still to be removed. */
    private synchronized void save() throws IOException {
        String now = position;
        if (pending.isEmpty() && !now.equals(saved) && !now.isEmpty()) {
            Path written = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(written, now);
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
            saved = now;
        }
    }

    private void removeNext() throws IOException, InterruptedException {
        String volume = removals.take();
        try {
            volumes.remove(volume);
            LOG.info("Removed the directory of volume {}", volume);
        } catch (IOException | RuntimeException e) {
            removals.add(volume); // behind the others, which do not wait for it
            throw new IOException("The directory of volume " + volume + " could not be removed: " + e.getMessage(), e);
        }
        pending.remove(volume);
        save();
    }

    @Override
    public void close() {
        watch.close();
        removal.close();
    }
}
