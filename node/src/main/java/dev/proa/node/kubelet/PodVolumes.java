package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Volume;
import dev.proa.api.core.v1.VolumeMount;
import dev.proa.api.value.Quantity;
import dev.proa.client.clock.Clock;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.FileStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sets up the volumes of a pod as directories of the node: emptyDir, hostPath, configMap, secret, downwardAPI and
 * projected; and images. Owned by the pod's worker; not for several threads at once. For a runtime that mounts nothing,
 * references are resolved, so that a missing ConfigMap is noticed, but no file is written.
 */
final class PodVolumes {
    /**
     * The size limit of a volume that the kubelet writes, in bytes; it may hold two versions of objects of about 1 MB
     * each.
     */
    private static final long LARGEST_CONTENTS = 64L << 20;

    private final Path directory;
    private final VolumeFiles files;
    private final ServiceAccountTokens tokens;
    private final Map<String, Quantity> allocatable;
    private final Clock clock;
    private final boolean written;
    private final Map<String, Path> paths = new HashMap<>();

    /**
     * @param directory the pod's directory, which has all its volumes
     * @param written whether to write files, because containers can see them
     */
    PodVolumes(
            Path directory,
            References references,
            ServiceAccountTokens tokens,
            String hostIp,
            Map<String, Quantity> allocatable,
            Clock clock,
            boolean written) {
        this.directory = directory;
        this.files = new VolumeFiles(references, tokens, hostIp, allocatable, written);
        this.tokens = tokens;
        this.allocatable = allocatable;
        this.clock = clock;
        this.written = written;
    }

    /**
     * Prepares all volumes of the pod, and refreshes those whose contents may change. Idempotent.
     *
     * @param ips the pod's addresses, as far as known
     * @throws ConfigFailure when something a volume needs is missing; the message says what
     */
    void prepare(Pod pod, List<String> ips) throws InterruptedException {
        for (Volume volume : pod.spec().volumes()) {
            if (volume.hasImage()) {
                continue; // the runtime mounts it
            }
            try {
                paths.put(volume.name(), prepare(pod, volume, ips));
            } catch (IOException e) {
                throw new ConfigFailure(
                        "MountVolume.SetUp failed for volume \"" + volume.name() + "\" : " + e.getMessage());
            } catch (ConfigFailure e) {
                throw new ConfigFailure(
                        "MountVolume.SetUp failed for volume \"" + volume.name() + "\" : " + e.getMessage());
            }
        }
    }

    /** The mounts of a container. Call {@link #prepare} first. */
    List<ContainerConfig.Mount> mounts(Pod pod, Container container, Function<String, String> expand) {
        List<ContainerConfig.Mount> mounts = new ArrayList<>();
        for (VolumeMount mount : container.volumeMounts()) {
            String image = image(pod, mount);
            if (!image.isEmpty()) {
                mounts.add(ContainerConfig.Mount.ofImage(
                        image,
                        mount.hasSubPathExpr() ? expand.apply(mount.subPathExpr()) : mount.subPath(),
                        mount.mountPath()));
                continue;
            }
            Path path = paths.get(mount.name());
            if (path == null) {
                throw new ConfigFailure("no volume is named " + mount.name());
            }
            String sub = mount.hasSubPathExpr() ? expand.apply(mount.subPathExpr()) : mount.subPath();
            if (written && !sub.isEmpty()) {
                SubPaths.prepare(path, sub, mount.name(), container.name());
            }
            boolean propagate = mount.mountPropagation().equals("HostToContainer")
                    || mount.mountPropagation().equals("Bidirectional");
            boolean kubelets = pod.spec().volumes().stream()
                    .anyMatch(volume -> volume.name().equals(mount.name()) && VolumeFiles.has(volume));
            mounts.add(new ContainerConfig.Mount(
                    path, sub, mount.mountPath(), mount.readOnly() || kubelets, recursivelyReadOnly(mount), propagate));
        }
        return mounts;
    }

