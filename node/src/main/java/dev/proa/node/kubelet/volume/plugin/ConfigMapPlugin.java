package dev.proa.node.kubelet.volume.plugin;

import dev.proa.api.core.v1.Volume;
import dev.proa.client.clock.Clock;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.volume.VolumeSpec;
import java.util.Map;

/** {@code configMap}: the values of a ConfigMap as files. */
final class ConfigMapPlugin extends FilesPlugin {
    private final ReferencedObjects references;

    ConfigMapPlugin(ReferencedObjects references, Clock clock) {
        super(false, clock);
        this.references = references;
    }

    @Override
    public String name() {
        return "kubernetes.io/configmap";
    }

    @Override
    public boolean supports(Volume volume) {
        return volume.hasConfigMap();
    }

    @Override
    void collect(VolumeSpec spec, Map<String, AtomicWriter.File> files) throws InterruptedException {
        var source = spec.volume().configMap();
        new ObjectFiles(references, files, Modes.of(source.has("defaultMode"), source.defaultMode()))
                .addConfigMap(spec.pod().namespace(), source.name(), source.items(), source.optional());
    }
}
