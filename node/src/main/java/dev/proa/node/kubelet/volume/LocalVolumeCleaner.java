package dev.proa.node.kubelet.volume;

import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.Supervisor;
import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the directories of this node's provisioned volumes when their PersistentVolumes are deleted, unless those are to be retained.
 * What has no volume when the node starts is left alone: whether somebody wanted to retain it is not known any more.
 */
public final class LocalVolumeCleaner implements EventHandler<PersistentVolume>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalVolumeCleaner.class);

    private final LocalVolumes volumes;
    private final LinkedBlockingQueue<String> removals = new LinkedBlockingQueue<>();
    private final Loop loop;

    /**
     * @param objects the PersistentVolumes of this node
     * @param supervisor runs the loop that removes
     */
    public LocalVolumeCleaner(LocalVolumes volumes, Informer<PersistentVolume> objects, Supervisor supervisor) {
        this.volumes = volumes;
        this.loop = supervisor.group("local-volumes").repeat("local-volume-removal", self -> removeNext());
        objects.addHandler(this);
    }

    @Override
    public void deleted(PersistentVolume last) {
        if (last.spec().persistentVolumeReclaimPolicy().equals("Delete")
                && volumes.has(last.spec().local().path(), last.name())) {
            removals.add(last.name());
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
    }

    @Override
    public void close() {
        loop.close();
    }
}
