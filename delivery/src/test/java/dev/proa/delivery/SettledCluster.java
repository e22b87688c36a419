package dev.proa.delivery;

import dev.proa.api.value.MapValue;
import dev.proa.client.Transport;
import dev.proa.testing.FakeTransport;

/** A cluster in memory whose Deployments are rolled out at the second read after a change. */
final class SettledCluster implements Transport {
    private final FakeTransport server;
    private String seen = "";

    SettledCluster(FakeTransport server) {
        this.server = server;
    }

    @Override
    public MapValue call(Request request) {
        MapValue answer = server.call(request);
        boolean deployment = request.verb().equals("get") && request.path().contains("/deployments/");
        if (!deployment) {
            return answer;
        }
        String version = answer.map("metadata").string("resourceVersion");
        boolean first = !version.equals(seen);
        seen = version;
        return first ? answer : answer.with("status", settled(answer));
    }

    private static MapValue settled(MapValue deployment) {
        long replicas = deployment.map("spec").integer("replicas", 1);
        return MapValue.of(
                "observedGeneration",
                deployment.map("metadata").integer("generation", 1),
                "replicas",
                replicas,
                "updatedReplicas",
                replicas,
                "availableReplicas",
                replicas);
    }

    @Override
    public EventStream watch(Request request) {
        return server.watch(request);
    }

    @Override
    public void close() {
        server.close();
    }
}
