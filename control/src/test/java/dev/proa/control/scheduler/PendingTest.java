package dev.proa.control.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Supervisor;
import dev.proa.control.scheduler.plugin.DefaultPlugins;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Pods;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pods that wait say why in the words of kube-scheduler, as {@code src/test/facts/record} has recorded them. */
class PendingTest {
    private static final String NAMESPACE = "facts-pending";

    private final SimulatedClock clock = new SimulatedClock(Samples.START);
    private final FakeTransport server = new FakeTransport(clock);
    private final Client client = new Client(server);
    private final Supervisor supervisor = new Supervisor(clock, new Random(2));
    private final InformerFactory informers = new InformerFactory(client, supervisor, clock, new Random(1));
    private final Scheduler scheduler =
            new Scheduler(new ControlContext(client, informers, supervisor, clock, new Random(1)));

    private record Case(MapValue facts) {
        @Override
        public String toString() {
            return facts.string("name");
        }

        List<MapValue> all(String field) {
            ListValue list = facts.list(field);
            List<MapValue> all = new ArrayList<>();
            for (int i = 0; i < list.size(); i++) {
                all.add(list.map(i));
            }
            return all;
        }
    }

    static Stream<Case> cases() {
        try (InputStream in = PendingTest.class.getResourceAsStream("pending.jsonl")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> new Case(Json.decodeMap(line)))
                    .filter(one ->
                            !one.facts().map("condition").string("reason").equals("SchedulingGated"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() {
        scheduler.close();
        informers.close();
        client.close();
    }

    /** As admission and defaults leave it. */
    private static Pod admitted(MapValue pod) {
        String priority = pod.map("spec").string("priorityClassName");
        return new Pod(pod.withMap(
                "spec",
                spec -> spec.with("schedulerName", "default-scheduler")
                        .with("priority", priority.isEmpty() ? 0L : 1000L)
                        .with("preemptionPolicy", priority.equals("never") ? "Never" : "PreemptLowerPriority")));
    }

    private Pod create(MapValue pod) {
        return client.resource(Pod.KIND).in(NAMESPACE).create(admitted(pod));
    }

    private Pod waiting() {
        return client.resource(Pod.KIND).in(NAMESPACE).get("pod");
    }

    private void awaitMessage(String message) throws InterruptedException {
        Await.until(
                "the pod says why it waits",
                () -> {
                    MapValue condition = Pods.condition(waiting(), "PodScheduled");
                    return condition == null ? "" : condition.string("message");
                },
                message::equals);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void saysWhatKubeSchedulerSays(Case given) throws Exception {
        String needs = given.facts.string("needs");
        assumeTrue(needs.isEmpty() || has(needs), needs + " is not there yet");
        given.all("nodes").forEach(node -> client.resource(Node.KIND).create(new Node(node)));
        given.all("running").forEach(this::create);
        given.all("objects").forEach(one -> {
            assertThat(one.string("path")).endsWith("/persistentvolumeclaims");
            client.resource(PersistentVolumeClaim.KIND)
                    .in(NAMESPACE)
                    .create(new PersistentVolumeClaim(one.map("object")));
        });
        informers.start();
        informers.awaitSync();
        scheduler.start();
        Pod pod = create(given.facts.map("pod"));
        if (!given.all("later").isEmpty()) {
            Await.until(
                    "victims go",
                    () -> client.resource(Pod.KIND).in(NAMESPACE).list().stream()
                            .anyMatch(Pod::isDeleting));
            Await.until(
                    "the scheduler knows it",
                    () -> informers.informer(Pod.KIND).list().stream().anyMatch(Pod::isDeleting)
                            && !waiting().status().nominatedNodeName().isEmpty());
            given.all("later").forEach(node -> client.resource(Node.KIND).create(new Node(node)));
        }
        MapValue wanted = given.facts.map("condition");
        awaitMessage(wanted.string("message"));
        MapValue condition = Pods.condition(waiting(), "PodScheduled");
        assertThat(condition).isNotNull();
        for (String field : List.of("status", "reason", "observedGeneration")) {
            assertThat(condition.get(field)).as(field).isEqualTo(wanted.get(field));
        }
        assertThat(waiting().status().nominatedNodeName()).isEqualTo(given.facts.string("nominated"));
        for (MapValue victim : given.all("victims")) {
            checkVictim(victim, pod);
        }
    }

    private static boolean has(String plugin) {
        return Samples.framework(DefaultPlugins.ALL).eventsToRegister().containsKey(plugin);
    }

    private void checkVictim(MapValue victim, Pod pod) throws InterruptedException {
        String name = victim.string("name");
        MapValue condition = Await.until(
                "a condition",
                () -> {
                    MapValue target = Pods.condition(
                            client.resource(Pod.KIND).in(NAMESPACE).get(name), "DisruptionTarget");
                    return target == null ? MapValue.EMPTY : target;
                },
                found -> !found.isEmpty());
        for (String field : List.of("status", "reason", "message", "observedGeneration")) {
            assertThat(condition.get(field))
                    .as(field)
                    .isEqualTo(victim.map("condition").get(field));
        }
        MapValue event = Await.until(
                "an event",
                () -> client.resource(Event.KIND).in(NAMESPACE).list().stream()
                        .filter(one -> one.reason().equals("Preempted")
                                && one.involvedObject().name().equals(name))
                        .findFirst()
                        .map(Event::value)
                        .orElse(MapValue.EMPTY),
                found -> !found.isEmpty());
        assertThat(event.string("message"))
                .isEqualTo(victim.map("event").string("note").replace("UID", pod.uid()));
        assertThat(event.string("type")).isEqualTo(victim.map("event").string("type"));
        assertThat(event.string("action")).isEqualTo(victim.map("event").string("action"));
        assertThat(event.string("reportingComponent"))
                .isEqualTo(victim.map("event").string("reportingController"));
    }
}
