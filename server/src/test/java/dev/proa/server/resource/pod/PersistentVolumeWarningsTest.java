package dev.proa.server.resource.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import org.junit.jupiter.api.Test;

class PersistentVolumeWarningsTest {
    @Test
    void warnsOfWhatVolumesShouldNotUse() {
        assertThat(PersistentVolumeWarnings.volume(Yaml.decodeMap("""
                metadata: {annotations: {volume.beta.kubernetes.io/storage-class: x}}
                spec:
                  persistentVolumeReclaimPolicy: Recycle
                  rbd: {}
                  nodeAffinity:
                    required:
                      nodeSelectorTerms:
                      - matchExpressions: [{key: a, operator: Exists}, {key: beta.kubernetes.io/os, operator: Exists}]
                """)))
                .containsExactly(
                        "metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use"
                                + " \"storageClassName\" attribute instead",
                        "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the"
                                + " recommended approach is to use dynamic provisioning.",
                        "spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[1].key: beta.kubernetes.io/os"
                                + " is deprecated since v1.14; use \"kubernetes.io/os\" instead",
                        "spec.rbd: deprecated in v1.28, non-functional in v1.31+");
        assertThat(PersistentVolumeWarnings.volume(Yaml.decodeMap("{spec: {hostPath: {path: /x}}}")))
                .isEmpty();
    }

    @Test
    void warnsOfClaimsForPartsOfBytes() {
        assertThat(PersistentVolumeWarnings.claim(
                        Yaml.decodeMap("{spec: {resources: {requests: {storage: 1500m}, limits: {storage: 2Gi}}}}")))
                .containsExactly(
                        "spec.resources.requests[storage]: fractional byte value \"1500m\" is invalid, must be an integer");
    }
}
