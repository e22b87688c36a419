package dev.proa.node.kubelet.volume.plugin;

import dev.proa.api.core.v1.Volume;
import dev.proa.node.kubelet.plugin.KubeletRoot;
import dev.proa.node.kubelet.volume.VolumeDirectory;
import dev.proa.node.kubelet.volume.VolumePlugin;
import dev.proa.node.kubelet.volume.VolumeSpec;
import java.io.IOException;
import java.nio.file.Path;

/** {@code hostPath}: a file or directory of the node, which has nothing in the pod's directory. */
final class HostPathPlugin implements VolumePlugin {
    private final KubeletRoot root;

    /** @param root says where the directories of plugins are */
    HostPathPlugin(KubeletRoot root) {
        this.root = root;
    }

    @Override
    public String name() {
        return "kubernetes.io/host-path";
    }

    @Override
    public boolean supports(Volume volume) {
        return volume.hasHostPath();
    }

    /** The path is checked again, and created again when its type says so, before each start of a container. */
    @Override
    public boolean requiresRemount() {
        return true;
    }

    @Override
    public Mounter mounter(VolumeSpec spec) {
        Path path = root.resolve(Path.of(spec.volume().hostPath().path()));
        return new Mounter() {
            @Override
            public MountSource source(VolumeDirectory directory) {
                return new MountSource.HostPath(path);
            }

            @Override
            public void setUp(VolumeDirectory directory) throws IOException {
                HostPaths.prepare(path, spec.volume().hostPath().type());
            }
        };
    }
}
