package dev.proa.delivery;

import dev.proa.api.value.MapValue;
import dev.proa.client.Transport;
import dev.proa.delivery.config.DeliveryFailure;
import java.util.Set;

/**
 * Passes reads on, and fails with a {@link DeliveryFailure} for all else: even a dry run is only sent for something that is to be
 * changed.
 */
record ReadingTransport(Transport other) implements Transport {
    private static final Set<String> READS = Set.of("get", "list");

    @Override
    public MapValue call(Request request) {
        if (!READS.contains(request.verb())) {
            throw new DeliveryFailure(request.path() + " would be changed");
        }
        return other.call(request);
    }

    @Override
    public EventStream watch(Request request) {
        return other.watch(request);
    }

    @Override
    public void close() {
        other.close();
    }
}
