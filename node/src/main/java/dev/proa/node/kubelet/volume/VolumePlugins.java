package dev.proa.node.kubelet.volume;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Volume;
import dev.proa.node.kubelet.pod.ConfigFailure;
import dev.proa.node.kubelet.pod.PodDirectories;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.usage.FilesystemUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The volume plugins of a kubelet. Thread-safe. */
public final class VolumePlugins {
    private static final Logger LOG = LoggerFactory.getLogger(VolumePlugins.class);

    private final List<VolumePlugin> plugins;

    public VolumePlugins(List<VolumePlugin> plugins) {
        this.plugins = List.copyOf(plugins);
    }

    /** Each of the plugins. */
    public List<VolumePlugin> all() {
        return plugins;
    }

    /**
     * The plugin of a volume.
     *
     * @throws ConfigFailure when there is none, or more than one
     */
    public VolumePlugin find(Volume volume) {
        List<VolumePlugin> found =
                plugins.stream().filter(plugin -> supports(plugin, volume)).toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        throw new ConfigFailure(
                found.isEmpty()
                        ? "no volume plugin matched; this node has " + names(plugins)
                        : "multiple volume plugins matched: " + names(found));
    }

    /** A plugin that throws supports nothing, so that it does no harm to the volumes of others. */
    private static boolean supports(VolumePlugin plugin, Volume volume) {
        return guard(plugin, false, () -> plugin.supports(volume));
    }

    private static <T> T guard(VolumePlugin plugin, T otherwise, Supplier<T> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            LOG.warn("volume plugin {} failed", plugin.name(), e);
            return otherwise;
        }
    }

    private static String names(List<VolumePlugin> plugins) {
        return plugins.stream().map(VolumePlugin::name).collect(Collectors.joining(", "));
    }

    /** When a pod's volumes have to be set up again at the latest; null for never. */
    @Nullable
    Instant refreshAt(String podUid) {
        return plugins.stream()
                .map(plugin ->
                        guard(plugin, Optional.<Instant>empty(), () -> Optional.ofNullable(plugin.refreshAt(podUid))))
                .flatMap(Optional::stream)
                .min(Instant::compareTo)
                .orElse(null);
    }

    /** A pod has ended. */
    void forget(String podUid) {
        for (VolumePlugin plugin : plugins) {
            guard(plugin, false, () -> {
                plugin.forget(podUid);
                return true;
            });
        }
    }

    /** The disk usage in bytes of those volumes of a pod that count as its ephemeral storage, by their names. */
    public Map<String, Long> diskUse(Pod pod, Path podDirectory) throws IOException {
        Map<String, Long> use = new HashMap<>();
        for (Volume volume : pod.spec().volumes()) {
            for (VolumePlugin plugin : plugins) {
                if (supports(plugin, volume)) {
                    OptionalLong bytes =
                            plugin.diskUse(volume, new VolumeDirectory(podDirectory, plugin.name(), volume.name()));
                    bytes.ifPresent(some -> use.put(volume.name(), some));
                }
            }
        }
        return use;
    }

    /** What those volumes of a pod use that can be measured, by their names. */
    public Map<String, FilesystemUsage> usage(Pod pod, Path podDirectory) throws IOException {
        Map<String, FilesystemUsage> usages = new HashMap<>();
        for (Volume volume : pod.spec().volumes()) {
            for (VolumePlugin plugin : plugins) {
                FilesystemUsage usage = supports(plugin, volume)
                        ? plugin.usage(new VolumeDirectory(podDirectory, plugin.name(), volume.name()))
                        : null;
                if (usage != null) {
                    usages.put(volume.name(), usage);
                }
            }
        }
        return usages;
    }

    /**
     * Tears down all volumes in a pod's directory, then removes it. What is there decides, not the pod's specification, which the kubelet
     * may not know any more. Idempotent.
     *
     * @throws IOException when a volume is still there; the others are gone, and the directory stays
     */
    public void tearDown(Path podDirectory) throws IOException {
        if (!Files.isDirectory(podDirectory)) {
            return;
        }
        IOException failure = null;
        for (VolumeDirectory volume : find(podDirectory.toRealPath())) {
            try {
                tearDown(volume);
            } catch (IOException | RuntimeException e) {
                LOG.warn("volume {} could not be torn down", volume.path(), e);
                if (failure == null) {
                    failure = new IOException(
                            "volume " + volume.path() + " could not be torn down: " + e.getMessage(), e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
        PodDirectories.remove(podDirectory);
    }

    private void tearDown(VolumeDirectory volume) throws IOException {
        for (VolumePlugin plugin : plugins) {
            if (plugin.name().equals(volume.plugin())) {
                plugin.tearDown(volume);
                return;
            }
        }
        volume.remove(); // of a plugin that an earlier kubelet had
    }

    /** The volumes that have a directory in the pod's directory. */
    private List<VolumeDirectory> find(Path podDirectory) throws IOException {
        List<VolumeDirectory> found = new ArrayList<>();
        try (Directory volumes = Directory.open(VolumeDirectory.volumes(podDirectory))) {
            for (String escaped : volumes.names()) {
                var status = volumes.status(escaped);
                if (status == null || !status.isDirectory() || status.mountPoint()) {
                    continue; // what is mounted there is not the kubelet's
                }
                try (Directory parent = volumes.directory(escaped)) {
                    for (String name : parent.names()) {
                        found.add(new VolumeDirectory(podDirectory, escaped.replace('~', '/'), name));
                    }
                }
            }
        } catch (ErrnoException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
        return found;
    }
}
