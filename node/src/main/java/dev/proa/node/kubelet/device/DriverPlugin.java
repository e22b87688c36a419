package dev.proa.node.kubelet.device;

import dev.proa.http.grpc.GrpcException;
import dev.proa.node.kubelet.device.DriverMessages.Result;
import dev.proa.node.kubelet.plugin.PluginSocket;
import dev.proa.node.metrics.DeviceMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** One endpoint of a DRA driver. Thread-safe. */
final class DriverPlugin implements AutoCloseable {
    /** Half of the period in which kubelets try again. */
    private static final Duration TIMEOUT = Duration.ofSeconds(45);

    private final String driver;
    private final Path endpoint;
    private final String service;
    private final PluginSocket socket;
    private final DeviceMetrics metrics;
    private volatile boolean connected;

    /** @param service as drivers name it when they register: {@code v1.DRAPlugin} */
    DriverPlugin(String driver, Path endpoint, String service, DeviceMetrics metrics) throws IOException {
        this.driver = driver;
        this.endpoint = endpoint;
        this.metrics = metrics;
        this.service = "/k8s.io.kubelet.pkg.apis.dra." + service + "/";
        this.socket = new PluginSocket(endpoint);
        look();
    }

    String driver() {
        return driver;
    }

    Path endpoint() {
        return endpoint;
    }

    /** Whether it was reached when it was looked for last. */
    boolean connected() {
        return connected;
    }

    /** Looks whether it can be reached. */
    void look() {
        connected = socket.isListening();
    }

    /**
     * {@code NodePrepareResources}.
     *
     * @throws IOException when the call fails as a whole, with gRPC's message
     */
    Map<String, Result> prepare(List<PreparedClaim.Reference> claims) throws IOException {
        return DriverMessages.prepared(call("NodePrepareResources", claims));
    }

    /** {@code NodeUnprepareResources}, likewise. */
    Map<String, Result> unprepare(List<PreparedClaim.Reference> claims) throws IOException {
        return DriverMessages.unprepared(call("NodeUnprepareResources", claims));
    }

    private byte[] call(String method, List<PreparedClaim.Reference> claims) throws IOException {
        long start = System.nanoTime();
        String code = "OK";
        try {
            return socket.call(service + method, DriverMessages.request(claims), TIMEOUT);
        } catch (GrpcException e) {
            code = e.code();
            throw e;
        } finally {
            metrics.called(driver, service + method, code, System.nanoTime() - start);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
