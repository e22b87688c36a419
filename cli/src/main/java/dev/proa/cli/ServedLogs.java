package dev.proa.cli;

import dev.proa.api.status.StatusException;
import dev.proa.client.Transport.Request;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.http.HttpTransport;
import dev.proa.delivery.PodLogs;
import java.util.Map;

/** Logs of containers by way of the API server. They are only told beside something else, so one that cannot be had is none. */
record ServedLogs(HttpTransport transport) implements PodLogs {
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
}
