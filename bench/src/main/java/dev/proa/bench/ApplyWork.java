package dev.proa.bench;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.bench.Line.Figure;
import java.util.LinkedHashMap;
import java.util.Map;

/** Server-side apply. */
final class ApplyWork {
    private static final int COUNT = 1_000;
    private static final String APPLY = "application/apply-patch+yaml";

    Map<String, Figure> run(Subject subject) throws InterruptedException {
        String namespace = subject.namespace("apply");
        Map<String, Figure> figures = new LinkedHashMap<>();
        apply(subject, namespace, "warm", 200);
        figures.put("apply a new deployment, 1 client", apply(subject, namespace, "one", COUNT));
        figures.put("apply it again with another image", apply(subject, namespace, "two", COUNT));
        figures.put("apply it again unchanged", apply(subject, namespace, "two", COUNT));
        subject.delete("/api/v1/namespaces/" + namespace);
        return figures;
    }

    private static Figure apply(Subject subject, String namespace, String image, int count) {
        String prefix = image.equals("warm") ? "w" : "d";
        return subject.times(count, "apply", i -> {
            String name = prefix + i;
            subject.send(
                    "PATCH",
                    "/apis/apps/v1/namespaces/" + namespace + "/deployments/" + name + "?fieldManager=bench",
                    Json.encode(deployment(name, image)),
                    APPLY,
                    "application/json",
                    200,
                    201);
        });
    }

    /** Without replicas, so that no controller has anything to do. */
    private static MapValue deployment(String name, String image) {
        return Json.decodeMap("""
                {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "%s", "labels": {"app": "%1$s"}},
                 "spec": {"replicas": 0, "paused": true, "selector": {"matchLabels": {"app": "%1$s"}}, "template": {"metadata": {"labels": {"app": "%1$s"}},
                 "spec": {"containers": [{"name": "main", "image": "bench/%s", "ports": [{"containerPort": 8080}], "env": [{"name": "A", "value": "b"}],
                 "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}}}]}}}}
                """.formatted(name, image));
    }
}
