package dev.proa.control.scheduler.plugin.volume;

import static dev.proa.control.volume.StorageSamples.volume;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.Informer;
import dev.proa.control.scheduler.PluginCluster;
import dev.proa.control.scheduler.plugin.DefaultPlugins;
import dev.proa.testing.Await;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AssumeCacheTest {
    private static PersistentVolume labelled(PersistentVolume volume, String value) {
        return volume.withMetadata(metadata -> metadata.withLabels(Map.of("l", value)));
    }

    @Test
    void assumptionsEndWithTheNextEventAlthoughNobodyAsks() throws Exception {
        try (PluginCluster cluster = new PluginCluster(DefaultPlugins.ALL)) {
            ResourceClient<PersistentVolume> volumes = cluster.client.resource(PersistentVolume.KIND);
            Informer<PersistentVolume> informer = cluster.informers.informer(PersistentVolume.KIND);
            AssumeCache<PersistentVolume> cache = new AssumeCache<>(informer);
            PersistentVolume a = cluster.add(PersistentVolume.KIND, volume("a", "1Gi", ""));
            PersistentVolume b = cluster.add(PersistentVolume.KIND, volume("b", "1Gi", ""));
            assertThat(cache.assume(labelled(a, "assumed"))).isTrue();
            assertThat(cache.assume(labelled(b, "assumed"))).isTrue();
            assertThat(cache.size()).isEqualTo(2);
            assertThat(cache.get("", "a")).isEqualTo(labelled(a, "assumed"));
            assertThat(cache.current(b)).isEqualTo(labelled(b, "assumed"));

            PersistentVolume written = volumes.update(labelled(a, "written"));
            volumes.delete("b");
            Await.until("nothing is assumed", () -> cache.size() == 0);
            assertThat(cache.get("", "a")).isEqualTo(written);
            assertThat(cache.assume(labelled(a, "late"))).isFalse();
            assertThat(cache.size()).isZero();
        }
    }
}
