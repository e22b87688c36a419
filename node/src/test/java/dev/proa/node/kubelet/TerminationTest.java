package dev.proa.node.kubelet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import org.junit.jupiter.api.Test;

class TerminationTest {
    private final FakeTransport server = new FakeTransport(new SimulatedClock());
    private final Client client = new Client(server);
    private final ResourceClient<Pod> pods = client.resource(Pod.KIND).in("n");

    private Pod created() throws Exception {
        return pods.create(new Pod(Json.decodeMap("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"n"}}\
                """)));
    }

    @Test
    void conflictThatPassesIsNoReasonToLeaveThePod() throws Exception {
        Pod pod = created();
        server.intercept(request -> {
            if (request.verb().equals("delete")) {
                throw StatusException.of(Reason.Conflict, "a conflict that passes", MapValue.EMPTY);
            }
            return request;
        });
        assertThatThrownBy(() -> Termination.deleteObject(client, pod)).hasMessageContaining("passes");
        server.intercept(request -> request);
        Termination.deleteObject(client, pod);
        assertThat(pods.find("p")).isNull();
    }

    @Test
    void podThatTookTheNameIsLeftAlone() throws Exception {
        Pod pod = created();
        Termination.deleteObject(client, pod);
        Pod other = created();
        Termination.deleteObject(client, pod);
        assertThat(pods.get("p").uid()).isEqualTo(other.uid());
    }
}
