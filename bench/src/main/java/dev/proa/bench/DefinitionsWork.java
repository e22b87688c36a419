package dev.proa.bench;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.bench.Line.Figure;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** An API server with a thousand definitions of custom resources. */
final class DefinitionsWork {
    private static final int COUNT = 1_000;
    private static final int FIELDS = 200;
    private static final int CLIENTS = 8;
    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    Map<String, Figure> run(Subject subject) throws InterruptedException {
        Map<String, Figure> figures = new LinkedHashMap<>();
        long before = subject.residentMegabytes();
        long processor = subject.processorMicros();
        long start = System.nanoTime();
        subject.rate(CLIENTS, COUNT, "definition", i -> subject.create(DEFINITIONS, Definition.of("many" + i, FIELDS)));
        while (established(subject) < COUNT) {
            Thread.sleep(100);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        figures.put(
                COUNT + " definitions of " + FIELDS + " fields until all are established",
                new Figure(
                        String.format(Locale.ROOT, "%.1f s", seconds),
                        seconds,
                        (double) (subject.processorMicros() - processor) / COUNT,
                        "definition"));
        figures.put("resident memory more than before", megabytes(subject.residentMegabytes() - before));
        long idle = subject.processorMicros();
        Thread.sleep(IDLE);
        double used = (subject.processorMicros() - idle) / 1e6;
        figures.put(
                "processor time of the minute after",
                Figure.of(String.format(Locale.ROOT, "%.2f s", used), Math.max(used, 0.005)));
        figures.put("resident memory more than before, then", megabytes(subject.residentMegabytes() - before));
        document(subject, figures, "/openapi/v2", "first `/openapi/v2`");
        document(subject, figures, "/openapi/v2", "`/openapi/v2` again");
        document(subject, figures, "/openapi/v3", "`/openapi/v3`");
        document(subject, figures, "/openapi/v3/apis/many7.bench.example.com/v1", "`/openapi/v3` of one group");
        figures.put("discovery and a list, as `kubectl get` with a cold cache", subject.times(5, "get", i -> {
            subject.send("GET", "/api", null, "application/json", AGGREGATED, 200);
            subject.send("GET", "/apis", null, "application/json", AGGREGATED, 200);
            subject.get("/apis/many7.bench.example.com/v1/namespaces/default/things");
        }));
        figures.put(
                "resident memory more than before, after all this", megabytes(subject.residentMegabytes() - before));
        return figures;
    }

    private static final String AGGREGATED =
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

    private static Figure megabytes(long megabytes) {
        return Figure.of(megabytes + " MB", megabytes);
    }

    private static void document(Subject subject, Map<String, Figure> figures, String path, String name) {
        long processor = subject.processorMicros();
        long start = System.nanoTime();
        byte[] document = subject.get(path);
        double millis = (System.nanoTime() - start) / 1e6;
        String text = String.format(Locale.ROOT, "%.1f ms, %.1f MB", millis, document.length / 1e6);
        figures.put(name, new Figure(text, millis / 1e3, subject.processorMicros() - processor, "get"));
    }

    private static int established(Subject subject) {
        int count = 0;
        MapValue list = Json.decodeMap(subject.get(DEFINITIONS + "?resourceVersion=0"));
        ListValue items = list.list("items");
        for (int i = 0; i < items.size(); i++) {
            ListValue conditions = items.map(i).map("status").list("conditions");
            for (int j = 0; j < conditions.size(); j++) {
                MapValue condition = conditions.map(j);
                count += condition.string("type").equals("Established")
                                && condition.string("status").equals("True")
                        ? 1
                        : 0;
            }
        }
        return count;
    }
}
