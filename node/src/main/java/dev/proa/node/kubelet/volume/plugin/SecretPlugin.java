package dev.proa.node.kubelet.volume.plugin;

import dev.proa.api.core.v1.Volume;
import dev.proa.client.clock.Clock;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.volume.VolumeSpec;
import java.util.Map;

/** {@code secret}: the values of a Secret as files in memory. */
final class SecretPlugin extends FilesPlugin {
    private final ReferencedObjects references;

    SecretPlugin(ReferencedObjects references, Clock clock) {
        super(true, clock);
        this.references = references;
    }

    @Override
    public String name() {
        return "kubernetes.io/secret";
    }

    @Override
    public boolean supports(Volume volume) {
        return volume.hasSecret();
    }

    @Override
    void collect(VolumeSpec spec, Map<String, AtomicWriter.File> files) throws InterruptedException {
        var source = spec.volume().secret();
        new ObjectFiles(references, files, Modes.of(source.has("defaultMode"), source.defaultMode()))
                .addSecret(spec.pod().namespace(), source.secretName(), source.items(), source.optional());
    }
}