    /** The image reference of an image volume's mount; empty for other volumes. */
    static String image(Pod pod, VolumeMount mount) {
        return pod.spec().volumes().stream()
                .filter(volume -> volume.name().equals(mount.name()) && volume.hasImage())
                .map(volume -> volume.image().reference())
                .findFirst()
                .orElse("");
    }

    /** Whether mounts below a volume are read-only too. Every kernel that the sandbox runtime supports can do that. */
    static boolean recursivelyReadOnly(VolumeMount mount) {
        return mount.readOnly()
                && (mount.recursiveReadOnly().equals("Enabled")
                        || mount.recursiveReadOnly().equals("IfPossible"));
    }

    /** When a token in a volume has to be renewed next; null when there is none. */
    java.time.@Nullable Instant refreshAt(Pod pod) {
        return tokens.refreshAt(pod.uid());
    }

    /** Removes all volumes. Idempotent. */
    void tearDown() throws IOException {
        if (written) {
            PodDirectories.remove(directory);
        }
    }

    private Path prepare(Pod pod, Volume volume, List<String> ips) throws IOException, InterruptedException {
        if (volume.hasEmptyDir()) {
            return emptyDir(pod, volume);
        }
        if (volume.hasHostPath()) {
            Path path = Path.of(volume.hostPath().path());
            if (written) {
                HostPaths.prepare(path, volume.hostPath().type());
            }
            return path;
        }
        if (!VolumeFiles.has(volume)) {
            throw new ConfigFailure(
                    "this node has no volumes of the kind that is asked for; it has emptyDir, hostPath, "
                            + "configMap, secret, downwardAPI, projected and image");
        }
        Map<String, AtomicFiles.File> contents = files.of(pod, volume, ips);
        Path plugin = plugin(directory, VolumeFiles.plugin(volume));
        if (written) {
            String version = clock.instant().toEpochMilli() + "." + System.nanoTime();
            try (Directory open = open(plugin, volume)) {
                AtomicFiles.write(open, contents, VolumeFiles.group(pod), version);
            }
        }
        return plugin.resolve(volume.name());
    }

    /** Opens the directory of a volume that the kubelet writes: a tmpfs when its files may be secret. */
    static Directory open(Path plugin, Volume volume) throws IOException {
        try (Directory parent = PodDirectories.open(plugin)) {
            if (VolumeFiles.secret(volume) && !isOnDisk(parent, volume.name())) {
                mountMemory(parent, volume.name(), LARGEST_CONTENTS, 0755);
            }
            return parent.makeDirectories(volume.name(), 0755);
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

    /** Mounts a tmpfs on a directory in {@code parent}, unless it is mounted already, as it is not after a reboot. */
    private static boolean mountMemory(Directory parent, String name, long bytes, int mode) throws IOException {
        FileStatus status = parent.status(name);
        if (status != null && status.mountPoint()) {
            return false;
        }
        parent.delete(name);
        parent.makeDirectories(name, mode).close();
        parent.mountMemory(name, bytes, mode);
        return true;
    }

    private static Path plugin(Path pod, String plugin) {
        return pod.resolve("volumes").resolve("kubernetes.io~" + plugin);
    }

    /** The directory of an emptyDir. */
    static Path emptyDir(Path pod, String volume) {
        return plugin(pod, "empty-dir").resolve(volume);
    }

    private Path emptyDir(Pod pod, Volume volume) throws IOException {
        Path path = emptyDir(directory, volume.name());
        if (!written || paths.containsKey(volume.name())) {
            return path;
        }
        try (Directory parent = PodDirectories.open(plugin(directory, "empty-dir"))) {
            boolean there = volume.emptyDir().medium().equals("Memory")
                    ? !mountMemory(parent, volume.name(), MemoryVolumes.size(pod, volume, allocatable), 0777)
                    : parent.status(volume.name()) != null;
            if (!there) {
                try (Directory made = parent.makeDirectories(volume.name(), 0777)) {
                    long group = VolumeFiles.group(pod);
                    if (group >= 0) {
                        made.setGroup(group);
                    }
                    made.setMode(group >= 0 ? 02777 : 0777);
                }
            }
        }
        return path;
    }
}
