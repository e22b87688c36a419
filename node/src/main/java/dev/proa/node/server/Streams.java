package dev.proa.node.server;

import dev.proa.api.status.StatusException;
import dev.proa.node.limits.ConcurrencyLimit;

/**
 * Limits the log, exec, attach and port-forward requests in progress, per node and per pod, since each holds
 * descriptors, threads and buffers for as long as its client likes. Thread-safe.
 */
final class Streams {
    private static final int ALL = 500;
    private static final int OF_POD = 100;
    private static final int RETRY_SECONDS = 1;

    private final ConcurrencyLimit<String> places = new ConcurrencyLimit<>(ALL, OF_POD);

    /** A slot for one stream, until it is closed. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Takes a slot for a stream of a pod.
     *
     * @throws StatusException TooManyRequests when there is none
     */
    Place take(String namespace, String name) {
        String pod = namespace + "/" + name;
        if (!places.take(pod)) {
            throw StatusException.tooManyRequests(
                    "too many logs, commands and port-forwards are open: " + OF_POD + " of pod " + pod + ", or " + ALL
                            + " of its node",
                    RETRY_SECONDS);
        }
        return () -> places.give(pod);
    }
}
