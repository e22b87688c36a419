package dev.proa.server.apiserver;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.List;

/** The query of a connect request as the object that admission sees: {@code PodExecOptions}, {@code ServiceProxyOptions} and the like. */
final class ConnectOptions {
    static final List<String> STREAMS = List.of("stdin", "stdout", "stderr", "tty");

    private ConnectOptions() {}

    static MapValue of(Call call) {
        Query query = call.query();
        String subresource = call.info.subresource();
        MapValue.Builder options = MapValue.builder().put("apiVersion", "v1");
        switch (subresource) {
            case "exec", "attach" -> {
                boolean exec = subresource.equals("exec");
                options.put("kind", exec ? "PodExecOptions" : "PodAttachOptions");
                for (String stream : STREAMS) {
                    options.putIfPresent(stream, query.flag(stream) ? true : null);
                }
                String container = query.get("container");
                options.putIfPresent("container", container.isEmpty() ? null : container);
                options.putIfPresent("command", exec ? ListValue.copyOf(query.all("command")) : null);
            }
            case "portforward" -> {
                options.put("kind", "PodPortForwardOptions");
                options.put("ports", ListValue.copyOf(query.all("ports")));
            }
            default -> {
                options.put("kind", call.endpoint.kind() + "ProxyOptions");
                String path = call.info.rest();
                options.putIfPresent("path", path.isEmpty() ? null : path);
            }
        }
        return options.build();
    }
}
