package dev.proa.control.resourcequota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.ResourceQuota;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Quotas with their controller and the admission plugin of the API server. */
class ResourceQuotaControllerTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final TestCluster cluster = new TestCluster(clock);
    private final ResourceClient<ResourceQuota> quotas =
            cluster.client.resource(ResourceQuota.KIND).in("default");
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final ResourceClient<ConfigMap> maps =
            cluster.client.resource(ConfigMap.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        cluster.start(ResourceQuotaController::new);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void quota(String name, String hard) {
        quotas.create(new ResourceQuota(Yaml.decodeMap("{apiVersion: v1, kind: ResourceQuota, metadata: {name: " + name
                + ", namespace: default}, spec: {hard: " + hard + "}}")));
    }

    private MapValue status(String name) {
        return quotas.get(name).value().map("status");
    }

    private void awaitUsed(String name, String used) throws InterruptedException {
        MapValue wanted = Yaml.decodeMap(used);
        Await.until(name + " uses " + used, () -> status(name).map("used").equals(wanted));
    }

    private Pod pod(String name) {
        return pods.create(
                new Pod(
                        Yaml.decodeMap(
                                "{apiVersion: v1, kind: Pod, metadata: {name: " + name
                                        + ", namespace: default}, spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 100m}}}]}}")));
    }

    @Test
    void whatIsThereIsCountedAndWhatGoesMakesRoom() throws Exception {
        pod("first");
        quota("q", "{pods: '2', requests.cpu: '1', count/pods: '9'}");
        awaitUsed("q", "{count/pods: '1', pods: '1', requests.cpu: 100m}");
        assertThat(status("q").map("hard"))
                .isEqualTo(Yaml.decodeMap("{count/pods: '9', pods: '2', requests.cpu: '1'}"));
        pod("second");
        assertThat(status("q").map("used"))
                .isEqualTo(Yaml.decodeMap("{count/pods: '2', pods: '2', requests.cpu: 200m}"));
        assertThatThrownBy(() -> pod("third"))
                .hasMessage("pods \"third\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited:"
                        + " pods=2");
        pods.patchStatus("first", Patch.merge(Yaml.decodeMap("{status: {phase: Succeeded}}")));
        awaitUsed("q", "{count/pods: '2', pods: '1', requests.cpu: 100m}");
        pods.delete("first");
        awaitUsed("q", "{count/pods: '1', pods: '1', requests.cpu: 100m}");
        quotas.patch("q", Patch.merge(Yaml.decodeMap("{spec: {hard: {pods: '7', count/pods: null}}}")));
        awaitUsed("q", "{pods: '1', requests.cpu: 100m}");
        assertThat(status("q").map("hard").string("pods")).isEqualTo("7");
    }

    @Test
    void everythingIsCountedAgainFromTimeToTime() throws Exception {
        quota("q", "{configmaps: '3'}");
        awaitUsed("q", "{configmaps: '0'}");
        quotas.patchStatus("q", Patch.merge(Yaml.decodeMap("{status: {used: {configmaps: '3'}}}")));
        assertThatThrownBy(() -> maps.create(ConfigMap.of("default", "m"))).hasMessageContaining("exceeded quota: q");
        cluster.awaitSeen(ResourceQuota.KIND, quotas.get("q"));
        clock.advance(Duration.ofMinutes(5));
        awaitUsed("q", "{configmaps: '0'}");
        maps.create(ConfigMap.of("default", "m"));
        quotas.patchStatus("q", Patch.merge(Yaml.decodeMap("{status: {hard: {configmaps: '9'}}}")));
        Await.until(
                "the limits are those of the spec again",
                () -> status("q").map("hard").string("configmaps").equals("3"));
    }

    @Test
    void customResourcesAreCountedOnceTheyAreServed() throws Exception {
        quota("q", "{count/things.example.com: '1', pods: '1'}");
        awaitUsed("q", "{pods: '0'}");
        cluster.client
                .resource(CustomResourceDefinition.KIND)
                .create(new CustomResourceDefinition(Yaml.decodeMap("""
                        {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: things.example.com},
                         spec: {group: example.com, scope: Namespaced, names: {plural: things, kind: Thing},
                           versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}}""")));
        awaitUsed("q", "{count/things.example.com: '0', pods: '0'}");
        ResourceClient<AnyObject> things = cluster.client
                .resource(Kind.any("example.com", "v1", "Thing", "things", true))
                .in("default");
        things.create(new AnyObject(thing("a")));
        assertThatThrownBy(() -> things.create(new AnyObject(thing("b"))))
                .hasMessage("things.example.com \"b\" is forbidden: exceeded quota: q, requested:"
                        + " count/things.example.com=1, used: count/things.example.com=1, limited:"
                        + " count/things.example.com=1");
        things.delete("a");
        awaitUsed("q", "{count/things.example.com: '0', pods: '0'}");
    }

    private static MapValue thing(String name) {
        return Yaml.decodeMap(
                "{apiVersion: example.com/v1, kind: Thing, metadata: {name: " + name + ", namespace: default}}");
    }
}
