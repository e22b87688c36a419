package dev.proa.delivery;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.ResourceClient;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.delivery.config.Strategy;
import dev.proa.delivery.source.Kinds;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The objects that were deployed as an application, and from which folder. It is stored in a ConfigMap in the
 * application's namespace, named {@code proa-app-NAME}, so that everybody who deploys to the cluster sees the same.
 *
 * @param source the folder
 * @param port the port that the user gave; 0 for none
 * @param strategy how its versions take over
 * @param objects the applied objects, in the order of their application
 */
record Inventory(String source, int port, Strategy strategy, List<Item> objects) {
    private static final String PREFIX = "proa-app-";
    private static final String LABEL = "proa.dev/app";
    private static final String MANAGED = "app.kubernetes.io/managed-by";
    /** Kinds whose deletion loses data, so users delete them themselves. */
    private static final Set<String> KEPT = Set.of("Namespace", "PersistentVolumeClaim", "PersistentVolume");

    Inventory {
        objects = List.copyOf(objects);
    }

    /** One object; the namespace is empty for cluster-scoped kinds. */
    record Item(String apiVersion, String kind, String namespace, String name) {
        static Item of(MapValue manifest) {
            MapValue metadata = manifest.map("metadata");
            return new Item(
                    manifest.string("apiVersion"),
                    manifest.string("kind"),
                    metadata.string("namespace"),
                    metadata.string("name"));
        }

        /** An object with its kind and name only. */
        MapValue value() {
            return MapValue.of(
                    "apiVersion",
                    apiVersion,
                    "kind",
                    kind,
                    "metadata",
                    MapValue.of("namespace", namespace, "name", name));
        }

        /** As {@code configmap/settings}. */
        String shown() {
            return Kinds.describe(value());
        }

        /** Whether it is kept when the application is deleted, since it holds data, or more than this application. */
        boolean kept() {
            return KEPT.contains(kind);
        }

        private ResourceClient<AnyObject> resource(Client client) {
            return client.resource(Kinds.of(value())).in(namespace);
        }

        boolean exists(Client client) {
            return find(client) != null;
        }

        @Nullable
        AnyObject find(Client client) {
            return resource(client).find(name);
        }

        /** Deletes it if it exists. */
        void delete(Client client) {
            try {
                resource(client).delete(name);
            } catch (StatusException e) {
                if (e.code() != 404) {
                    throw new DeliveryFailure(shown() + " could not be deleted: " + e.getMessage());
                }
            }
        }
    }

    static Inventory of(String source, int port, Strategy strategy, List<MapValue> manifests) {
        return new Inventory(
                source, port, strategy, manifests.stream().map(Item::of).toList());
    }

    /** The inventory of an application; null when there is none. */
    static @Nullable Inventory find(Client client, String namespace, String app) {
        ConfigMap map = client.resource(ConfigMap.KIND).in(namespace).find(PREFIX + app);
        return map == null ? null : read(map);
    }

    private static Inventory read(ConfigMap map) {
        MapValue data = map.value().map("data");
        List<Item> items = new ArrayList<>();
        ListValue objects = Json.decodeMap(data.string("objects")).list("items");
        for (int i = 0; i < objects.size(); i++) {
            items.add(Item.of(objects.map(i)));
        }
        String port = data.string("port");
        String strategy = data.string("strategy");
        return new Inventory(
                data.string("source"),
                port.isEmpty() ? 0 : Integer.parseInt(port),
                strategy.isEmpty() ? Strategy.ROLLING : Strategy.parse(strategy),
                items);
    }

    /** The names of the applications in a namespace. */
    static List<String> apps(Client client, String namespace) {
        return client
                .resource(ConfigMap.KIND)
                .in(namespace)
                .list(ListOptions.labels(MANAGED + "=proa"))
                .items()
                .stream()
                .map(map -> map.labels().getOrDefault(LABEL, ""))
                .filter(app -> !app.isEmpty())
                .sorted()
                .toList();
    }

    /** Stores it if it has changed. */
    void save(Client client, String namespace, String app) {
        MapValue objectsValue = MapValue.of(
                "items", ListValue.copyOf(objects.stream().map(Item::value).toList()));
        MapValue data = MapValue.of("source", source, "objects", Json.toString(objectsValue));
        data = strategy == Strategy.ROLLING ? data : data.with("strategy", strategy.toString());
        MapValue manifest = MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "ConfigMap",
                "metadata",
                MapValue.of(
                        "name",
                        PREFIX + app,
                        "namespace",
                        namespace,
                        "labels",
                        MapValue.of(LABEL, app, MANAGED, "proa")),
                "data",
                port == 0 ? data : data.with("port", String.valueOf(port)));
        new Applier(client, Kinds::describe, false).apply(manifest);
    }

    static void forget(Client client, String namespace, String app) {
        new Item("v1", "ConfigMap", namespace, PREFIX + app).delete(client);
    }

    /** The objects that are not in {@code later}. */
    List<Item> without(Inventory later) {
        return objects.stream().filter(item -> !later.objects.contains(item)).toList();
    }

    /** This inventory with more objects. */
    Inventory and(List<Item> more) {
        List<Item> all = new ArrayList<>(objects);
        all.addAll(more);
        return new Inventory(source, port, strategy, all);
    }
}
