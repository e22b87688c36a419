package dev.proa.node.server;

import dev.proa.api.status.StatusException;
import java.util.HashMap;
import java.util.Map;

/**
 * The logs, commands and port-forwards that are being served. Each holds descriptors, threads and buffers for as long as its client likes,
 * so there are only so many of them on a node, and fewer of one pod. Any thread.
 */
final class Streams {
    private static final int ALL = 500;
    private static final int OF_POD = 100;
    private static final int RETRY_SECONDS = 1;

    private final Map<String, Integer> pods = new HashMap<>();
    private int all;

    /** Room for one stream, until it is closed. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Takes room for a stream of a pod.
     *
     * @throws StatusException TooManyRequests when there is none
     */
    synchronized Place take(String namespace, String name) {
        String pod = namespace + "/" + name;
        int before = pods.getOrDefault(pod, 0);
        if (all >= ALL || before >= OF_POD) {
            throw StatusException.tooManyRequests(
                    before >= OF_POD
                            ? "pod " + pod + " has " + OF_POD + " logs, commands and port-forwards open already"
                            : "this node has " + ALL + " logs, commands and port-forwards open already",
                    RETRY_SECONDS);
        }
        all++;
        pods.put(pod, before + 1);
        return () -> give(pod);
    }

    private synchronized void give(String pod) {
        all--;
        pods.computeIfPresent(pod, (key, count) -> count == 1 ? null : count - 1);
    }
}
