package dev.proa.control.statefulset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.control.shared.Owners;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClaimOwnersTest {
    private static final Pod KEPT = pod("web-0", "kept");
    private static final Pod CONDEMNED = pod("web-5", "condemned");

    private static Pod pod(String name, String uid) {
        return Pod.of("default", name).withMetadata(m -> m.withUid(uid));
    }

    private static StatefulSet set(String whenDeleted, String whenScaled) {
        return StatefulSet.of("default", "web")
                .withMetadata(m -> m.withUid("set"))
                .withSpec(spec -> spec.withReplicas(3)
                        .withPersistentVolumeClaimRetentionPolicy(
                                policy -> policy.withWhenDeleted(whenDeleted).withWhenScaled(whenScaled)));
    }

    private static PersistentVolumeClaim claim(OwnerReference... owners) {
        return PersistentVolumeClaim.of("default", "data-web-0")
                .withMetadata(m -> m.withOwnerReferences(List.of(owners)));
    }

    private static OwnerReference by(Kind<?> kind, KubeObject owner) {
        return Owners.controllerReference(kind, owner);
    }

    private static List<String> owners(PersistentVolumeClaim claim) {
        return claim.metadata().ownerReferences().stream()
                .map(OwnerReference::uid)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "Retain, Retain, '',  ''",
        "Delete, Retain, set, set",
        "Retain, Delete, '',  condemned",
        "Delete, Delete, set, condemned",
    })
    void followThePolicy(String whenDeleted, String whenScaled, String ofKept, String ofCondemned) {
        StatefulSet set = set(whenDeleted, whenScaled);
        for (PersistentVolumeClaim before : List.of(
                claim(),
                claim(by(StatefulSet.KIND, set)),
                claim(by(StatefulSet.KIND, set).withController(false)))) {
            check(set, KEPT, before, ofKept);
            check(set, CONDEMNED, before, ofCondemned);
        }
        check(set, KEPT, claim(by(Pod.KIND, KEPT)), ofKept);
        check(set, CONDEMNED, claim(by(Pod.KIND, CONDEMNED)), ofCondemned);
    }

    private static void check(StatefulSet set, Pod pod, PersistentVolumeClaim before, String owner) {
        PersistentVolumeClaim after = ClaimOwners.corrected(set, pod, before);
        assertThat(owners(after))
                .isEqualTo(Stream.of(owner).filter(o -> !o.isEmpty()).toList());
        assertThat(ClaimOwners.areRight(set, pod, after)).isTrue();
        boolean same =
                after.metadata().ownerReferences().equals(before.metadata().ownerReferences());
        assertThat(ClaimOwners.areRight(set, pod, before)).isEqualTo(same);
    }

    @Test
    void leaveAloneWhatBelongsToTheGone() {
        StatefulSet set = set("Delete", "Delete");
        PersistentVolumeClaim ofFormerSet = claim(by(StatefulSet.KIND, set.withMetadata(m -> m.withUid("former"))));
        PersistentVolumeClaim ofFormerPod = claim(by(Pod.KIND, pod("web-0", "former")));
        assertThat(ClaimOwners.areRight(set, KEPT, ofFormerSet)).isTrue();
        assertThat(ClaimOwners.areRight(set, KEPT, ofFormerPod)).isTrue();
        assertThat(ClaimOwners.isStale(set, KEPT, ofFormerPod)).isTrue();
        assertThat(ClaimOwners.isStale(set("Delete", "Retain"), KEPT, ofFormerPod))
                .isFalse();
        assertThat(ClaimOwners.isStale(set, KEPT, claim(by(Pod.KIND, KEPT)))).isFalse();
    }

    @Test
    void giveWayToAnotherController() {
        StatefulSet set = set("Delete", "Retain");
        StatefulSet other = StatefulSet.of("default", "other").withMetadata(m -> m.withUid("other"));
        PersistentVolumeClaim both = claim(by(StatefulSet.KIND, other), by(StatefulSet.KIND, set));
        assertThat(ClaimOwners.isControlledByOther(set, KEPT, both)).isTrue();
        assertThat(ClaimOwners.areRight(set, KEPT, both)).isFalse();
        PersistentVolumeClaim after = ClaimOwners.corrected(set, KEPT, both);
        assertThat(owners(after)).containsExactly("other");
        assertThat(ClaimOwners.areRight(set, KEPT, after)).isTrue();
        assertThat(ClaimOwners.isControlledByOther(set("Retain", "Retain"), KEPT, both))
                .isFalse();
    }
}
