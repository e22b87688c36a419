package dev.proa.control.job;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Namespace;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.http.HttpTransport;
import dev.proa.client.http.Kubeconfig;
import dev.proa.control.shared.World;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Records how Jobs go on a real control plane, which {@code KUBECONFIG} names. It needs no nodes.
 *
 * <pre>java -cp TEST-CLASSPATH dev.proa.control.job.RecordJobs jobs.json</pre>
 *
 * reads the steps from the file and replaces what came of them.
 */
public final class RecordJobs {
    private static final Duration QUIET = Duration.ofMillis(3500);
    private static final Duration POLL = Duration.ofMillis(100);

    private RecordJobs() {}

    /** @param arguments the file with the histories */
    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]);
        ListValue histories = Json.decodeMap(Files.readAllBytes(file)).list("jobs");
        List<String> recorded = new ArrayList<>();
        try (HttpTransport transport = new HttpTransport(Kubeconfig.load().connection(null))) {
            Client client = new Client(transport);
            for (int i = 0; i < histories.size(); i++) {
                recorded.add(record(client, histories.map(i)));
            }
        }
        Files.writeString(file, "{\"jobs\": [\n" + String.join(",\n", recorded) + "\n]}\n");
    }

    private static String record(Client client, MapValue history) throws Exception {
        String namespace = "job-" + history.string("name") + "-" + Long.toHexString(System.nanoTime());
        client.resource(Namespace.KIND).create(Namespace.of("", namespace));
        List<String> steps = new ArrayList<>();
        try {
            JobDriver driver = new JobDriver(World.real(client, namespace));
            for (int i = 0; i < history.list("steps").size(); i++) {
                ListValue actions = history.list("steps").map(i).list("do");
                for (int j = 0; j < actions.size(); j++) {
                    driver.act(actions.map(j));
                }
                steps.add("  {\"do\": " + Json.toString(actions) + ",\n   \"then\": " + Json.toString(settled(driver))
                        + "}");
            }
        } finally {
            client.resource(Namespace.KIND).delete(namespace);
        }
        return " {\"name\": \"" + history.string("name") + "\", \"steps\": [\n" + String.join(",\n", steps) + "\n ]}";
    }

    /** Kubernetes' controller looks at a Job a second after its pods have changed. */
    private static MapValue settled(JobDriver driver) throws InterruptedException {
        MapValue last = MapValue.EMPTY;
        for (int same = 0; same < QUIET.dividedBy(POLL); same++) {
            MapValue now = driver.look();
            if (!now.equals(last)) {
                last = now;
                same = 0;
            }
            Clock.system().sleep(POLL);
        }
        return last;
    }
}
