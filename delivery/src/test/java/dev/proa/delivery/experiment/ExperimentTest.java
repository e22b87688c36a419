package dev.proa.delivery.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Service;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.client.supervision.Supervisor;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.AnalysisTemplate;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.InstalledDefinitions;
import dev.proa.embedded.ApiServerConfig;
import dev.proa.embedded.EmbeddedApiServer;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Experiments from their first pod to their end, against the API server itself, under a simulated clock. */
class ExperimentTest {
    private static final int MOST_LOOKS = 200;

    private final SimulatedClock clock = new SimulatedClock();
    private final EmbeddedApiServer api = EmbeddedApiServer.start(ApiServerConfig.inMemory(clock));
    private final Client client = api.client();
    private final EventRecorder recorder =
            new EventRecorder(client, new Supervisor(clock, new Random(1)), clock, "rollouts-controller", "");
    private final ExperimentReconciler reconciler = new ExperimentReconciler(client, recorder, clock);
    private boolean podsBecomeAvailable = true;

    ExperimentTest() throws InterruptedException {
        InstalledDefinitions.install(client);
        Await.until("the definitions are served", () -> InstalledDefinitions.areServed(client));
        client.resource(AnalysisTemplate.KIND).create(new AnalysisTemplate(Yaml.decodeMap("""
                        apiVersion: argoproj.io/v1alpha1
                        kind: AnalysisTemplate
                        metadata: {name: check, namespace: default}
                        spec:
                          args: [{name: hash}]
                          metrics: [{name: m, provider: {web: {url: "http://x/{{args.hash}}"}}}]
                        """)));
    }

    @AfterEach
    void close() {
        recorder.close();
        client.close();
        api.close();
    }

    private static final String TEMPLATES = """
            templates:
            - name: canary
              replicas: 2
              service: {}
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: web, image: "web:2", ports: [{containerPort: 80}]}]}
            """;
    private static final String ANALYSES = """
            analyses:
            - name: check
              templateName: check
              requiredForCompletion: %s
              args: [{name: hash, value: "{{templates.canary.podTemplateHash}}"}]
            """;

    private Experiment create(String spec) {
        MapValue experiment = Yaml.decodeMap("""
                apiVersion: argoproj.io/v1alpha1
                kind: Experiment
                metadata: {name: exp, namespace: default}
                """);
        client.resource(Experiment.KIND).create(new Experiment(experiment.with("spec", Yaml.decodeMap(spec))));
        return pass(Duration.ZERO);
    }

    private Experiment experiment() {
        return client.resource(Experiment.KIND).in("default").get("exp");
    }

    /** Reconciles whenever the controller would in this time; pods become what they are asked to be at once. */
    private Experiment pass(Duration time) {
        Instant end = clock.instant().plus(time);
        for (int looks = 0; looks < MOST_LOOKS; looks++) {
            Experiment before = experiment();
            Result result = reconciler.reconcile(before);
            boolean changed = runPods();
            if (changed || !experiment().resourceVersion().equals(before.resourceVersion())) {
                continue;
            }
            Duration left = Duration.between(clock.instant(), end);
            if (result instanceof Result.After(Duration delay) && delay.compareTo(left) <= 0) {
                clock.advance(delay);
            } else {
                clock.advance(left);
                return experiment();
            }
        }
        throw new AssertionError("the controller never rests: " + experiment().value());
    }

    private boolean runPods() {
        boolean changed = false;
        for (ReplicaSet replicaSet : client.resource(ReplicaSet.KIND).list()) {
            long wanted = replicaSet.value().map("spec").integer("replicas", 1);
            long available = podsBecomeAvailable ? wanted : 0;
            MapValue status = replicaSet.value().map("status");
            if (status.integer("replicas", 0) != wanted || status.integer("availableReplicas", 0) != available) {
                changed = true;
                client.resource(ReplicaSet.KIND)
                        .in("default")
                        .patchStatus(
                                replicaSet.name(),
                                Patch.merge(MapValue.of(
                                        "status",
                                        MapValue.of(
                                                "replicas", wanted,
                                                "readyReplicas", available,
                                                "availableReplicas", available))));
            }
        }
        return changed;
    }

    private ReplicaSet replicaSet() {
        return client.resource(ReplicaSet.KIND).in("default").get("exp-canary");
    }

    private static String outcome(Experiment experiment) {
        String message = experiment.status().message();
        return experiment.status().phase() + (message.isEmpty() ? "" : ": " + message);
    }

    /** Ends the experiment's run as the controller of runs would. */
    private void end(String phase, String message) {
        AnalysisRun run = client.resource(AnalysisRun.KIND).in("default").get("exp-check");
        client.resource(AnalysisRun.KIND)
                .update(run.withStatus(run.status().withPhase(phase).withMessage(message)));
    }

