package dev.proa.node.kubelet.volume.plugin;

import dev.proa.client.clock.Clock;
import dev.proa.node.kubelet.volume.VolumeDirectory;
import dev.proa.node.kubelet.volume.VolumePlugin;
import dev.proa.node.kubelet.volume.VolumeSpec;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.FileStatus;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A type of volume whose files the kubelet writes, and updates while the pod runs. */
abstract class FilesPlugin implements VolumePlugin {
    /**
     * The size limit of such a volume in memory, in bytes; it may hold two versions of objects of about 1 MB each.
     */
    private static final long LARGEST_CONTENTS = 64L << 20;
    /** Mode bits added to files of pods with an fsGroup: 0440, as in Kubernetes. */
    private static final int GROUP_READS = 0440;

    private static final int EVERYBODY_READS = 0755;

    private final boolean secret;
    private final Clock clock;

    /** @param secret whether the files may be secret and must not reach a disk */
    FilesPlugin(boolean secret, Clock clock) {
        this.secret = secret;
        this.clock = clock;
    }

    /** Adds a volume's files, by their paths in it. */
    abstract void collect(VolumeSpec spec, Map<String, AtomicWriter.File> files)
            throws IOException, InterruptedException;

    @Override
    public boolean readOnly() {
        return true;
    }

    @Override
    public boolean requiresRemount() {
        return true;
    }

    /** The files of a volume, as the pod's group may read them. */
    final Map<String, AtomicWriter.File> files(VolumeSpec spec) throws IOException, InterruptedException {
        Map<String, AtomicWriter.File> files = new LinkedHashMap<>();
        collect(spec, files);
        if (spec.fsGroup() >= 0) {
            files.replaceAll((path, file) -> file.withMode(file.mode() | GROUP_READS));
        }
        return files;
    }

    @Override
    public final Mounter mounter(VolumeSpec spec) throws IOException, InterruptedException {
        Map<String, AtomicWriter.File> files = files(spec);
        return new Mounter() {
            @Override
            public MountSource source(VolumeDirectory directory) {
                return new MountSource.HostPath(directory.path());
            }

            @Override
            public void setUp(VolumeDirectory directory) throws IOException {
                String version = clock.instant().toEpochMilli() + "." + System.nanoTime();
                try (Directory open = open(directory)) {
                    AtomicWriter.write(open, files, spec.fsGroup(), version);
                }
            }
        };
    }

    /** Opens the volume's directory: a tmpfs when its files may be secret. */
    private Directory open(VolumeDirectory directory) throws IOException {
        try (Directory parent = directory.parent()) {
            String name = directory.name();
            if (secret && !isOnDisk(parent, name)) {
                MemoryMounts.mount(parent, name, LARGEST_CONTENTS, EVERYBODY_READS);
            }
            FileStatus status = parent.status(name);
            if (status != null && !status.isDirectory()) {
                parent.delete(name);
            }
            return parent.makeDirectories(name, EVERYBODY_READS);
        }
    }

    /** Whether an earlier version left files on disk; running containers have that very directory mounted. */
    private static boolean isOnDisk(Directory parent, String name) throws IOException {
        FileStatus status = parent.status(name);
        if (status == null || !status.isDirectory() || status.mountPoint()) {
            return false;
        }
        try (Directory directory = parent.directory(name)) {
            return !directory.names().isEmpty();
        }
    }
}
