package dev.proa.node.kubelet.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.resource.v1.ResourceSlice;
import dev.proa.client.Client;
import dev.proa.node.kubelet.plugin.KubeletRoot;
import dev.proa.node.kubelet.plugin.PluginWatcher;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.node.metrics.KubeletMetrics;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drivers, prepared claims and what becomes of them when driver or kubelet are away. */
class DynamicResourcesTest {
    private static final String DRIVER = "gpu.example.com";
    private static final String SPEC = """
            {"containers": [
               {"name": "c", "resources": {"claims": [{"name": "gpu"}]}},
               {"name": "other", "resources": {"claims": [{"name": "gpu", "request": "elsewhere"}]}},
               {"name": "without"}],
             "resourceClaims": [{"name": "gpu", "resourceClaimName": "x"}]}""";

    private final SimulatedClock clock = new SimulatedClock();
    private final KubeletMetrics metrics = new KubeletMetrics("node-1");
    private final Client client = new Client(new FakeTransport(clock));

    @TempDir
    private Path temporary;

    private Path directory;
    private TestDriver driver;
    private DriverPlugins drivers;
    private DynamicResources devices;
    private PluginWatcher watcher;

    @BeforeEach
    void start() throws Exception {
        directory = temporary.toRealPath();
        driver = new TestDriver(DRIVER, directory, directory.resolve("cdi"));
        restart();
    }

    /** Starts another kubelet over the same directory. */
    private void restart() {
        if (drivers != null) {
            drivers.close();
        }
        drivers = new DriverPlugins(client, "node-1", clock, metrics.devices());
        devices = new DynamicResources(client, drivers, directory.resolve("dra_manager_state"), metrics.devices());
        watcher = new PluginWatcher(
                new KubeletRoot(directory), Map.of("DRAPlugin", drivers), clock, Duration.ofSeconds(60));
    }

    @AfterEach
    void close() throws IOException {
        drivers.close();
        driver.close();
        client.close();
    }

    private String metrics() {
        return new String(metrics.text(), StandardCharsets.UTF_8);
    }

    private static Pod pod() {
        return TestPods.of(SPEC);
    }

    private ResourceClaim claim(String... users) {
        var claims = client.resource(ResourceClaim.KIND).in("n");
        ResourceClaim made = claims.create(new ResourceClaim(
                Json.decodeMap("{\"metadata\": {\"name\": \"x\", \"namespace\": \"n\"}, \"spec\": {}}")));
        String reserved = String.join(
                ", ",
                List.of(users).stream()
                        .map(user -> "{\"uid\": \"" + user + "\"}")
                        .toList());
        return claims.updateStatus(new ResourceClaim(made.value()
                .with(
                        "status",
                        Json.decodeMap(
                                "{\"reservedFor\": [" + reserved + "], \"allocation\": {\"devices\": {\"results\":"
                                        + " [{\"driver\": \"" + DRIVER + "\"}]}}}"))));
    }

    private void slice(String name, String node) {
        client.resource(ResourceSlice.KIND)
                .create(new ResourceSlice(Json.decodeMap("{\"metadata\": {\"name\": \"" + name
                        + "\"}, \"spec\": {\"driver\": \"" + DRIVER + "\", \"nodeName\": \"" + node + "\"}}")));
    }

    private List<String> slices() {
        return client.resource(ResourceSlice.KIND).list().stream()
                .map(ResourceSlice::name)
                .toList();
    }

    @Test
    void aPodWithoutClaimsNeedsNothing() throws Exception {
        Pod pod = TestPods.of("{\"containers\": [{\"name\": \"c\"}]}");
        devices.prepare(pod);
        devices.unprepare(pod);
        assertThat(directory.resolve("dra_manager_state")).doesNotExist();
    }

    @Test
    void aPodWaitsForTheDriverOfItsDevices() {
        assertThatThrownBy(() -> devices.prepare(pod()))
                .hasMessageStartingWith("prepare dynamic resources: fetch ResourceClaim x: ");
        claim("u");
        assertThatThrownBy(() -> devices.prepare(pod()))
                .hasMessage("prepare dynamic resources: DRA driver gpu.example.com is not registered");
    }

