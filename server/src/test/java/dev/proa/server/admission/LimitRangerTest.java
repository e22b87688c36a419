package dev.proa.server.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LimitRangerTest {
    private final MemoryStore store = MemoryStore.inMemory();
    private final LimitRanger plugin = new LimitRanger();

    @AfterEach
    void close() {
        store.close();
    }

    private void range(String limit) {
        store.create(
                new Key("limitranges", "default", "l"),
                Yaml.decodeMap("{metadata: {name: l, namespace: default}, spec: {limits: [" + limit + "]}}"));
    }

    private AdmissionAttributes pod(String... resources) {
        StringBuilder containers = new StringBuilder();
        for (int i = 0; i < resources.length; i++) {
            containers
                    .append("{name: c")
                    .append(i)
                    .append(", resources: ")
                    .append(resources[i])
                    .append("},");
        }
        return TestAttributes.of(
                Operation.CREATE,
                "pods",
                Yaml.decodeMap("{metadata: {name: p, namespace: default}, spec: {initContainers: [{name: init}],"
                        + " containers: [" + containers + "]}}"),
                MapValue.EMPTY,
                store.snapshot());
    }

    private void refused(AdmissionAttributes request, String why) {
        assertThatThrownBy(() -> plugin.validate(request))
                .hasMessage(request.resource() + " \"" + request.name() + "\" is forbidden: " + why);
    }

    @Test
    void containersGetTheDefaultsThatTheyLack() {
        range("{type: Container, default: {cpu: 500m, memory: 1Gi}, defaultRequest: {cpu: 100m}}");
        MapValue admitted = plugin.admit(pod("{requests: {cpu: 10m}, limits: {memory: 2Gi}}"));
        assertThat(admitted.map("spec").list("containers").map(0).map("resources"))
                .isEqualTo(Yaml.decodeMap("{requests: {cpu: 10m}, limits: {cpu: 500m, memory: 2Gi}}"));
        assertThat(admitted.map("spec").list("initContainers").map(0).map("resources"))
                .isEqualTo(Yaml.decodeMap("{requests: {cpu: 100m}, limits: {cpu: 500m, memory: 1Gi}}"));
        assertThat(admitted.map("metadata").map("annotations").string("kubernetes.io/limit-ranger"))
                .isEqualTo("LimitRanger plugin set: cpu limit for container c0; cpu request for init container init;"
                        + " cpu, memory limit for init container init");
        assertThat(plugin.admit(pod("{}").withObject(admitted))).isSameAs(admitted);
    }

    @Test
    void eachContainerIsHeldToTheRange() {
        range("{type: Container, min: {cpu: 100m}, max: {memory: 1Gi}, maxLimitRequestRatio: {cpu: '2'}}");
        AdmissionAttributes request = pod("{requests: {cpu: 50m, memory: 2Gi}, limits: {cpu: 150m, memory: 512Mi}}");
        refused(
                request,
                "[minimum cpu usage per Container is 100m, but request is 50m, maximum memory usage per Container is 1Gi,"
                        + " but request is 2Gi, cpu max limit to request ratio per Container is 2, but provided ratio is"
                        + " 3.000000, minimum cpu usage per Container is 100m.  No request is specified, maximum memory"
                        + " usage per Container is 1Gi.  No limit is specified, cpu max limit to request ratio per"
                        + " Container is 2, but no request is specified or request is 0]");
    }

    @Test
    void thePodIsHeldToTheRangeAsAWhole() {
        range("{type: Pod, max: {cpu: '1'}}");
        plugin.validate(pod("{limits: {cpu: 400m}}", "{limits: {cpu: 600m}}"));
        refused(
                pod("{limits: {cpu: 500m}}", "{limits: {cpu: 600m}}"),
                "maximum cpu usage per Pod is 1, but limit is 1100m");
    }

    @Test
    void claimsAreHeldToTheRangeByTheirRequest() {
        range("{type: PersistentVolumeClaim, min: {storage: 1Gi}, max: {storage: 5Gi}}");
        for (String[] size : new String[][] {
            {"10Gi", "maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 10Gi"},
            {"1Mi", "minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1Mi"}
        }) {
            MapValue claim = Yaml.decodeMap("{metadata: {name: c, namespace: default}, spec: {resources: {requests:"
                    + " {storage: " + size[0] + "}}}}");
            refused(
                    TestAttributes.of(
                            Operation.CREATE, "persistentvolumeclaims", claim, MapValue.EMPTY, store.snapshot()),
                    size[1]);
            plugin.validate(TestAttributes.of(
                    Operation.UPDATE,
                    "persistentvolumeclaims",
                    claim,
                    Yaml.decodeMap("{metadata: {deletionTimestamp: x}}"),
                    store.snapshot()));
        }
    }
}
