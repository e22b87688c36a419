package dev.proa.delivery;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.Strategy;
import dev.proa.delivery.traffic.EntryRouterFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Manifests as a strategy needs them. For blue-green and canary, each Deployment behind a Service becomes a Rollout; the Service is entered by
 * the entry proxy, and gets two more beside it, {@code NAME-stable} and {@code NAME-canary}, for the two versions; an AnalysisTemplate judges
 * the new version by its requests. Other objects stay as they are. Pure.
 *
 * <p>Both strategies have the same Services, so that one follows the other without a gap.
 */
final class StrategyManifests {
    static final String STABLE = "-stable";
    static final String CANARY = "-canary";
    static final String ANALYSIS = "-requests";

    private StrategyManifests() {}

    /** The manifests for a strategy, in an order that respects their dependencies if they were in one. */
    static List<MapValue> of(List<MapValue> manifests, Strategy strategy) {
        if (strategy == Strategy.ROLLING) {
            return manifests;
        }
        List<MapValue> result = new ArrayList<>(manifests);
        Set<MapValue> used = new HashSet<>();
        for (MapValue manifest : manifests) {
            MapValue service = manifest.string("kind").equals("Deployment") ? service(manifest, manifests, used) : null;
            if (service != null) {
                used.add(service);
                convert(result, manifest, service, strategy);
            }
        }
        return result;
    }

    /** Whether an object is there only for another strategy than that of {@code now}, in which something else has its place. */
    static boolean supersedes(List<Inventory.Item> now, Inventory.Item item) {
        return switch (item.kind()) {
            case "Deployment" -> has(now, "Rollout", item, item.name());
            case "Rollout" -> has(now, "Deployment", item, item.name());
            case "AnalysisTemplate" -> isPart(now, item, ANALYSIS);
            case "Service" -> isPart(now, item, STABLE) || isPart(now, item, CANARY);
            default -> false;
        };
    }

    private static boolean isPart(List<Inventory.Item> now, Inventory.Item item, String suffix) {
        return item.name().endsWith(suffix)
                && has(
                        now,
                        "Deployment",
                        item,
                        item.name().substring(0, item.name().length() - suffix.length()));
    }

    private static boolean has(List<Inventory.Item> all, String kind, Inventory.Item beside, String name) {
        return all.stream()
                .anyMatch(each -> each.kind().equals(kind)
                        && each.namespace().equals(beside.namespace())
                        && each.name().equals(name));
    }

    /** The Service whose requests go to a Deployment's pods; null when there is none. */
    private static @Nullable MapValue service(MapValue deployment, List<MapValue> manifests, Set<MapValue> used) {
        MapValue labels = deployment.map("spec").map("template").map("metadata").map("labels");
        for (MapValue manifest : manifests) {
            if (manifest.string("kind").equals("Service")
                    && !used.contains(manifest)
                    && namespace(manifest).equals(namespace(deployment))
                    && selects(manifest.map("spec"), labels)) {
                return manifest;
            }
        }
        return null;
    }

    private static String namespace(MapValue manifest) {
        return manifest.map("metadata").string("namespace");
    }

    private static boolean selects(MapValue service, MapValue labels) {
        MapValue selector = service.map("selector");
        for (var label : selector) {
            if (!String.valueOf(label.getValue()).equals(String.valueOf(labels.get(label.getKey())))) {
                return false;
            }
        }
        return !selector.isEmpty()
                && !service.string("type").equals("ExternalName")
                && !service.string("clusterIP").equals("None")
                && !service.list("ports").isEmpty();
    }

    private static void convert(List<MapValue> all, MapValue deployment, MapValue service, Strategy strategy) {
        String name = deployment.map("metadata").string("name");
        int at = all.indexOf(service);
        all.set(at, entered(service, entry(name, strategy)));
        all.add(at, version(service, name + CANARY));
        all.add(at, version(service, name + STABLE));
        String entered = service.map("metadata").string("name");
        int workload = all.indexOf(deployment);
        all.set(workload, RolloutManifest.of(deployment, entered, strategy));
        all.add(workload, RolloutManifest.analysis(deployment, entered));
    }

    /** For blue-green, the new version gets copies of the requests before it takes over. */
    private static String entry(String name, Strategy strategy) {
        return strategy == Strategy.CANARY
                ? name + STABLE
                : Json.toString(ListValue.of(MapValue.of("service", name + STABLE, "preview", name + CANARY)));
    }

    /** The proxy answers for the Service, and keeps its addresses. */
    private static MapValue entered(MapValue service, String entry) {
        return service.withMap("spec", spec -> spec.without("selector"))
                .withMap(
                        "metadata",
                        metadata -> metadata.withMap(
                                "annotations", annotations -> annotations.with(EntryRouterFactory.ENTRY, entry)));
    }

    private static MapValue version(MapValue service, String name) {
        MapValue metadata = service.map("metadata");
        List<MapValue> ports = new ArrayList<>();
        for (int i = 0; i < service.map("spec").list("ports").size(); i++) {
            ports.add(service.map("spec").list("ports").map(i).without("nodePort"));
        }
        MapValue own = MapValue.of("name", name);
        for (String field : List.of("namespace", "labels")) {
            own = metadata.has(field) ? own.with(field, metadata.get(field)) : own;
        }
        return MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "Service",
                "metadata",
                own,
                "spec",
                MapValue.of("selector", service.map("spec").map("selector"), "ports", ListValue.copyOf(ports)));
    }
}
