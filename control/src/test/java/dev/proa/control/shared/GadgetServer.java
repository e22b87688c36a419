package dev.proa.control.shared;

import com.sun.net.httpserver.HttpExchange;
import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An extension API server on loopback that serves {@code gadgets} of {@code ext.example.com}, to whoever asks. */
public final class GadgetServer implements AutoCloseable {
    private static final String PATH = "/apis/ext.example.com/v1";
    private static final MapValue RESOURCES = Yaml.decodeMap("""
            kind: APIResourceList
            groupVersion: ext.example.com/v1
            resources:
              - {name: gadgets, singularName: gadget, namespaced: true, kind: Gadget,
                 verbs: [create, delete, deletecollection, get, list, watch]}
            """);

    private final ExtensionServer server;
    private final Map<String, MapValue> gadgets = new ConcurrentSkipListMap<>();
    private final List<OutputStream> watches = new CopyOnWriteArrayList<>();
    private long revision = 1;

    public GadgetServer() throws Exception {
        server = new ExtensionServer(this::handle);
    }

    /** Has the API server pass it the requests for its group. */
    public void register(Client client) {
        server.register(client, "ext.example.com/v1");
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (path.equals(PATH)) {
            ExtensionServer.answer(exchange, 200, RESOURCES);
        } else if (!path.startsWith(PATH + "/")) {
            ExtensionServer.answer(exchange, 404, MapValue.of("kind", "Status", "code", 404L));
        } else if (query.contains("watch=true")) {
            watch(exchange);
        } else {
            String name = path.substring(path.lastIndexOf('/') + 1);
            switch (exchange.getRequestMethod()) {
                case "POST" -> ExtensionServer.answer(exchange, 201, put(Json.decodeMap(body)));
                case "DELETE" -> {
                    List.copyOf(gadgets.keySet()).stream()
                            .filter(key -> name.equals("gadgets") || key.equals(name))
                            .forEach(this::remove);
                    ExtensionServer.answer(exchange, 200, MapValue.of("kind", "Status", "status", "Success"));
                }
                default -> {
                    MapValue found = gadgets.get(name);
                    if (name.equals("gadgets")) {
                        ExtensionServer.answer(exchange, 200, list());
                    } else {
                        ExtensionServer.answer(
                                exchange,
                                found == null ? 404 : 200,
                                found == null ? MapValue.of("kind", "Status", "code", 404L) : found);
                    }
                }
            }
        }
    }

    private synchronized MapValue list() {
        return MapValue.of(
                "kind",
                "GadgetList",
                "apiVersion",
                "ext.example.com/v1",
                "metadata",
                MapValue.of("resourceVersion", Long.toString(revision)),
                "items",
                ListValue.copyOf(gadgets.values()));
    }

    private synchronized MapValue put(MapValue gadget) throws IOException {
        String name = gadget.map("metadata").string("name");
        MapValue stored = gadget.withMap(
                "metadata",
                meta -> meta.with("uid", "uid-of-" + name)
                        .with("namespace", "team")
                        .with("resourceVersion", Long.toString(++revision)));
        gadgets.put(name, stored);
        tell("ADDED", stored);
        return stored;
    }

    private synchronized void remove(String name) {
        MapValue last = gadgets.remove(name);
        if (last != null) {
            tell("DELETED", last.withMap("metadata", meta -> meta.with("resourceVersion", Long.toString(++revision))));
        }
    }

    private synchronized void watch(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        for (MapValue gadget : gadgets.values()) {
            out.write(line("ADDED", gadget));
        }
        out.write(line(
                "BOOKMARK",
                Yaml.decodeMap("{kind: Gadget, apiVersion: ext.example.com/v1, metadata: {resourceVersion: '" + revision
                        + "', annotations: {k8s.io/initial-events-end: 'true'}}}")));
        out.flush();
        watches.add(out);
    }

    private void tell(String type, MapValue gadget) {
        for (OutputStream watch : watches) {
            try {
                watch.write(line(type, gadget));
                watch.flush();
            } catch (IOException e) {
                watches.remove(watch); // whoever watched is gone
            }
        }
    }

    private static byte[] line(String type, MapValue gadget) {
        byte[] json = Json.encode(MapValue.of("type", type, "object", gadget));
        byte[] line = new byte[json.length + 1];
        System.arraycopy(json, 0, line, 0, json.length);
        line[json.length] = '\n';
        return line;
    }

    @Override
    public void close() {
        server.close();
    }
}
