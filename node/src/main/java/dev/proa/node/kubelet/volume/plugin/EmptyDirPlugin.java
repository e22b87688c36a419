package dev.proa.node.kubelet.volume.plugin;

import dev.proa.api.core.v1.Volume;
import dev.proa.api.value.Quantity;
import dev.proa.node.kubelet.volume.VolumeDirectory;
import dev.proa.node.kubelet.volume.VolumePlugin;
import dev.proa.node.kubelet.volume.VolumeSpec;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.FileStatus;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalLong;

/** {@code emptyDir}: a directory that is empty at first and ends with its pod, on the node's disk or in memory. */
final class EmptyDirPlugin implements VolumePlugin {
    private static final int EVERYBODY = 0777;
    private static final int SET_GROUP = 02000;

    private final Map<String, Quantity> allocatable;

    /** @param allocatable resources of the node, whose memory limits volumes in memory */
    EmptyDirPlugin(Map<String, Quantity> allocatable) {
        this.allocatable = allocatable;
    }

    @Override
    public String name() {
        return "kubernetes.io/empty-dir";
    }

    @Override
    public boolean supports(Volume volume) {
        return volume.hasEmptyDir();
    }

    private static boolean inMemory(Volume volume) {
        return volume.emptyDir().medium().equals("Memory");
    }

    @Override
    public Mounter mounter(VolumeSpec spec) {
        return new Mounter() {
            @Override
            public MountSource source(VolumeDirectory directory) {
                return new MountSource.HostPath(directory.path());
            }

            @Override
            public void setUp(VolumeDirectory directory) throws IOException {
                try (Directory parent = directory.parent()) {
                    if (inMemory(spec.volume())) {
                        long bytes = MemoryVolumes.size(spec.pod(), spec.volume(), allocatable);
                        MemoryMounts.mount(parent, directory.name(), bytes, EVERYBODY);
                    } else {
                        makeDirectory(parent, directory.name());
                    }
                    own(parent, directory.name(), spec.fsGroup());
                }
            }
        };
    }

    private static void makeDirectory(Directory parent, String name) throws IOException {
        FileStatus status = parent.status(name);
        if (status == null || !status.isDirectory()) {
            parent.delete(name);
            parent.makeDirectories(name, EVERYBODY).close();
        }
    }

    /** Gives the directory to the pod's group, unless that was done before: since then it is the containers'. */
    private static void own(Directory parent, String name, long group) throws IOException {
        try (Directory made = parent.directory(name)) {
            FileStatus status = made.status();
            if (group >= 0 && status.group() != group) {
                made.setGroup(group);
                made.setMode(SET_GROUP | EVERYBODY);
            }
        }
    }

    /** Volumes in memory count as memory of the pod. */
    @Override
    public OptionalLong diskUse(Volume volume, VolumeDirectory directory) throws IOException {
        if (inMemory(volume)) {
            return OptionalLong.empty();
        }
        try (Directory open = Directory.open(directory.path())) {
            return OptionalLong.of(open.use());
        } catch (ErrnoException e) {
            if (e.is(Errno.ENOENT)) {
                return OptionalLong.of(0); // not set up yet
            }
            throw e;
        }
    }
}
