package dev.proa.node.kubelet.volume.plugin;

import dev.proa.api.core.v1.Volume;
import dev.proa.client.clock.Clock;
import dev.proa.node.kubelet.volume.VolumeSpec;
import java.util.Map;

/** {@code downwardAPI}: fields of the pod as files. */
final class DownwardApiPlugin extends FilesPlugin {
    private final DownwardFiles downward;

    DownwardApiPlugin(DownwardFiles downward, Clock clock) {
        super(true, clock);
        this.downward = downward;
    }

    @Override
    public String name() {
        return "kubernetes.io/downward-api";
    }

    @Override
    public boolean supports(Volume volume) {
        return volume.hasDownwardAPI();
    }

    @Override
    void collect(VolumeSpec spec, Map<String, AtomicWriter.File> files) {
        var source = spec.volume().downwardAPI();
        downward.add(spec, source.items(), Modes.of(source.has("defaultMode"), source.defaultMode()), files);
    }
}