    @Test
    void aPodMayOnlyUseWhatIsReservedForIt() throws Exception {
        watcher.look();
        ResourceClaim claim = claim("somebody");
        assertThatThrownBy(() -> devices.prepare(pod()))
                .hasMessage("prepare dynamic resources: pod p (u) is not allowed to use ResourceClaim x (" + claim.uid()
                        + ")");
        assertThat(driver.calls).isEmpty();
    }

    @Test
    void preparesOnceAndUnpreparesAfterTheLastPod() throws Exception {
        watcher.look();
        assertThat(driver.told).containsExactly("registered");
        ResourceClaim claim = claim("u", "v");
        Pod pod = pod();
        Pod other = new Pod(pod.value().withMap("metadata", metadata -> metadata.with("uid", "v")));
        devices.prepare(pod);
        devices.prepare(other);
        assertThat(driver.calls).containsExactly("/k8s.io.kubelet.pkg.apis.dra.v1.DRAPlugin/NodePrepareResources");
        assertThat(driver.prepared).containsExactly(claim.uid());
        List<List<String>> names = new java.util.ArrayList<>();
        for (var container : pod.spec().containers()) {
            names.add(devices.cdiDevices(pod, container));
        }
        assertThat(names).containsExactly(List.of("vendor.example/test=" + claim.uid()), List.of(), List.of());
        devices.unprepare(pod);
        assertThat(driver.prepared).isNotEmpty();
        assertThat(metrics())
                .contains(
                        "dra_resource_claims_in_use{driver_name=\"<any>\"} 1.0\n",
                        "dra_resource_claims_in_use{driver_name=\"gpu.example.com\"} 1.0\n",
                        "dra_operations_duration_seconds_count{is_error=\"false\",operation_name=\"PrepareResources\"} 2\n",
                        "dra_grpc_operations_duration_seconds_count{driver_name=\"gpu.example.com\",grpc_status_code=\"OK\","
                                + "method_name=\"/k8s.io.kubelet.pkg.apis.dra.v1.DRAPlugin/NodePrepareResources\"} 1\n");
        devices.unprepare(other);
        devices.unprepare(other);
        assertThat(metrics())
                .contains("dra_resource_claims_in_use{driver_name=\"<any>\"} 0.0\n")
                .doesNotContain("dra_resource_claims_in_use{driver_name=\"gpu.example.com\"}");
        assertThat(driver.prepared).isEmpty();
        assertThat(driver.calls).hasSize(2);
        assertThatThrownBy(() -> devices.cdiDevices(pod, pod.spec().containers().getFirst()))
                .hasMessage("internal error: unable to get claim info for ResourceClaim x in namespace n");
    }

    @Test
    void speaksTheOldVersionWithOldDrivers() throws Exception {
        driver.versions = List.of("v1beta1.DRAPlugin");
        watcher.look();
        claim("u");
        devices.prepare(pod());
        assertThat(driver.calls).containsExactly("/k8s.io.kubelet.pkg.apis.dra.v1beta1.DRAPlugin/NodePrepareResources");
    }

    @Test
    void saysWhatADriverSaid() throws Exception {
        watcher.look();
        claim("u");
        driver.error = "too hot";
        assertThatThrownBy(() -> devices.prepare(pod()))
                .hasMessage("prepare dynamic resources: NodePrepareResources failed for ResourceClaim x: too hot");
        driver.error = "";
        driver.forgetful = true;
        assertThatThrownBy(() -> devices.prepare(pod()))
                .hasMessage("prepare dynamic resources: NodePrepareResources skipped 1 ResourceClaims");
        driver.forgetful = false;
        devices.prepare(pod());
        driver.error = "still in use";
        assertThatThrownBy(() -> devices.unprepare(pod()))
                .hasMessage(
                        "unprepare dynamic resources: NodeUnprepareResources failed for ResourceClaim x: still in use");
        driver.close();
        assertThatThrownBy(() -> devices.unprepare(pod()))
                .hasMessageStartingWith(
                        "unprepare dynamic resources: NodeUnprepareResources: rpc error: code = Unavailable desc = ");
    }

