package dev.proa.control.volume;

import static dev.proa.control.volume.StorageSamples.claim;
import static dev.proa.control.volume.StorageSamples.on;
import static dev.proa.control.volume.StorageSamples.volume;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.meta.v1.ObjectMeta;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VolumeMatchingTest {
    private final PersistentVolumeClaim claim = claim("c", "2Gi", "");
    private final PersistentVolume reserved = volume("mine", "5Gi", "claimRef: {namespace: default, name: c},");

    private static @Nullable String find(PersistentVolumeClaim claim, PersistentVolume... volumes) {
        List<PersistentVolume> shuffled = new ArrayList<>(List.of(volumes));
        Collections.shuffle(shuffled, new Random(7));
        PersistentVolume found = VolumeMatching.find(claim, shuffled, false);
        return found == null ? null : found.name();
    }

    @Test
    void takesTheSmallestThatIsLargeEnough() {
        assertThat(find(claim, volume("a", "1Gi", ""), volume("b", "10Gi", ""), volume("c", "3Gi", "")))
                .isEqualTo("c");
        assertThat(find(claim, volume("a", "1Gi", ""))).isNull();
    }

    @Test
    void prefersAVolumeWithFewerAccessModesToASmallerOne() {
        PersistentVolume many = new PersistentVolume(volume("many", "2Gi", "")
                .withSpec(spec -> spec.withAccessModes(List.of("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany")))
                .value());
        assertThat(find(claim, many, volume("one", "9Gi", ""))).isEqualTo("one");
        assertThat(find(claim, many)).isEqualTo("many");
        assertThat(find(
                        claim.withSpec(spec -> spec.withAccessModes(List.of("ReadWriteMany"))),
                        volume("one", "9Gi", "")))
                .isNull();
    }

    @Test
    void looksAtClassModeAttributesPhaseAndDeletion() {
        assertThat(find(claim, volume("a", "2Gi", "storageClassName: fast,"))).isNull();
        assertThat(find(claim("c", "1Gi", "storageClassName: fast,"), volume("a", "2Gi", "storageClassName: fast,")))
                .isEqualTo("a");
        assertThat(find(claim, volume("a", "2Gi", "volumeMode: Block,"))).isNull();
        assertThat(find(claim("c", "1Gi", "volumeMode: Block,"), volume("a", "2Gi", "volumeMode: Block,")))
                .isEqualTo("a");
        assertThat(find(claim, volume("a", "2Gi", "volumeAttributesClassName: gold,")))
                .isNull();
        assertThat(find(claim, volume("a", "2Gi", "").withStatus(status -> status.withPhase("Released"))))
                .isNull();
        assertThat(find(claim, volume("a", "2Gi", "").withMetadata(VolumeMatchingTest::deleting)))
                .isNull();
    }

    private static ObjectMeta deleting(ObjectMeta metadata) {
        return new ObjectMeta(metadata.value().with("deletionTimestamp", "2026-01-01T00:00:00Z"));
    }

    @Test
    void theBetaAnnotationNamesTheClassToo() {
        PersistentVolumeClaim old = Claims.withAnnotation(claim, Claims.BETA_CLASS, "fast");
        assertThat(find(old, volume("a", "2Gi", "storageClassName: fast,"))).isEqualTo("a");
    }

    @Test
    void selectsByLabels() {
        PersistentVolumeClaim picky = claim("c", "1Gi", "selector: {matchLabels: {tier: gold}},");
        PersistentVolume gold =
                volume("gold", "9Gi", "").withMetadata(metadata -> metadata.withLabels(Map.of("tier", "gold")));
        assertThat(find(picky, volume("a", "2Gi", ""))).isNull();
        assertThat(find(picky, volume("a", "2Gi", ""), gold)).isEqualTo("gold");
    }

    @Test
    void aVolumeThatPointsToTheClaimWinsAndOthersMayNotHaveIt() {
        assertThat(find(claim, volume("small", "2Gi", ""), reserved)).isEqualTo("mine");
        assertThat(find(claim("other", "1Gi", ""), reserved)).isNull();
        PersistentVolumeClaim successor = claim.withMetadata(metadata -> metadata.withUid("later"));
        PersistentVolume bound = Volumes.bind(reserved, claim);
        assertThat(find(successor, bound)).isNull();
    }

    @Test
    void aClaimThatWaitsForANodeOnlyGetsWhatPointsToIt() {
        assertThat(VolumeMatching.find(claim, List.of(volume("a", "2Gi", "")), true))
                .isNull();
        assertThat(VolumeMatching.find(claim, List.of(volume("a", "2Gi", ""), reserved), true))
                .isEqualTo(reserved);
    }

    @Test
    void onANodeOnlyWhatTheNodeReachesAndNobodyElseTakes() {
        Node n = new Node(Yaml.decodeMap("{metadata: {name: n, labels: {kubernetes.io/hostname: n}}}"));
        PersistentVolume here = volume("here", "9Gi", on("n"));
        PersistentVolume there = volume("there", "2Gi", on("m"));
        assertThat(VolumeMatching.find(claim, List.of(here, there), n, Set.of()))
                .isEqualTo(here);
        assertThat(VolumeMatching.find(claim, List.of(here, there), n, Set.of("here")))
                .isNull();
        PersistentVolume elsewhere = volume("elsewhere", "2Gi", on("m") + "claimRef: {namespace: default, name: c},");
        assertThat(VolumeMatching.find(claim, List.of(elsewhere, here), n, Set.of()))
                .as("its own volume is on another node")
                .isNull();
    }

    @Test
    void bindingMarksOnlyWhatTheControllerChose() {
        PersistentVolume chosen = Volumes.bind(volume("a", "2Gi", ""), claim);
        assertThat(chosen.annotations()).containsEntry(Claims.BOUND_BY_CONTROLLER, "yes");
        assertThat(chosen.spec().claimRef().uid()).isEqualTo("uid-of-c");
        assertThat(Volumes.bind(chosen, claim)).isSameAs(chosen);
        PersistentVolume completed = Volumes.bind(reserved, claim);
        assertThat(completed.annotations()).doesNotContainKey(Claims.BOUND_BY_CONTROLLER);
        assertThat(completed.spec().claimRef().uid()).isEqualTo("uid-of-c");
    }

    @Test
    void saysWhyARequestedVolumeDoesNotSuit() {
        assertThat(Volumes.mismatch(volume("a", "1Gi", ""), claim)).isEqualTo("requested PV is too small");
        assertThat(Volumes.mismatch(volume("a", "2Gi", "storageClassName: x,"), claim))
                .isEqualTo("storageClassName does not match");
        assertThat(Volumes.mismatch(volume("a", "2Gi", "volumeMode: Block,"), claim))
                .isEqualTo("incompatible volumeMode");
        assertThat(Volumes.mismatch(
                        volume("a", "2Gi", "").withSpec(spec -> spec.withAccessModes(List.of("ReadOnlyMany"))), claim))
                .isEqualTo("incompatible accessMode");
        assertThat(Volumes.mismatch(volume("a", "2Gi", ""), claim)).isNull();
    }
}
