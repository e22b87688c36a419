package dev.proa.control.rollout;

import dev.proa.api.value.MapValue;
import dev.proa.client.Transport;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Names new pods, for which the API server would use randomness of its own. A name follows from the seed, from the set and the node that the pod
 * is for, and from how many these have had: whichever of several threads creates its pod first, the names are the same. Thread-safe.
 */
final class PodNames implements Transport {
    private final Transport server;
    private final long seed;
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();

    PodNames(Transport server, long seed) {
        this.server = server;
        this.seed = seed;
    }

    @Override
    public MapValue call(Request request) {
        return server.call(
                request.verb().equals("create")
                                && request.path().endsWith("/pods")
                                && request.body() instanceof MapValue pod
                        ? new Request(
                                request.verb(), request.path(), request.query(), named(pod), request.contentType())
                        : request);
    }

    private MapValue named(MapValue pod) {
        MapValue metadata = pod.map("metadata");
        String base = metadata.string("generateName");
        if (base.isEmpty() || metadata.has("name")) {
            return pod;
        }
        String maker = base + " " + RolloutWorld.nodeOf(pod.map("spec"));
        int count = counts.merge(maker, 1, Integer::sum);
        long unique = new Random(seed ^ ((long) maker.hashCode() << 32) ^ count).nextLong() >>> 1;
        return pod.with("metadata", metadata.with("name", base + Long.toString(unique, 36)));
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
