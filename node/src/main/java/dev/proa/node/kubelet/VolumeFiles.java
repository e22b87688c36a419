package dev.proa.node.kubelet;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.DownwardAPIVolumeFile;
import dev.proa.api.core.v1.KeyToPath;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.core.v1.Volume;
import dev.proa.api.value.Quantity;
import dev.proa.api.view.Views;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Builds the contents of volumes that the kubelet writes: configMap, secret, downwardAPI and projected. */
final class VolumeFiles {
    /** Mode bits added to files of pods with an fsGroup: 0440, as in Kubernetes. */
    private static final int GROUP_READS = 0440;

    private final References references;
    private final ServiceAccountTokens tokens;
    private final String hostIp;
    private final Map<String, Quantity> allocatable;
    private final boolean written;

    /** @param written whether containers will see the files; if not, no tokens are requested */
    VolumeFiles(
            References references,
            ServiceAccountTokens tokens,
            String hostIp,
            Map<String, Quantity> allocatable,
            boolean written) {
        this.references = references;
        this.tokens = tokens;
        this.hostIp = hostIp;
        this.allocatable = allocatable;
        this.written = written;
    }

    /** Whether a volume is of these types. They are always mounted read-only. */
    static boolean has(Volume volume) {
        return volume.hasConfigMap() || volume.hasSecret() || volume.hasDownwardAPI() || volume.hasProjected();
    }

    /** Whether a volume's files may be secret and must not reach a disk. */
    static boolean secret(Volume volume) {
        return volume.hasSecret() || volume.hasDownwardAPI() || volume.hasProjected();
    }

    /** The name of the volume's plugin, which is part of its path. */
    static String plugin(Volume volume) {
        return volume.hasConfigMap()
                ? "configmap"
                : volume.hasSecret() ? "secret" : volume.hasDownwardAPI() ? "downward-api" : "projected";
    }

    /** The group that owns a pod's files, or -1. */
    static long group(Pod pod) {
        var security = pod.spec().securityContext();
        return security.hasFsGroup() ? security.fsGroup() : -1;
    }

    /** The user that all containers of a pod run as, who then owns its tokens; -1 when they differ or are not set. */
    private static long user(Pod pod) {
        Set<Long> users = new HashSet<>();
        Stream.of(pod.spec().initContainers(), pod.spec().containers())
                .flatMap(List::stream)
                .map(container -> SecurityContexts.user(pod, container))
                .forEach(user -> users.add(user == null ? -1 : user));
        return users.size() == 1 ? users.iterator().next() : -1;
    }

    /**
     * Builds the files, by their paths in the volume.
     *
     * @param ips the pod's addresses, as far as known
     * @throws ConfigFailure when something that the volume needs is missing
     */
    Map<String, AtomicFiles.File> of(Pod pod, Volume volume, List<String> ips) throws InterruptedException {
        Map<String, AtomicFiles.File> files = new LinkedHashMap<>();
        if (volume.hasConfigMap()) {
            var source = volume.configMap();
            int mode = mode(source.has("defaultMode"), source.defaultMode());
            addConfigMap(pod, source.name(), source.items(), mode, source.optional(), files);
        } else if (volume.hasSecret()) {
            var source = volume.secret();
            int mode = mode(source.has("defaultMode"), source.defaultMode());
            addSecret(pod, source.secretName(), source.items(), mode, source.optional(), files);
        } else if (volume.hasDownwardAPI()) {
            var source = volume.downwardAPI();
            addDownward(pod, source.items(), mode(source.has("defaultMode"), source.defaultMode()), ips, files);
        } else {
            project(pod, volume, ips, files);
        }
        if (group(pod) >= 0) {
            files.replaceAll((path, file) -> file.withMode(file.mode() | GROUP_READS));
        }
        return files;
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
                    continue; // no one would see the token
                }
                var from = source.serviceAccountToken();
                String token = tokens.token(pod, from.audience(), from.expirationSeconds());
                long user = user(pod);
                int tokenMode = user >= 0 || group(pod) >= 0 ? 0600 : mode;
                files.put(from.path(), new AtomicFiles.File(token.getBytes(StandardCharsets.UTF_8), tokenMode, user));
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
}
