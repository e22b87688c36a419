package dev.proa.server.metrics;

/** The API server's metrics, in the text format of Prometheus. Safe for any thread. */
public final class ServerMetrics {

    /**
     * A request was answered.
     *
     * @param status of HTTP
     * @param nanos how long it took
     */
    public void answered(String method, String path, int status, long nanos) {}
}
