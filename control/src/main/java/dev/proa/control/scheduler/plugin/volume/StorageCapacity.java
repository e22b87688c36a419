package dev.proa.control.scheduler.plugin.volume;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.TopologySelectorLabelRequirement;
import dev.proa.api.core.v1.TopologySelectorTerm;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.storage.v1.CSIDriver;
import dev.proa.api.storage.v1.CSIStorageCapacity;
import dev.proa.api.storage.v1.StorageClass;
import dev.proa.api.value.Quantity;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.control.volume.Claims;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether volumes of a class can be provisioned for a node: by the class's topology, and by the capacity that CSI drivers report. */
final class StorageCapacity {
    private final Informer<CSIDriver> drivers;
    private final Informer<CSIStorageCapacity> capacities;

    StorageCapacity(InformerFactory informers) {
        this.drivers = informers.informer(CSIDriver.KIND);
        this.capacities = informers.informer(CSIStorageCapacity.KIND);
    }

    /** Whether the driver, if it reports capacities (KEP-1472), has one for the claim that the node can reach. */
    boolean suffices(PersistentVolumeClaim claim, StorageClass type, Node node) {
        CSIDriver driver = drivers.get("", type.provisioner());
        if (driver == null || !driver.spec().storageCapacity()) {
            return true;
        }
        long wanted = Claims.requested(claim).value();
        return capacities.list().stream()
                .anyMatch(capacity -> capacity.storageClassName().equals(type.name())
                        && holds(capacity, wanted)
                        && capacity.hasNodeTopology()
                        && LabelSelector.of(capacity.nodeTopology()).matches(node));
    }

    private static boolean holds(CSIStorageCapacity capacity, long wanted) {
        Quantity limit = limit(capacity);
        return limit != null && limit.value() >= wanted;
    }

    /** The largest volume that can be made; null when that is not known. */
    static @Nullable Quantity limit(CSIStorageCapacity capacity) {
        if (capacity.hasMaximumVolumeSize()) {
            return capacity.maximumVolumeSize();
        }
        return capacity.hasCapacity() ? capacity.capacity() : null;
    }

    /** Whether a class's {@code allowedTopologies} let volumes be made for the node. */
    static boolean isAllowed(StorageClass type, Node node) {
        List<TopologySelectorTerm> terms = type.allowedTopologies();
        return terms.isEmpty() || terms.stream().anyMatch(term -> matches(term, node.labels()));
    }

    private static boolean matches(TopologySelectorTerm term, Map<String, String> labels) {
        List<TopologySelectorLabelRequirement> all = term.matchLabelExpressions();
        return !all.isEmpty()
                && all.stream().allMatch(one -> {
                    String value = labels.get(one.key());
                    return value != null && one.values().contains(value);
                });
    }
}
