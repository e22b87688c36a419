package dev.proa.control.scheduler.facts;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Nodes with random labels, taints, capacity and images. */
final class RandomNodes {
    private RandomNodes() {}

    static MapValue node(String name, Random random) {
        MapValue.Builder labels = MapValue.builder();
        if (random.nextInt(12) > 0) {
            labels.put("kubernetes.io/hostname", name);
        }
        if (random.nextInt(8) > 0) {
            labels.put("topology.kubernetes.io/zone", "zone-" + random.nextInt(3));
        }
        if (random.nextInt(4) > 0) {
            labels.put("region", "region-" + random.nextInt(2));
        }
        if (random.nextInt(3) > 0) {
            labels.put("rack", random.nextInt(10) == 0 ? "" : "rack-" + random.nextInt(4));
        }
        labels.put("disk", random.nextBoolean() ? "ssd" : "hdd");
        labels.put("cores", "" + (1 << random.nextInt(5)));
        MapValue.Builder spec = MapValue.builder();
        if (random.nextInt(20) == 0) {
            spec.put("unschedulable", true);
        }
        List<MapValue> taints = new ArrayList<>();
        for (int i = 0; i < (random.nextInt(3) == 0 ? 2 : 0); i++) {
            taints.add(MapValue.of(
                    "key",
                    "taint-" + random.nextInt(2),
                    "value",
                    random.nextBoolean() ? "x" : "",
                    "effect",
                    pick(random, "NoSchedule", "NoExecute", "PreferNoSchedule", "PreferNoSchedule")));
        }
        if (!taints.isEmpty()) {
            spec.put("taints", ListValue.copyOf(taints));
        }
        return MapValue.of(
                "apiVersion", "v1",
                "kind", "Node",
                "metadata", MapValue.of("name", name, "labels", labels.build()),
                "spec", spec.build(),
                "status", status(random));
    }

    private static MapValue status(Random random) {
        MapValue.Builder allocatable = MapValue.builder();
        allocatable.put("cpu", pick(random, "1", "2", "3500m", "8"));
        allocatable.put("memory", pick(random, "1Gi", "2Gi", "5000000k", "16Gi"));
        allocatable.put("pods", "" + (4 + random.nextInt(4)));
        if (random.nextBoolean()) {
            allocatable.put("ephemeral-storage", pick(random, "1Gi", "100Gi"));
        }
        if (random.nextInt(3) == 0) {
            allocatable.put("example.com/gpu", "" + (1 + random.nextInt(3)));
        }
        List<MapValue> images = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            if (random.nextInt(3) == 0) {
                images.add(MapValue.of(
                        "names",
                        ListValue.of("image-" + i + ":latest", "host/image-" + i + ":1"),
                        "sizeBytes",
                        30_000_000L * (1 + i * 20)));
            }
        }
        return MapValue.of("allocatable", allocatable.build(), "images", ListValue.copyOf(images));
    }

    static String pick(Random random, String... from) {
        return from[random.nextInt(from.length)];
    }
}
