package dev.proa.control.deployment;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Namespace;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.http.HttpTransport;
import dev.proa.client.http.Kubeconfig;
import dev.proa.client.informer.InformerFactory;
import dev.proa.control.shared.World;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Records how rollouts go on a real control plane, which {@code KUBECONFIG} names. It needs no nodes: the pods are for a scheduler that
 * does not exist, and become ready because they are said to be.
 *
 * <pre>java -cp TEST-CLASSPATH dev.proa.control.deployment.RecordRollouts rollouts.json</pre>
 *
 * reads the steps from the file and replaces what came of them.
 */
public final class RecordRollouts {
    private static final Duration QUIET = Duration.ofMillis(1500);
    private static final Duration POLL = Duration.ofMillis(50);

    private RecordRollouts() {}

    /** @param arguments the file with the rollouts */
    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]);
        ListValue rollouts = Json.decodeMap(Files.readAllBytes(file)).list("rollouts");
        List<MapValue> recorded = new ArrayList<>();
        try (HttpTransport transport = new HttpTransport(Kubeconfig.load().connection(null))) {
            Client client = new Client(transport);
            for (int i = 0; i < rollouts.size(); i++) {
                recorded.add(record(client, rollouts.map(i)));
            }
        }
        Files.writeString(file, Json.toString(MapValue.of("rollouts", ListValue.copyOf(recorded))));
    }

    private static MapValue record(Client client, MapValue rollout) throws Exception {
        String namespace = rollout.string("name") + "-" + Long.toHexString(System.nanoTime());
        client.resource(Namespace.KIND)
                .create(new Namespace(MapValue.of(
                        "apiVersion", "v1", "kind", "Namespace", "metadata", MapValue.of("name", namespace))));
        ProgressLog log = new ProgressLog();
        List<MapValue> steps = new ArrayList<>();
        try (InformerFactory informers = new InformerFactory(client, Clock.system(), new Random())) {
            informers.informer(Deployment.KIND).addHandler(new Only(namespace, log));
            informers.start();
            informers.awaitSync();
            RolloutDriver driver = new RolloutDriver(World.real(client, namespace));
            for (int i = 0; i < rollout.list("steps").size(); i++) {
                ListValue actions = rollout.list("steps").map(i).list("do");
                for (int j = 0; j < actions.size(); j++) {
                    driver.act(actions.map(j));
                }
                steps.add(MapValue.of("do", actions, "then", settled(driver, log)));
                log.next();
            }
        } finally {
            client.resource(Namespace.KIND).delete(namespace);
        }
        return MapValue.of("name", rollout.string("name"), "steps", ListValue.copyOf(steps));
    }

    private static MapValue settled(RolloutDriver driver, ProgressLog log) throws InterruptedException {
        MapValue last = MapValue.EMPTY;
        for (int same = 0; same < QUIET.dividedBy(POLL); same++) {
            MapValue now = driver.look().with("progress", log.soFar());
            if (!now.equals(last)) {
                last = now;
                same = 0;
            }
            Clock.system().sleep(POLL);
        }
        return last;
    }

    private record Only(String namespace, ProgressLog log)
            implements dev.proa.client.informer.EventHandler<Deployment> {
        @Override
        public void added(Deployment deployment) {
            if (deployment.namespace().equals(namespace)) {
                log.added(deployment);
            }
        }

        @Override
        public void updated(Deployment before, Deployment after) {
            if (after.namespace().equals(namespace)) {
                log.updated(before, after);
            }
        }
    }
}
