package dev.proa.delivery.rollout;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Service;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ObjectKey;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.supervision.Supervisor;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.AnalysisTemplate;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.InstalledDefinitions;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.argo.RolloutStatus;
import dev.proa.embedded.ApiServerConfig;
import dev.proa.embedded.EmbeddedApiServer;
import dev.proa.testing.Await;
import dev.proa.testing.FaultyTransport;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/**
 * A Rollout named {@code web} in an API server in memory. Nothing happens but by {@link #settle}: the controller looks, pods become available, and so
 * on until nothing changes. Time stands still unless a test moves it.
 */
@NullMarked
final class RolloutWorld implements AutoCloseable {
    static final String NAMESPACE = "default";
    private static final int MOST_LOOKS = 200;

    final SimulatedClock clock = new SimulatedClock();
    final RecordingRouter router = new RecordingRouter();
    private final EmbeddedApiServer api;
    final Client client;
    final FaultyTransport server;
    private final EventRecorder events;
    private final RolloutReconciler reconciler;
    /** Hashes of versions whose pods do not become available. */
    final Set<String> broken = new HashSet<>();

    RolloutWorld() throws InterruptedException {
        api = EmbeddedApiServer.start(ApiServerConfig.inMemory(clock));
        client = api.client();
        server = new FaultyTransport(client.transport());
        InstalledDefinitions.install(client);
        Await.until("the definitions are served", () -> InstalledDefinitions.areServed(client));
        events = new EventRecorder(client, new Supervisor(clock, new Random(1)), clock, "rollouts-controller", "");
        reconciler = new RolloutReconciler(new Client(server), events, clock, List.of(router));
    }

    ResourceClient<Rollout> rollouts() {
        return client.resource(Rollout.KIND).in(NAMESPACE);
    }

    Rollout rollout() {
        return rollouts().get("web");
    }

    RolloutStatus status() {
        return rollout().status();
    }

    /** The phase, with the message unless that is empty. */
    String phase() {
        return status().message().isEmpty() ? status().phase() : status().phase() + ": " + status().message();
    }

    /** Creates the Rollout with this strategy and four pods of version 1, and lets it become healthy. */
    void create(String strategy) {
        create(4, strategy);
    }

    void create(int replicas, String strategy) {
        MapValue rollout = Yaml.decodeMap("""
                apiVersion: argoproj.io/v1alpha1
                kind: Rollout
                metadata: {name: web, namespace: default}
                spec:
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec: {containers: [{name: web, image: "web:1"}]}
                """);
        rollouts()
                .create(new Rollout(rollout.withMap(
                        "spec",
                        spec -> spec.with("replicas", (long) replicas).with("strategy", Yaml.decodeMap(strategy)))));
        settle();
    }

    void service(String name) {
        client.resource(Service.KIND).create(new Service(Yaml.decodeMap("""
                        apiVersion: v1
                        kind: Service
                        metadata: {name: %s, namespace: default}
                        spec: {selector: {app: web}, ports: [{port: 80}]}
                        """.formatted(name))));
    }

    void template(String name) {
        client.resource(AnalysisTemplate.KIND).create(new AnalysisTemplate(Yaml.decodeMap("""
                        apiVersion: argoproj.io/v1alpha1
                        kind: AnalysisTemplate
                        metadata: {name: %s, namespace: default}
                        spec:
                          args: [{name: hash, value: none}]
                          metrics:
                          - name: success
                            provider: {web: {url: "http://x"}}
                        """.formatted(name))));
    }

    /** Sets the image to {@code web:version} without letting anything happen yet. */
    void image(int version) {
        patch("{spec: {template: {spec: {containers: [{name: web, image: \"web:" + version + "\"}]}}}}");
    }

    /** Sets the image, and lets things happen. */
    void update(int version) {
        image(version);
        settle();
    }

    void patch(String yaml) {
        rollouts().patch("web", Patch.merge(Yaml.decodeMap(yaml)));
    }

    /** A patch of the status, as the plugin sends it. */
    void patchStatus(String yaml) {
        rollouts().patchStatus("web", Patch.merge(Yaml.decodeMap("{status: " + yaml + "}")));
    }

    void advance(Duration duration) {
        clock.advance(duration);
        settle();
    }

