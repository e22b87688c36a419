package dev.proa.server.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the plugins for pods make of them. */
class PodPluginsTest {
    private final MemoryStore store = MemoryStore.inMemory();
    private final AdmissionChain chain = new AdmissionChain(List.of(
            new ServiceAccountPlugin(),
            new PriorityPlugin(),
            new DefaultTolerationSeconds(),
            new RuntimeClassPlugin()));

    private static MapValue pod(String spec) {
        return Json.decodeMap(
                "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web\",\"namespace\":\"default\"},\"spec\":"
                        + spec + "}");
    }

    private MapValue admit(MapValue pod) {
        return chain.mutate(TestAttributes.of(Operation.CREATE, "pods", pod, MapValue.EMPTY, store.snapshot()));
    }

    @Test
    void needsItsServiceAccount() {
        MapValue pod = pod("{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}");
        assertThatThrownBy(() -> admit(pod))
                .isInstanceOf(StatusException.class)
                .hasMessage(
                        "pods \"web\" is forbidden: error looking up service account default/default: serviceaccount"
                                + " \"default\" not found");
        MapValue unnamed =
                pod.withMap("metadata", metadata -> metadata.without("name").with("generateName", "web-"));
        assertThatThrownBy(() -> admit(unnamed))
                .as("the same at each attempt of a controller")
                .hasMessageStartingWith("pods \"web-\" is forbidden: ");
        store.create(
                new Key("serviceaccounts", "default", "default"),
                Json.decodeMap("{\"metadata\":{\"name\":\"default\"},\"imagePullSecrets\":[{\"name\":\"registry\"}]}"));
        MapValue admitted = admit(pod);
        assertThat(admitted.map("spec").list("imagePullSecrets").map(0).string("name"))
                .isEqualTo("registry");
        assertThat(admit(admitted)).isEqualTo(admitted);
        MapValue more = admitted.withMap(
                "spec",
                spec -> spec.with(
                        "containers", spec.list("containers").plus(MapValue.of("name", "late", "image", "i"))));
        MapValue again = admit(more).map("spec");
        assertThat(again.list("volumes")).hasSize(1);
        assertThat(again.list("containers").map(1).list("volumeMounts").map(0).string("name"))
                .as("a container that a webhook has added uses the volume that is there")
                .isEqualTo(again.list("volumes").map(0).string("name"));
    }

    @Test
    void takesThePriorityOfItsClass() {
        store.create(
                new Key("serviceaccounts", "default", "default"),
                Json.decodeMap("{\"metadata\":{\"name\":\"default\"}}"));
        store.create(
                new Key("priorityclasses.scheduling.k8s.io", "", "usual"),
                Json.decodeMap(
                        "{\"metadata\":{\"name\":\"usual\"},\"value\":7,\"globalDefault\":true,\"preemptionPolicy\":\"Never\"}"));
        MapValue spec = admit(pod("{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}"))
                .map("spec");
        assertThat(spec.get("priority")).isEqualTo(7L);
        assertThat(spec.string("preemptionPolicy")).isEqualTo("Never");
        assertThat(spec.string("priorityClassName")).isEqualTo("usual");
        MapValue unknown = pod("{\"priorityClassName\":\"none\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}");
        assertThatThrownBy(() -> admit(unknown))
                .hasMessage("pods \"web\" is forbidden: no PriorityClass with name none was found");
    }

    @Test
    void makeTheSameOfAPodTheyHaveSeenBefore() {
        store.create(
                new Key("serviceaccounts", "default", "default"),
                Json.decodeMap("{\"metadata\":{\"name\":\"default\"}}"));
        store.create(
                new Key("runtimeclasses.node.k8s.io", "", "r"),
                Json.decodeMap(
                        "{\"overhead\":{\"podFixed\":{\"cpu\":\"1\"}},\"scheduling\":{\"nodeSelector\":{\"a\":\"b\"},"
                                + "\"tolerations\":[{\"key\":\"t\",\"operator\":\"Exists\"}]}}"));
        MapValue once = admit(pod("{\"runtimeClassName\":\"r\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}"));
        assertThat(once.map("spec").list("tolerations")).hasSize(3);
        assertThat(once.map("spec").list("volumes")).hasSize(1);
        assertThat(admit(once)).isEqualTo(once);
    }

    @Test
    void keepTheirPriorityWhenAnUpdateLeavesItOut() {
        MapValue old = pod("{\"priority\":7,\"preemptionPolicy\":\"Never\",\"containers\":[]}");
        MapValue updated = chain.mutate(
                TestAttributes.of(Operation.UPDATE, "pods", pod("{\"containers\":[]}"), old, store.snapshot()));
        assertThat(updated.map("spec").get("priority")).isEqualTo(7L);
        assertThat(updated.map("spec").string("preemptionPolicy")).isEqualTo("Never");
        assertThat(updated.map("spec").list("tolerations")).hasSize(2);
        assertThat(updated.map("spec").has("serviceAccountName")).isFalse();
    }

    @Test
    void leaveMirrorPodsAsTheyAre() {
        MapValue mirror = pod("{\"nodeName\":\"n\",\"containers\":[]}")
                .withMap(
                        "metadata",
                        meta -> meta.with("annotations", MapValue.of("kubernetes.io/config.mirror", "checksum")));
        assertThat(admit(mirror)).isSameAs(mirror);
    }
}
