package dev.proa.node.kubelet;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.DownwardAPIVolumeFile;
import dev.proa.api.core.v1.KeyToPath;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.core.v1.Volume;
import dev.proa.api.core.v1.VolumeMount;
import dev.proa.api.value.Quantity;
import dev.proa.api.view.Views;
import dev.proa.client.clock.Clock;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.Mounts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The volumes of one pod as directories of the node: emptyDir, hostPath, configMap, secret, downwardAPI and projected. Owned by the
 * pod's worker; not for several threads at once. For a runtime that mounts nothing only the references are followed, so that a
 * missing ConfigMap shows there too, and no file is written.
 */
final class PodVolumes {
    private final Path directory;
    private final References references;
    private final ServiceAccountTokens tokens;
    private final String hostIp;
    private final Map<String, Quantity> allocatable;
    private final Clock clock;
    private final boolean written;
    private final Map<String, Path> paths = new HashMap<>();

    /**
     * @param directory of the pod, under which all its volumes lie
     * @param written whether anything is to be there for containers to see
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
        this.references = references;
        this.tokens = tokens;
        this.hostIp = hostIp;
        this.allocatable = allocatable;
        this.clock = clock;
        this.written = written;
    }

    /**
     * Makes every volume of the pod ready, and brings the contents of those that refresh up to date. Idempotent.
     *
     * @param ips of the pod, as far as it has any yet
     * @throws ConfigFailure when something a volume needs is missing; the message says what
     */
    void prepare(Pod pod, List<String> ips) throws InterruptedException {
        for (Volume volume : pod.spec().volumes()) {
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

    /** What of the pod's volumes appears in a container. {@link #prepare} went before. */
    List<ContainerConfig.Mount> mounts(Container container, Function<String, String> expand) {
        List<ContainerConfig.Mount> mounts = new ArrayList<>();
        for (VolumeMount mount : container.volumeMounts()) {
            Path path = paths.get(mount.name());
            if (path == null) {
                throw new ConfigFailure("no volume is named " + mount.name());
            }
            String sub = mount.hasSubPathExpr() ? expand.apply(mount.subPathExpr()) : mount.subPath();
            if (written && !sub.isEmpty()) {
                path = inside(path, sub);
            }
            boolean propagate = mount.mountPropagation().equals("HostToContainer")
                    || mount.mountPropagation().equals("Bidirectional");
            mounts.add(new ContainerConfig.Mount(path, mount.mountPath(), mount.readOnly(), propagate));
        }
        return mounts;
    }

    /** When a token in a volume wants to be renewed next; null when there is none. */
    java.time.@Nullable Instant refreshAt(Pod pod) {
        return tokens.refreshAt(pod.uid());
    }

    /** Removes everything. Idempotent. */
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
            return hostPath(volume);
        }
        Map<String, AtomicFiles.File> files = new LinkedHashMap<>();
        String plugin;
        if (volume.hasConfigMap()) {
            plugin = "configmap";
            var source = volume.configMap();
            addConfigMap(
                    pod,
                    source.name(),
                    source.items(),
                    mode(source.has("defaultMode"), source.defaultMode()),
                    source.optional(),
                    files);
        } else if (volume.hasSecret()) {
            plugin = "secret";
            var source = volume.secret();
            addSecret(
                    pod,
                    source.secretName(),
                    source.items(),
                    mode(source.has("defaultMode"), source.defaultMode()),
                    source.optional(),
                    files);
        } else if (volume.hasDownwardAPI()) {
            plugin = "downward-api";
            var source = volume.downwardAPI();
            addDownward(pod, source.items(), mode(source.has("defaultMode"), source.defaultMode()), ips, files);
        } else if (volume.hasProjected()) {
            plugin = "projected";
            project(pod, volume, ips, files);
        } else {
            throw new ConfigFailure(
                    "this node has no volumes of the kind that is asked for; it has emptyDir, hostPath, "
                            + "configMap, secret, downwardAPI and projected");
        }
        Path path = path(plugin, volume);
        if (!written) {
            return path;
        }
        AtomicFiles.write(
                path, files, group(pod), String.valueOf(clock.instant().toEpochMilli()) + "." + System.nanoTime());
        return path;
    }

