package dev.proa.node.kubelet.volume.plugin;

import dev.proa.api.core.v1.Volume;
import dev.proa.node.kubelet.volume.VolumeDirectory;
import dev.proa.node.kubelet.volume.VolumePlugin;
import dev.proa.node.kubelet.volume.VolumeSpec;

/** {@code image}: the contents of an OCI image (KEP-4639). It is pulled with the images of containers and mounted by the runtime. */
final class ImagePlugin implements VolumePlugin {
    @Override
    public String name() {
        return "kubernetes.io/image";
    }

    @Override
    public boolean supports(Volume volume) {
        return volume.hasImage();
    }

    @Override
    public boolean readOnly() {
        return true;
    }

    @Override
    public Mounter mounter(VolumeSpec spec) {
        return new Mounter() {
            @Override
            public MountSource source(VolumeDirectory directory) {
                return new MountSource.Image(spec.volume().image().reference());
            }

            @Override
            public void setUp(VolumeDirectory directory) {
                // Nothing of it is in the pod's directory.
            }
        };
    }
}
