package dev.proa.control.shared;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Namespace;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.http.HttpTransport;
import dev.proa.client.http.Kubeconfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Records how histories of objects go on a real control plane, which {@code KUBECONFIG} names. It needs no nodes. Each history has a namespace of its
 * own.
 *
 * @param list the field of the file that has the histories
 * @param prefix of the namespaces' names
 * @param quiet for how long nothing is to change until a step is over
 * @param driver acts in a world and looks at it
 */
public record Recording(String list, String prefix, Duration quiet, Function<World, Driver> driver) {
    private static final Duration POLL = Duration.ofMillis(50);

    /** Does what the steps of a history say. */
    public interface Driver {
        /** Does one thing. */
        void act(MapValue action) throws InterruptedException;

        /** What there is to see now. */
        MapValue look();
    }

    /** Goes through the steps that {@code file} has, and replaces what came of them there. */
    public void replace(Path file) throws Exception {
        ListValue histories = Json.decodeMap(Files.readAllBytes(file)).list(list);
        List<String> recorded = new ArrayList<>();
        try (HttpTransport transport = new HttpTransport(Kubeconfig.load().connection(null))) {
            Client client = new Client(transport);
            for (int i = 0; i < histories.size(); i++) {
                recorded.add(record(client, histories.map(i)));
            }
        }
        Files.writeString(file, "{\"" + list + "\": [\n" + String.join(",\n", recorded) + "\n]}\n");
    }

    private String record(Client client, MapValue history) throws Exception {
        String namespace = prefix + history.string("name") + "-" + Long.toHexString(System.nanoTime());
        client.resource(Namespace.KIND).create(Namespace.of("", namespace));
        List<String> steps = new ArrayList<>();
        try {
            Driver acting = driver.apply(World.real(client, namespace));
            for (int i = 0; i < history.list("steps").size(); i++) {
                ListValue actions = history.list("steps").map(i).list("do");
                for (int j = 0; j < actions.size(); j++) {
                    acting.act(actions.map(j));
                }
                steps.add("  {\"do\": " + Json.toString(actions) + ",\n   \"then\": " + Json.toString(settled(acting))
                        + "}");
            }
        } finally {
            client.resource(Namespace.KIND).delete(namespace);
        }
        return " {\"name\": \"" + history.string("name") + "\", \"steps\": [\n" + String.join(",\n", steps) + "\n ]}";
    }

    private MapValue settled(Driver acting) throws InterruptedException {
        MapValue last = MapValue.EMPTY;
        for (int same = 0; same < quiet.dividedBy(POLL); same++) {
            MapValue now = acting.look();
            if (!now.equals(last)) {
                last = now;
                same = 0;
            }
            Clock.system().sleep(POLL);
        }
        return last;
    }
}
