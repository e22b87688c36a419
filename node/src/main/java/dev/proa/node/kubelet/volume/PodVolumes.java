package dev.proa.node.kubelet.volume;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Volume;
import dev.proa.api.core.v1.VolumeMount;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.kubelet.pod.ConfigFailure;
import dev.proa.node.kubelet.volume.VolumePlugin.MountSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The volumes of one pod, each set up by its plugin. Owned by the pod's worker; not for several threads at once. For a runtime that
 * mounts nothing, plugins get what volumes consist of, so that a missing ConfigMap is noticed, but no file is written.
 */
public final class PodVolumes {
    private static final Logger LOG = LoggerFactory.getLogger(PodVolumes.class);

    private final Path directory;
    private final VolumePlugins plugins;
    private final boolean written;
    private final Map<String, Mounted> mounted = new HashMap<>();

    private record Mounted(MountSource source, boolean readOnly, boolean requiresRemount) {}

    /**
     * @param directory the pod's directory, which has all its volumes
     * @param written whether to write files, because containers can see them
     */
    public PodVolumes(Path directory, VolumePlugins plugins, boolean written) {
        this.directory = directory;
        this.plugins = plugins;
        this.written = written;
    }

    /**
     * Sets up those volumes of the pod that are not, and updates those whose contents may change. Idempotent.
     *
     * @param addresses of the pod, as far as known
     * @return for each volume that could not be set up a message that says why, as in Kubernetes' events
     */
    public List<String> setUp(Pod pod, List<String> addresses) throws InterruptedException {
        List<String> failures = new ArrayList<>();
        for (Volume volume : pod.spec().volumes()) {
            try {
                setUp(new VolumeSpec(pod, volume, addresses));
            } catch (IOException | RuntimeException e) {
                if (!(e instanceof ConfigFailure)) {
                    LOG.warn("volume {} of {}/{} could not be set up", volume.name(), pod.namespace(), pod.name(), e);
                }
                String cause = e.getMessage() == null ? e.toString() : e.getMessage();
                failures.add("MountVolume.SetUp failed for volume \"" + volume.name() + "\" : " + cause);
            }
        }
        return failures;
    }

    private void setUp(VolumeSpec spec) throws IOException, InterruptedException {
        String name = spec.volume().name();
        Mounted before = mounted.get(name);
        if (before != null && !before.requiresRemount) {
            return;
        }
        VolumePlugin plugin = plugins.find(spec.volume());
        VolumeDirectory at = new VolumeDirectory(directory, plugin.name(), name);
        VolumePlugin.Mounter mounter = plugin.mounter(spec);
        if (written) {
            mounter.setUp(at);
        }
        mounted.put(
                name,
                new Mounted(mounter.source(at), plugin.readOnly() || mounter.readOnly(), plugin.requiresRemount()));
    }

    /** The mounts of a container, whose volumes are set up. */
    public List<ContainerConfig.Mount> mounts(Container container, Function<String, String> expand) {
        List<ContainerConfig.Mount> mounts = new ArrayList<>();
        for (VolumeMount mount : container.volumeMounts()) {
            Mounted volume = mounted.get(mount.name());
            if (volume == null) {
                throw new ConfigFailure("no volume is named " + mount.name());
            }
            String sub = mount.hasSubPathExpr() ? expand.apply(mount.subPathExpr()) : mount.subPath();
            mounts.add(
                    switch (volume.source) {
                        case MountSource.Image(String reference) ->
                            ContainerConfig.Mount.ofImage(reference, sub, mount.mountPath());
                        case MountSource.HostPath(Path path) -> ofPath(container, mount, volume, path, sub);
                    });
        }
        return mounts;
    }

    private ContainerConfig.Mount ofPath(
            Container container, VolumeMount mount, Mounted volume, Path path, String sub) {
        if (written && !sub.isEmpty()) {
            SubPaths.prepare(path, sub, mount.name(), container.name());
        }
        boolean propagate = mount.mountPropagation().equals("HostToContainer")
                || mount.mountPropagation().equals("Bidirectional");
        return new ContainerConfig.Mount(
                path,
                sub,
                mount.mountPath(),
                mount.readOnly() || volume.readOnly,
                recursivelyReadOnly(mount),
                propagate);
    }

    /** Whether mounts below a volume are read-only too. Every kernel that the sandbox runtime supports can do that. */
    public static boolean recursivelyReadOnly(VolumeMount mount) {
        return mount.readOnly()
                && (mount.recursiveReadOnly().equals("Enabled")
                        || mount.recursiveReadOnly().equals("IfPossible"));
    }

    /** Whether files are written, because containers can see them. */
    boolean written() {
        return written;
    }

    /** When volumes have to be set up again at the latest; null for never. */
    public @Nullable Instant refreshAt(Pod pod) {
        return plugins.refreshAt(pod.uid());
    }

    /** Tears down all volumes and removes the pod's directory. Idempotent. */
    public void tearDown(Pod pod) throws IOException {
        if (written) {
            plugins.tearDown(directory);
        }
        plugins.forget(pod.uid());
    }
}
