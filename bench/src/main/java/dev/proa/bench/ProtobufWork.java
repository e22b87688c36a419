package dev.proa.bench;

import dev.proa.api.protobuf.Protobuf;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.bench.Line.Figure;
import java.util.LinkedHashMap;
import java.util.Map;

/** The encoding that Go's clients and Kubernetes' own components use. */
final class ProtobufWork {
    private static final int OBJECTS = 4_000;
    private static final int CLIENTS = 16;
    private static final String TYPE = Protobuf.MEDIA_TYPE;

    private final Protobuf protobuf = new Protobuf(SchemaCatalog.builtin());

    Map<String, Figure> run(Subject subject) throws InterruptedException {
        String namespace = subject.namespace("protobuf");
        String path = "/api/v1/namespaces/" + namespace + "/pods";
        Map<String, Figure> figures = new LinkedHashMap<>();
        figures.put(
                "create pods in protobuf, " + CLIENTS + " clients",
                subject.rate(
                        CLIENTS,
                        OBJECTS,
                        "write",
                        i -> subject.send("POST", path, protobuf.encode(pod(namespace, "p" + i)), TYPE, TYPE, 201)));
        figures.put(
                "get a pod in protobuf, 1 client",
                subject.times(1_000, "get", i -> subject.send("GET", path + "/p" + i, null, TYPE, TYPE, 200)));
        figures.put(
                "list " + OBJECTS + " pods in protobuf",
                subject.times(7, "list", i -> subject.send("GET", path, null, TYPE, TYPE, 200)));
        subject.delete("/api/v1/namespaces/" + namespace);
        return figures;
    }

    /** One that no scheduler looks at. */
    private static MapValue pod(String namespace, String name) {
        MapValue container = MapValue.of(
                "name",
                "main",
                "image",
                "bench/app:1",
                "ports",
                ListValue.of(MapValue.of("containerPort", 8080L)),
                "resources",
                MapValue.of("requests", MapValue.of("cpu", "100m", "memory", "64Mi")));
        return MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "Pod",
                "metadata",
                MapValue.of("name", name, "namespace", namespace, "labels", MapValue.of("app", "bench")),
                "spec",
                MapValue.of(
                        "schedulerName",
                        "nobody",
                        "terminationGracePeriodSeconds",
                        0L,
                        "containers",
                        ListValue.of(container)));
    }
}
