package dev.proa.control.scheduler.plugin.volume;

import static dev.proa.control.volume.StorageSamples.claim;
import static dev.proa.control.volume.StorageSamples.delayed;
import static dev.proa.control.volume.StorageSamples.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.storage.v1.CSIStorageCapacity;
import dev.proa.api.storage.v1.StorageClass;
import dev.proa.api.view.KubeObject;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.framework.PodInfo;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VolumeHintsTest {
    private final PodInfo pod = PodInfo.of(user("p", "c"));

    private boolean helps(String resource, Action action, @Nullable KubeObject before, @Nullable KubeObject after) {
        ClusterEvent event = ClusterEvent.of(resource, action);
        return VolumeHints.ofBinding().stream()
                .filter(registration -> registration.event().covers(event))
                .anyMatch(registration -> registration.hint().isWorthTrying(pod, before, after));
    }

    @Test
    void onlyItsOwnClaimsHelpAPod() {
        PersistentVolumeClaim own = claim("c", "1Gi", "");
        assertThat(helps(ClusterEvent.PERSISTENT_VOLUME_CLAIM, Action.ADD, null, own))
                .isTrue();
        assertThat(helps(ClusterEvent.PERSISTENT_VOLUME_CLAIM, Action.UPDATE_OTHER, own, own))
                .isTrue();
        assertThat(helps(ClusterEvent.PERSISTENT_VOLUME_CLAIM, Action.ADD, null, claim("d", "1Gi", "")))
                .isFalse();
        PersistentVolumeClaim elsewhere = own.withMetadata(metadata -> metadata.withNamespace("other"));
        assertThat(helps(ClusterEvent.PERSISTENT_VOLUME_CLAIM, Action.ADD, null, elsewhere))
                .isFalse();
        assertThat(helps(ClusterEvent.PERSISTENT_VOLUME_CLAIM, Action.DELETE, own, null))
                .isFalse();
    }

    @Test
    void aClassHelpsWhenItComesOrMayBeUsedElsewhere() {
        StorageClass late = delayed("late", "example.com/p");
        StorageClass moved = new StorageClass(late.value()
                .with(
                        "allowedTopologies",
                        Yaml.decodeMap("{t: [{matchLabelExpressions: [{key: zone, values: [a]}]}]}")
                                .list("t")));
        assertThat(helps(ClusterEvent.STORAGE_CLASS, Action.ADD, null, late)).isTrue();
        assertThat(helps(ClusterEvent.STORAGE_CLASS, Action.UPDATE_OTHER, late, late))
                .isFalse();
        assertThat(helps(ClusterEvent.STORAGE_CLASS, Action.UPDATE_OTHER, moved, late))
                .isTrue();
    }

    @Test
    void moreCapacityHelpsAndLessDoesNot() {
        CSIStorageCapacity small = capacity("1Gi");
        CSIStorageCapacity large = capacity("2Gi");
        assertThat(helps(ClusterEvent.CSI_STORAGE_CAPACITY, Action.ADD, null, small))
                .isTrue();
        assertThat(helps(ClusterEvent.CSI_STORAGE_CAPACITY, Action.UPDATE_OTHER, small, large))
                .isTrue();
        assertThat(helps(ClusterEvent.CSI_STORAGE_CAPACITY, Action.UPDATE_OTHER, large, small))
                .isFalse();
    }

    private static CSIStorageCapacity capacity(String size) {
        return new CSIStorageCapacity(Yaml.decodeMap("{storageClassName: late, capacity: " + size + "}"));
    }
}
