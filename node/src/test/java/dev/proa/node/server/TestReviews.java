package dev.proa.node.server;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Transport;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** An API that knows the token {@code good}, of user {@code bob}, and the rights that a test gives. */
final class TestReviews implements Transport {
    /** As {@code bob get pods}. */
    final Set<String> rights = ConcurrentHashMap.newKeySet();

    /** Whether nobody answers. */
    volatile boolean unreachable;

    final AtomicInteger asked = new AtomicInteger();

    @Override
    public MapValue call(Request request) {
        asked.incrementAndGet();
        if (unreachable) {
            throw new TransportException("no route", new IOException("no route"));
        }
        MapValue review = (MapValue) request.body();
        MapValue spec = review.map("spec");
        if (request.path().endsWith("/tokenreviews")) {
            return review.with(
                    "status",
                    spec.string("token").equals("good")
                            ? MapValue.of(
                                    "authenticated",
                                    true,
                                    "user",
                                    MapValue.of("username", "bob", "uid", "u", "groups", ListValue.of("developers")))
                            : MapValue.of("error", "invalid bearer token"));
        }
        MapValue attributes = spec.map("resourceAttributes");
        boolean node = attributes.string("resource").equals("nodes")
                && attributes.string("name").equals("node-0");
        String right = spec.string("user") + " " + attributes.string("verb") + " " + attributes.string("subresource");
        return review.with("status", MapValue.of("allowed", node && rights.contains(right)));
    }

    @Override
    public EventStream watch(Request request) {
        throw new UnsupportedOperationException("reviews are not watched");
    }

    @Override
    public void close() {}
}