    /** Lets the controller look and pods follow until nothing changes any more. */
    void settle() {
        String before = "";
        for (int i = 0; i < MOST_LOOKS; i++) {
            look();
            pods();
            String now = versions();
            if (now.equals(before)) {
                return;
            }
            before = now;
        }
        throw new AssertionError("it does not come to rest: " + rollout().value());
    }

    /** Lets the controller look once; what it does not finish since the server fails is left as it is. */
    boolean look() {
        try {
            reconciler.reconcile(new ObjectKey(NAMESPACE, "web"));
            return true;
        } catch (dev.proa.client.Transport.TransportException e) {
            return false;
        }
    }

    /** Lets all ReplicaSets have the pods that they are to have. */
    void pods() {
        for (ReplicaSet set : sets()) {
            int wanted = set.spec().replicas();
            int available = broken.contains(hash(set)) ? 0 : wanted;
            ReplicaSet next = set.withStatus(status -> status.withReplicas(wanted)
                    .withReadyReplicas(available)
                    .withAvailableReplicas(available)
                    .withObservedGeneration(set.metadata().generation()));
            if (!next.status().equals(set.status())) {
                client.resource(ReplicaSet.KIND).updateStatus(next);
            }
        }
    }

    private String versions() {
        List<String> all = new ArrayList<>(List.of(rollout().resourceVersion()));
        sets().forEach(set -> all.add(set.resourceVersion()));
        runs().forEach(run -> all.add(run.resourceVersion()));
        experiments().forEach(experiment -> all.add(experiment.resourceVersion()));
        client.resource(Service.KIND).in(NAMESPACE).list().forEach(service -> all.add(service.resourceVersion()));
        return all.toString();
    }

    List<ReplicaSet> sets() {
        return client.resource(ReplicaSet.KIND).in(NAMESPACE).list();
    }

    List<AnalysisRun> runs() {
        return client.resource(AnalysisRun.KIND).in(NAMESPACE).list().stream()
                .sorted(Comparator.comparing(AnalysisRun::name))
                .toList();
    }

    List<Experiment> experiments() {
        return client.resource(Experiment.KIND).in(NAMESPACE).list();
    }

    /** Ends all runs in progress with a phase. */
    void endRuns(String phase) {
        for (AnalysisRun run : runs()) {
            if (!List.of("Successful", "Failed", "Error", "Inconclusive")
                    .contains(run.status().phase())) {
                client.resource(AnalysisRun.KIND)
                        .in(NAMESPACE)
                        .patch(run.name(), Patch.merge(Yaml.decodeMap("{status: {phase: " + phase + "}}")));
            }
        }
        settle();
    }

    static String hash(ReplicaSet set) {
        return set.labels().getOrDefault(Argo.POD_TEMPLATE_HASH, "");
    }

    /** How many pods each image is to have, as {@code 1:3 2:1}. */
    String sizes() {
        return String.join(
                " ",
                sets().stream()
                        .filter(set -> set.spec().replicas() > 0)
                        .map(set -> version(set) + ":" + set.spec().replicas())
                        .sorted()
                        .toList());
    }

    private static String version(ReplicaSet set) {
        String image = set.spec().template().spec().containers().getFirst().image();
        return image.substring(image.indexOf(':') + 1);
    }

    /** The hash of a version. */
    String hashOf(int version) {
        return sets().stream()
                .filter(set -> version(set).equals(String.valueOf(version)))
                .map(RolloutWorld::hash)
                .findFirst()
                .orElseThrow();
    }

    /** The version that a service selects. */
    String selected(String service) {
        String hash = client.resource(Service.KIND)
                .in(NAMESPACE)
                .get(service)
                .spec()
                .selector()
                .getOrDefault(Argo.POD_TEMPLATE_HASH, "");
        return sets().stream()
                .filter(set -> hash(set).equals(hash))
                .map(RolloutWorld::version)
                .findFirst()
                .orElse("all");
    }

    /** Waits for an event of this reason with this text in its message. */
    void awaitEvent(String reason, String text) throws InterruptedException {
        Await.until(
                "an event " + reason + " with " + text,
                () -> client.resource(Event.KIND).list().stream()
                        .filter(event -> event.reason().equals(reason))
                        .map(Event::message)
                        .toList(),
                found -> found.stream().anyMatch(message -> message.contains(text)));
    }

    @Override
    public void close() {
        events.close();
        api.close();
    }
}