    private Path path(String plugin, Volume volume) {
        return directory.resolve("volumes").resolve("kubernetes.io~" + plugin).resolve(volume.name());
    }

    private Path emptyDir(Pod pod, Volume volume) throws IOException {
        Path path = path("empty-dir", volume);
        boolean inMemory = volume.emptyDir().medium().equals("Memory");
        boolean there = paths.containsKey(volume.name())
                || Files.isDirectory(path) && (!inMemory || PodDirectories.isMounted(path));
        if (!written || there) {
            return path;
        }
        Files.createDirectories(path);
        if (inMemory) {
            Quantity limit = volume.emptyDir().sizeLimit();
            try {
                Mounts.mount(
                        "tmpfs", path, "tmpfs", 0, limit.isZero() ? "mode=0777" : "mode=0777,size=" + limit.value());
            } catch (ErrnoException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
        Files.setPosixFilePermissions(path, AtomicFiles.permissions(0777));
        long group = group(pod);
        if (group >= 0) {
            Files.setAttribute(path, "unix:gid", (int) group);
            Files.setAttribute(path, "unix:mode", 02777);
        }
        return path;
    }

    private Path hostPath(Volume volume) throws IOException {
        Path path = Path.of(volume.hostPath().path());
        if (!written) {
            return path;
        }
        String type = volume.hostPath().type();
        switch (type) {
            case "DirectoryOrCreate" -> Files.createDirectories(path);
            case "FileOrCreate" -> {
                if (!Files.exists(path)) {
                    Files.createFile(path);
                }
            }
            default -> {}
        }
        boolean fits = switch (type) {
            case "", "DirectoryOrCreate" -> type.isEmpty() || Files.isDirectory(path);
            case "Directory" -> Files.isDirectory(path);
            case "File", "FileOrCreate" -> Files.isRegularFile(path);
            case "Socket", "CharDevice", "BlockDevice" -> Files.exists(path) && !Files.isRegularFile(path);
            default -> throw new ConfigFailure("unknown hostPath type " + type);
        };
        if (!fits) {
            throw new ConfigFailure(
                    "hostPath type check failed: " + path + " is not a " + type.toLowerCase(java.util.Locale.ROOT));
        }
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(path); // as container runtimes do for a bind mount's source
        }
        return path;
    }

    private void project(Pod pod, Volume volume, List<String> ips, Map<String, AtomicFiles.File> files)
            throws InterruptedException {
        var projected = volume.projected();
        int mode = mode(projected.has("defaultMode"), projected.defaultMode());
        for (var source : projected.sources()) {
            if (source.hasConfigMap()) {
                var from = source.configMap();
                addConfigMap(pod, from.name(), from.items(), mode, from.optional(), files);
            } else if (source.hasSecret()) {
                var from = source.secret();
                addSecret(pod, from.name(), from.items(), mode, from.optional(), files);
            } else if (source.hasDownwardAPI()) {
                addDownward(pod, source.downwardAPI().items(), mode, ips, files);
            } else if (source.hasServiceAccountToken()) {
                if (!written) {
                    continue; // a signature for nobody to see
                }
                var from = source.serviceAccountToken();
                String token = tokens.token(pod, from.audience(), from.expirationSeconds());
                Long user = pod.spec().securityContext().hasRunAsUser()
                        ? pod.spec().securityContext().runAsUser()
                        : null;
                int tokenMode = group(pod) >= 0 ? 0640 : user == null || user != 0 ? 0644 : 0600;
                files.put(from.path(), new AtomicFiles.File(token.getBytes(StandardCharsets.UTF_8), tokenMode));
            } else {
                throw new ConfigFailure(
                        "a projected source is neither configMap, secret, downwardAPI nor serviceAccountToken");
            }
        }
    }

    private void addConfigMap(
            Pod pod,
            String name,
            List<KeyToPath> items,
            int mode,
            boolean optional,
            Map<String, AtomicFiles.File> files)
            throws InterruptedException {
        ConfigMap found = references.configMap(pod.namespace(), name);
        if (found == null) {
            if (optional) {
                return;
            }
            throw new ConfigFailure("configmap \"" + name + "\" not found");
        }
        Map<String, byte[]> data = new LinkedHashMap<>();
        found.data().forEach((key, value) -> data.put(key, value.getBytes(StandardCharsets.UTF_8)));
        for (var entry : found.value().map("binaryData")) {
            data.put(entry.getKey(), Views.bytes(entry.getValue()));
        }
        add(data, items, mode, optional, "configmap", files);
    }

    private void addSecret(
            Pod pod,
            String name,
            List<KeyToPath> items,
            int mode,
            boolean optional,
            Map<String, AtomicFiles.File> files)
            throws InterruptedException {
        Secret found = references.secret(pod.namespace(), name);
        if (found == null) {
            if (optional) {
                return;
            }
            throw new ConfigFailure("secret \"" + name + "\" not found");
        }
        Map<String, byte[]> data = new LinkedHashMap<>();
        for (var entry : found.value().map("data")) {
            data.put(entry.getKey(), Views.bytes(entry.getValue()));
        }
        add(data, items, mode, optional, "secret", files);
    }

    private static void add(
            Map<String, byte[]> data,
            List<KeyToPath> items,
            int mode,
            boolean optional,
            String kind,
            Map<String, AtomicFiles.File> files) {
        if (items.isEmpty()) {
            data.forEach((key, value) -> files.put(key, new AtomicFiles.File(value, mode)));
            return;
        }
        for (KeyToPath item : items) {
            byte[] value = data.get(item.key());
            if (value != null) {
                files.put(item.path(), new AtomicFiles.File(value, item.hasMode() ? item.mode() : mode));
            } else if (!optional) {
                throw new ConfigFailure(kind + " references non-existent " + kind + " key: " + item.key());
            }
        }
    }

    private void addDownward(
            Pod pod,
            List<DownwardAPIVolumeFile> items,
            int mode,
            List<String> ips,
            Map<String, AtomicFiles.File> files) {
        for (DownwardAPIVolumeFile item : items) {
            String text = item.hasFieldRef()
                    ? Downward.field(pod, item.fieldRef(), ips, hostIp)
                    : Downward.resource(pod, pod.spec().containers().getFirst(), item.resourceFieldRef(), allocatable);
            files.put(
                    item.path(),
                    new AtomicFiles.File(text.getBytes(StandardCharsets.UTF_8), item.hasMode() ? item.mode() : mode));
        }
    }

    private static int mode(boolean given, int mode) {
        return given ? mode : 0644;
    }

    private static long group(Pod pod) {
        var security = pod.spec().securityContext();
        return security.hasFsGroup() ? security.fsGroup() : -1;
    }

    /** A path inside a volume, which must not lead out of it by links. */
    private static Path inside(Path volume, String sub) {
        try {
            Path root = volume.toRealPath();
            Path path = root.resolve(sub).normalize();
            if (sub.startsWith("/") || !path.startsWith(root)) {
                throw new ConfigFailure("subPath " + sub + " leads out of its volume");
            }
            if (!Files.exists(path)) {
                Files.createDirectories(path);
            }
            Path real = path.toRealPath();
            if (!real.startsWith(root)) {
                throw new ConfigFailure("subPath " + sub + " leads out of its volume");
            }
            return real;
        } catch (IOException e) {
            throw new ConfigFailure("failed to prepare subPath for volumeMount: " + e.getMessage());
        }
    }
}