    @Test
    void remembersWhatIsPreparedWhenTheKubeletRestarts() throws Exception {
        watcher.look();
        ResourceClaim claim = claim("u");
        devices.prepare(pod());
        restart();
        assertThat(devices.cdiDevices(pod(), pod().spec().containers().getFirst()))
                .as("for a container that starts again")
                .containsExactly("vendor.example/test=" + claim.uid());
        devices.reconcile(Set.of("u"));
        devices.reconcile(Set.of());
        assertThat(driver.prepared).as("the driver is not there yet").isNotEmpty();
        watcher.look();
        devices.reconcile(Set.of());
        assertThat(driver.prepared).as("the pod was deleted meanwhile").isEmpty();
        restart();
        assertThat(new ClaimCheckpoint(directory.resolve("dra_manager_state")).read())
                .isEmpty();
    }

    @Test
    void readsTheCheckpointOfKubernetes() throws Exception {
        Path file = directory.resolve("dra_manager_state");
        Files.writeString(file, """
                {"Data":"{\\"kind\\":\\"DRACheckpoint\\",\\"apiVersion\\":\\"checkpoint.dra.kubelet.k8s.io/v1\\",\\"ClaimInfoStateList\\":[{\\"ClaimUID\\":\\"067798be-454e-4be4-9047-1aa06aea63f7\\",\\"ClaimName\\":\\"example\\",\\"Namespace\\":\\"default\\",\\"PodUIDs\\":{\\"139cdb46-f989-4f17-9561-ca10cfb509a6\\":{}},\\"DriverState\\":{\\"test-driver.cdi.k8s.io\\":{\\"Devices\\":[{\\"PoolName\\":\\"worker-1\\",\\"DeviceName\\":\\"dev-1\\",\\"ShareID\\":null,\\"RequestNames\\":[\\"test request\\"],\\"CDIDeviceIDs\\":[\\"example.com/example=cdi-example\\"]}]}}}]}","Checksum":2570581864}""");
        PreparedClaim expected = new PreparedClaim(
                "default",
                "example",
                "067798be-454e-4be4-9047-1aa06aea63f7",
                Set.of("139cdb46-f989-4f17-9561-ca10cfb509a6"),
                Map.of(
                        "test-driver.cdi.k8s.io",
                        List.of(new PreparedClaim.Device(
                                "worker-1",
                                "dev-1",
                                null,
                                List.of("test request"),
                                List.of("example.com/example=cdi-example")))),
                false);
        ClaimCheckpoint checkpoint = new ClaimCheckpoint(file);
        assertThat(checkpoint.read()).containsExactly(expected);
        checkpoint.write(List.of(expected));
        assertThat(checkpoint.read()).containsExactly(expected);
        Files.writeString(file, Files.readString(file).replace("dev-1", "dev-2"));
        assertThatThrownBy(this::restart)
                .hasMessage("The record of prepared devices cannot be read, please drain the node and remove " + file
                        + ": checkpoint is corrupted");
        Files.delete(file);
    }

    @Test
    void deletesTheSlicesOfDriversThatStayAway() throws Exception {
        slice("old", "node-1");
        slice("of-others", "node-2");
        drivers.check();
        assertThat(slices()).as("when the kubelet starts").containsExactly("of-others");
        watcher.look();
        slice("new", "node-1");
        clock.advance(Duration.ofMinutes(5));
        drivers.check();
        assertThat(slices()).containsExactlyInAnyOrder("of-others", "new");
        driver.close();
        watcher.look();
        clock.advance(Duration.ofSeconds(29));
        drivers.check();
        assertThat(slices()).contains("new");
        driver = new TestDriver(DRIVER, directory, directory.resolve("cdi"));
        watcher.look();
        clock.advance(Duration.ofSeconds(29));
        drivers.check();
        assertThat(slices()).as("it came back").contains("new");
        Files.delete(driver.endpoint());
        clock.advance(Duration.ofSeconds(5));
        drivers.check();
        clock.advance(Duration.ofSeconds(31));
        drivers.check();
        assertThat(slices()).as("registered, but nobody listens").containsExactly("of-others");
    }
}
