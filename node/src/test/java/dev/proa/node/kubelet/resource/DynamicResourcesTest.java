package dev.proa.node.kubelet.resource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.testing.FakeTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DynamicResourcesTest {
    private static final String SPEC =
            "{\"containers\": [{\"name\": \"c\"}], \"resourceClaims\": [{\"name\": \"gpu\", \"resourceClaimName\": \"x\"}]}";

    private final Client client = new Client(new FakeTransport(Clock.system()));
    private final DynamicResources devices = new DynamicResources(client);

    @AfterEach
    void close() {
        client.close();
    }

    private ResourceClaim claim(String reservedFor) {
        var claims = client.resource(ResourceClaim.KIND).in("n");
        ResourceClaim made = claims.create(new ResourceClaim(
                Json.decodeMap("{\"metadata\": {\"name\": \"x\", \"namespace\": \"n\"}, \"spec\": {}}")));
        return claims.updateStatus(
                new ResourceClaim(
                        made.value()
                                .with(
                                        "status",
                                        Json.decodeMap(
                                                "{\"reservedFor\": [{\"uid\": \"" + reservedFor
                                                        + "\"}], \"allocation\": {\"devices\": {\"results\": [{\"driver\": \"gpu.example.com\"}]}}}"))));
    }

    @Test
    void aPodWithoutClaimsNeedsNothing() {
        assertThat(devices.whyNotPrepared(TestPods.of("{\"containers\": [{\"name\": \"c\"}]}")))
                .isNull();
    }

    @Test
    void aPodWaitsForTheDriverOfItsDevices() {
        Pod pod = TestPods.of(SPEC);
        assertThat(devices.whyNotPrepared(pod)).startsWith("prepare dynamic resources: fetch ResourceClaim x: ");
        claim("u");
        assertThat(devices.whyNotPrepared(pod))
                .isEqualTo("prepare dynamic resources: DRA driver gpu.example.com is not registered");
    }

    @Test
    void aPodMayOnlyUseWhatIsReservedForIt() {
        ResourceClaim claim = claim("somebody");
        assertThat(devices.whyNotPrepared(TestPods.of(SPEC)))
                .isEqualTo("prepare dynamic resources: pod p (u) is not allowed to use ResourceClaim x (" + claim.uid()
                        + ")");
    }
}
