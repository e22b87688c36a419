package dev.proa.delivery.dev;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ways into running pods: the API's {@code pods/exec}, {@code pods/portforward} and {@code pods/log}. For any thread. */
public interface PodAccess {
    /**
     * How a command ended.
     *
     * @param exit its exit code; -1 when it could not be run
     * @param output what it said, or why it could not be run
     */
    record Result(int exit, String output) {}

    /**
     * Runs a command in a container to its end.
     *
     * @param input its standard input
     * @throws dev.proa.api.status.StatusException when the container is not there
     * @throws dev.proa.client.Transport.TransportException when the connection breaks
     */
    Result exec(String namespace, String pod, String container, List<String> command, byte[] input)
            throws InterruptedException;

    /**
     * Connects to a port of a pod.
     *
     * @throws dev.proa.api.status.StatusException when the pod is not there
     */
    Connection connect(String namespace, String pod, int port);

    /** A connection to a pod. One thread reads, one writes; any may close it. */
    interface Connection extends AutoCloseable {
        /**
         * What the pod sends next; null at the end.
         *
         * @throws dev.proa.client.Transport.TransportException when nothing listens, or the connection breaks
         */
        byte @Nullable [] read() throws InterruptedException;

        /** Sends to the pod. */
        void write(byte[] content, int length);

        @Override
        void close();
    }
}
