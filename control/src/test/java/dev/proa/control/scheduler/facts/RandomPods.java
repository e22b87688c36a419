package dev.proa.control.scheduler.facts;

import static dev.proa.control.scheduler.facts.RandomNodes.pick;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Pods with random requests, ports, images, tolerations, priorities, owners, and {@link RandomConstraints}. */
final class RandomPods {
    private final Random random;
    private final RandomConstraints constraints;
    private boolean mayHavePorts = true;

    RandomPods(Random random) {
        this.random = random;
        this.constraints = new RandomConstraints(random);
    }

    /** @param ports whether it may have ports: pods of the same node do not have the same ones */
    MapValue placed(String name, String node, boolean ports) {
        mayHavePorts = ports;
        MapValue status = random.nextInt(5) == 0 ? resizing() : MapValue.EMPTY;
        MapValue placed = pod(name, 4, MapValue.of("nodeName", node), status);
        mayHavePorts = true;
        return placed;
    }

    /** The status of a pod whose requests have changed in place. */
    private MapValue resizing() {
        MapValue.Builder status = MapValue.builder();
        status.put(
                "containerStatuses",
                ListValue.of(MapValue.of(
                        "name",
                        "c0",
                        "allocatedResources",
                        MapValue.of("cpu", pick(random, "100m", "600m")),
                        "resources",
                        MapValue.of("requests", MapValue.of("cpu", pick(random, "0", "800m"), "memory", "300Mi")))));
        if (random.nextBoolean()) {
            status.put("resources", MapValue.of("requests", MapValue.of("cpu", "900m", "memory", "100Mi")));
            status.put("allocatedResources", MapValue.of("cpu", pick(random, "200m", "1")));
        }
        if (random.nextBoolean()) {
            status.put(
                    "conditions",
                    ListValue.of(MapValue.of(
                            "type",
                            "PodResizePending",
                            "status",
                            "True",
                            "reason",
                            pick(random, "Infeasible", "Deferred"))));
        }
        return status.build();
    }

    MapValue nominated(String name, String node) {
        return pod(name, 3, MapValue.EMPTY, MapValue.of("nominatedNodeName", node));
    }

    MapValue waiting(String name) {
        return pod(name, 1, MapValue.EMPTY, MapValue.EMPTY);
    }

    /** @param rare how seldom it has constraints */
    private MapValue pod(String name, int rare, MapValue specStart, MapValue status) {
        MapValue.Builder labels = MapValue.builder();
        labels.put("app", pick(random, "web", "api", "db"));
        if (random.nextInt(3) > 0) {
            labels.put("tier", pick(random, "front", "back"));
        }
        if (random.nextBoolean()) {
            labels.put("version", pick(random, "v1", "v2"));
        }
        String namespace = pick(random, "default", "default", "n1", "n2", "n3");
        MapValue.Builder metadata = MapValue.builder();
        metadata.put("name", name);
        metadata.put("namespace", namespace);
        metadata.put("uid", "uid-of-" + name);
        metadata.put("labels", labels.build());
        if (!specStart.isEmpty() && random.nextInt(12) == 0) {
            metadata.put("deletionTimestamp", "2026-01-01T00:00:00Z");
        }
        MapValue owner = owner(namespace);
        if (owner != null) {
            metadata.put("ownerReferences", ListValue.of(owner));
        }
        return MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "Pod",
                "metadata",
                metadata.build(),
                "spec",
                spec(specStart, rare),
                "status",
                status);
    }

    private @Nullable MapValue owner(String namespace) {
        if (random.nextBoolean()) {
            return null;
        }
        return switch (namespace) {
            case "default" -> owner("apps/v1", "ReplicaSet", "api");
            case "n1" -> owner("apps/v1", "StatefulSet", "db");
            case "n2" -> owner("v1", "ReplicationController", "old");
            default -> owner("batch/v1", "Job", "some");
        };
    }

    private static MapValue owner(String apiVersion, String kind, String name) {
        return MapValue.of(
                "apiVersion", apiVersion, "kind", kind, "name", name, "uid", "uid-of-" + name, "controller", true);
    }

    private MapValue spec(MapValue start, int rare) {
        MapValue.Builder spec = start.toBuilder();
        spec.put("priority", pick(random, "0", "10", "100").equals("0") ? 0L : 10L * random.nextInt(11));
        List<MapValue> containers = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(2); i++) {
            containers.add(container("c" + i));
        }
        spec.put("containers", ListValue.copyOf(containers));
        if (random.nextInt(6) == 0) {
            MapValue init = container("init");
            spec.put(
                    "initContainers",
                    ListValue.of(
                            random.nextBoolean() ? init.with("restartPolicy", "Always") : init, container("second")));
        }
        if (random.nextInt(10) == 0) {
            spec.put("overhead", MapValue.of("cpu", "100m", "memory", "64Mi"));
        }
        if (random.nextInt(10) == 0) {
            spec.put(
                    "resources",
                    MapValue.of(
                            "requests",
                            random.nextBoolean()
                                    ? MapValue.of("cpu", "700m")
                                    : MapValue.of("cpu", "500m", "memory", "700Mi")));
        }
        if (random.nextInt(2 * rare) == 0) {
            spec.put("nodeSelector", MapValue.of("disk", pick(random, "ssd", "hdd")));
        }
        tolerations(spec);
        constraints.add(spec, rare);
        return spec.build();
    }

    private MapValue container(String name) {
        MapValue.Builder requests = MapValue.builder();
        request(requests, "cpu", 3, "0", "50m", "100m", "250m", "1");
        request(requests, "memory", 3, "0", "64Mi", "128Mi", "500M", "1Gi");
        request(requests, "ephemeral-storage", 12, "100Mi", "2Gi");
        request(requests, "example.com/gpu", 16, "1", "2");
        MapValue.Builder container = MapValue.builder();
        container.put("name", name);
        container.put("image", pick(random, "image-0", "image-1:latest", "image-2", "host/image-2:1", "other"));
        container.put("resources", MapValue.of("requests", requests.build()));
        if (random.nextInt(6) == 0 && mayHavePorts) {
            container.put("ports", ListValue.of(port()));
        }
        return container.build();
    }

    private void request(MapValue.Builder requests, String resource, int rare, String... amounts) {
        if (rare <= 3 ? random.nextInt(rare) > 0 : random.nextInt(rare) == 0) {
            requests.put(resource, pick(random, amounts));
        }
    }

    private MapValue port() {
        long number = random.nextBoolean() ? 80 : 443;
        return MapValue.of(
                "containerPort",
                number,
                "hostPort",
                number,
                "protocol",
                pick(random, "TCP", "TCP", "UDP"),
                "hostIP",
                pick(random, "", "127.0.0.1", "10.0.0.1"));
    }

    private void tolerations(MapValue.Builder spec) {
        List<MapValue> tolerations = new ArrayList<>();
        for (int i = 0; i < random.nextInt(3); i++) {
            MapValue.Builder toleration = MapValue.builder();
            boolean exists = random.nextBoolean();
            if (!exists || random.nextInt(4) > 0) {
                toleration.put("key", "taint-" + random.nextInt(2));
            }
            toleration.put("operator", exists ? "Exists" : "Equal");
            if (!exists) {
                toleration.put("value", random.nextBoolean() ? "x" : "");
            }
            if (random.nextBoolean()) {
                toleration.put("effect", pick(random, "NoSchedule", "NoExecute", "PreferNoSchedule"));
            }
            tolerations.add(toleration.build());
        }
        if (!tolerations.isEmpty()) {
            spec.put("tolerations", ListValue.copyOf(tolerations));
        }
    }
}
