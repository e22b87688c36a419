package dev.proa.cli;

import dev.proa.api.status.StatusException;
import dev.proa.client.Transport.Request;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.http.HttpTransport;
import dev.proa.delivery.LogStreams;
import dev.proa.delivery.PodLogs;
import java.io.InputStream;
import java.util.Map;

/**
 * Reads container logs through the API server. {@code tail} only adds detail to other messages, so it returns nothing
 * when the log cannot be read.
 */
record ServedLogs(HttpTransport transport) implements PodLogs, LogStreams {
    @Override
    public String tail(String namespace, String pod, String container, int lines) {
        try {
            return transport.text(new Request(
                    "get",
                    "/api/v1/namespaces/" + namespace + "/pods/" + pod + "/log",
                    Map.of("container", container, "tailLines", String.valueOf(lines)),
                    null,
                    null));
        } catch (StatusException | TransportException e) {
            return "";
        }
    }

    @Override
    public InputStream open(String namespace, String pod, Map<String, String> query) {
        return transport.stream(
                new Request("get", "/api/v1/namespaces/" + namespace + "/pods/" + pod + "/log", query, null, null));
    }
}