    @Test
    void runsItsPodsForItsDurationAndThenLetsThemGo() throws InterruptedException {
        Experiment experiment = create("duration: 10m\n" + TEMPLATES);
        assertThat(outcome(experiment)).isEqualTo("Running");
        assertThat(experiment.status().availableAt()).isNotNull();
        String hash = replicaSet().labels().get(Argo.POD_TEMPLATE_HASH);
        Service service = client.resource(Service.KIND).in("default").get("exp-canary");
        assertThat(service.spec().selector()).containsEntry(Argo.POD_TEMPLATE_HASH, hash);
        assertThat(experiment.status().templateStatuses().getFirst().serviceName())
                .isEqualTo("exp-canary");
        assertThat(experiment.status().templateStatuses().getFirst().podTemplateHash())
                .isEqualTo(hash);
        assertThat(outcome(pass(Duration.ofSeconds(599)))).isEqualTo("Running");
        assertThat(outcome(pass(Duration.ofSeconds(2)))).isEqualTo("Successful");
        assertThat(replicaSet().spec().replicas()).isEqualTo(2);
        assertThat(replicaSet().annotations()).containsKey(Argo.SCALE_DOWN_DEADLINE);
        pass(Duration.ofSeconds(31));
        assertThat(replicaSet().spec().replicas()).isZero();
        assertThat(client.resource(Service.KIND).in("default").find("exp-canary"))
                .isNull();
        assertThat(experiment().status().conditions().getFirst().reason()).isEqualTo("ExperimentCompleted");
    }

    @Test
    void podsThatNeverBecomeAvailableFailIt() {
        podsBecomeAvailable = false;
        Experiment experiment = create("progressDeadlineSeconds: 60\n" + TEMPLATES);
        assertThat(outcome(experiment)).isEqualTo("Pending");
        assertThat(outcome(pass(Duration.ofSeconds(65))))
                .isEqualTo("Failed: Template 'canary' exceeded its progressDeadlineSeconds (60)");
    }

    @Test
    void requiredAnalysesEndItWell() {
        assertThat(outcome(create(TEMPLATES + ANALYSES.formatted("true")))).isEqualTo("Running");
        AnalysisRun run = client.resource(AnalysisRun.KIND).in("default").get("exp-check");
        assertThat(run.spec().args().getFirst().text())
                .isEqualTo(replicaSet().labels().get(Argo.POD_TEMPLATE_HASH));
        assertThat(experiment().status().analysisRuns().getFirst().analysisRun())
                .isEqualTo("exp-check");
        end("Successful", "");
        assertThat(outcome(pass(Duration.ofSeconds(1)))).isEqualTo("Successful: Required AnalysisRuns completed");
    }

    @Test
    void failedAnalysesFailItAndTheirPodsGo() {
        create("scaleDownDelaySeconds: 0\n" + TEMPLATES + ANALYSES.formatted("false"));
        end("Failed", "too many errors");
        assertThat(outcome(pass(Duration.ofSeconds(1)))).isEqualTo("Failed: too many errors");
        assertThat(replicaSet().spec().replicas()).isZero();
    }

    @Test
    void terminationEndsItsRuns() {
        create(TEMPLATES + ANALYSES.formatted("false"));
        client.resource(Experiment.KIND)
                .in("default")
                .patch("exp", Patch.merge(MapValue.of("spec", MapValue.of("terminate", true))));
        pass(Duration.ofSeconds(1));
        assertThat(client.resource(AnalysisRun.KIND)
                        .in("default")
                        .get("exp-check")
                        .spec()
                        .terminate())
                .isTrue();
        assertThat(experiment().status().phase()).isEqualTo("Successful");
    }

    @Test
    void missingTemplatesAreToldBeforeAnythingBegins() {
        Experiment experiment =
                create(TEMPLATES + ANALYSES.formatted("false").replace("templateName: check", "templateName: none"));
        assertThat(outcome(experiment))
                .isEqualTo("Error: AnalysisTemplate verification failed for analysis 'check': "
                        + "analysistemplates.argoproj.io \"none\" not found");
    }

    @Test
    void invalidSpecsAreToldInACondition() {
        Experiment experiment = create(TEMPLATES.replace("{matchLabels: {app: web}}", "{}"));
        assertThat(experiment.status().conditions().getFirst().message())
                .isEqualTo("This experiment is selecting all pods at index 0. A non-empty selector is required.");
    }

    @Test
    void aForeignReplicaSetOfItsNameIsAnError() {
        client.resource(ReplicaSet.KIND).create(new ReplicaSet(Yaml.decodeMap("""
                        apiVersion: apps/v1
                        kind: ReplicaSet
                        metadata: {name: exp-canary, namespace: default}
                        spec:
                          replicas: 0
                          selector: {matchLabels: {a: b}}
                          template:
                            metadata: {labels: {a: b}}
                            spec: {containers: [{name: c, image: i}]}
                        """)));
        assertThat(outcome(create(TEMPLATES)))
                .startsWith("Error: Failed to create ReplicaSet for template 'canary': ")
                .contains("already exists");
    }
}
