package dev.proa.server.apiserver;

import dev.proa.server.catalog.ApiCatalog;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.catalog.ServedApis;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends watches of custom resources whose definition has changed or is gone, as Kubernetes does: clients watch again and get what the new
 * definition says. Thread-safe.
 */
final class CustomWatches {
    private final ServedApis apis;
    private final Map<Endpoint, Set<WatchStream>> open = new ConcurrentHashMap<>();

    CustomWatches(ServedApis apis) {
        this.apis = apis;
        apis.addListener(this::endOutdated);
    }

    /** Keeps an eye on a watch; returns it. */
    WatchStream add(Endpoint endpoint, WatchStream stream) {
        if (endpoint.isBuiltIn()) {
            return stream;
        }
        open.compute(endpoint, (same, streams) -> {
            Set<WatchStream> all = streams == null ? ConcurrentHashMap.newKeySet() : streams;
            all.add(stream);
            return all;
        });
        stream.onClose(() -> remove(endpoint, stream));
        if (!endpoint.isSameAs(apis.current().successor(endpoint))) {
            stream.end();
        }
        return stream;
    }

    private void remove(Endpoint endpoint, WatchStream stream) {
        open.computeIfPresent(endpoint, (same, streams) -> {
            streams.remove(stream);
            return streams.isEmpty() ? null : streams;
        });
    }

    private void endOutdated(ApiCatalog catalog) {
        open.forEach((endpoint, streams) -> {
            if (!endpoint.isSameAs(catalog.successor(endpoint))) {
                streams.forEach(WatchStream::end);
            }
        });
    }
}
