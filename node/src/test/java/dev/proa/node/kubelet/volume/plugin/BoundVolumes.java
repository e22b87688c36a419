package dev.proa.node.kubelet.volume.plugin;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;

/** Claims of namespace {@code n} that are bound to volumes of the same name. */
final class BoundVolumes {
    private BoundVolumes() {}

    /** @param source the volume's type and what it needs, as JSON */
    static PersistentVolume create(Client client, String name, String source) {
        PersistentVolumeClaim claim = client.resource(PersistentVolumeClaim.KIND)
                .in("n")
                .create(new PersistentVolumeClaim(Json.decodeMap("{\"metadata\": {\"name\": \"" + name
                        + "\", \"namespace\": \"n\"}, \"spec\": {\"volumeName\": \"" + name
                        + "\"}, \"status\": {\"phase\": \"Bound\"}}")));
        MapValue spec = Json.decodeMap(source)
                .with("persistentVolumeReclaimPolicy", "Delete")
                .with("claimRef", MapValue.of("namespace", "n", "name", name, "uid", claim.uid()));
        return client.resource(PersistentVolume.KIND)
                .create(new PersistentVolume(MapValue.of("metadata", MapValue.of("name", name), "spec", spec)));
    }
}
