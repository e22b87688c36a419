package dev.proa.control.scheduler.plugin.volume;

import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import java.util.List;

/**
 * What a pod's unbound claims get on a node.
 *
 * @param bindings claims with the volumes that they are bound to
 * @param provisions claims for which volumes are provisioned
 */
record PodVolumes(List<Binding> bindings, List<PersistentVolumeClaim> provisions) {
    static final PodVolumes NONE = new PodVolumes(List.of(), List.of());

    PodVolumes {
        bindings = List.copyOf(bindings);
        provisions = List.copyOf(provisions);
    }

    record Binding(PersistentVolumeClaim claim, PersistentVolume volume) {}
}
