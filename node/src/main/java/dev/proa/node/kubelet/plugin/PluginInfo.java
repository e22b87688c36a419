package dev.proa.node.kubelet.plugin;

import dev.proa.http.grpc.GrpcException;
import dev.proa.http.grpc.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a plugin says of itself, with the two calls of the service {@code pluginregistration.Registration}.
 *
 * @param type such as {@code DRAPlugin}
 * @param endpoint the socket of its service, as the plugin sees it; empty for that of its registration
 * @param versions that it supports
 */
record PluginInfo(String type, String name, String endpoint, List<String> versions) {
    private static final String SERVICE = "/pluginregistration.Registration/";

    /** Asks a plugin who it is. */
    static PluginInfo ask(PluginSocket socket, Duration timeout) throws IOException {
        String[] texts = {"", "", ""};
        List<String> versions = new ArrayList<>();
        Wire.read(socket.call(SERVICE + "GetInfo", new byte[0], timeout), 0, (field, value) -> {
            String text = new String(value, StandardCharsets.UTF_8);
            if (field >= 1 && field <= 3) {
                texts[field - 1] = text;
            } else if (field == 4) {
                versions.add(text);
            }
        });
        return new PluginInfo(texts[0], texts[1], texts[2], versions);
    }

    /** Tells a plugin whether it is registered: it is unless there is an error. */
    static void tell(PluginSocket socket, String error, Duration timeout) throws GrpcException {
        byte[] status = new Wire.Writer()
                .number(1, error.isEmpty() ? 1 : 0)
                .text(2, error)
                .toBytes();
        socket.call(SERVICE + "NotifyRegistrationStatus", status, timeout);
    }
}
