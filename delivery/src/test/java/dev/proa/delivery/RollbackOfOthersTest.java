package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.Transport;
import dev.proa.delivery.argo.Rollout;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rollbacks of StatefulSets, DaemonSets and Rollouts; what their controllers would do with the template, the test does. */
@Timeout(20)
class RollbackOfOthersTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final FakeTransport server = new FakeTransport(clock);
    private final Client client = new Client(new Settling());
    private final List<String> said = new ArrayList<>();

    private static String template(int version) {
        return "{metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: 'web:" + version + "'}]}}";
    }

    private DeployOutcome back(long revision) throws InterruptedException {
        return new Rollback(
                        client,
                        (namespace, pod, container, lines) -> "",
                        "",
                        new PassingClock(clock),
                        new Progress() {
                            @Override
                            public void step(String message) {
                                said.add(message);
                            }

                            @Override
                            public void detail(String message) {
                                said.add(message);
                            }
                        },
                        Changes.looking(new PassingClock(clock), Duration.ofMillis(50)))
                .back("default", "web", revision, Duration.ofSeconds(60));
    }

    private <T extends KubeObject> String image(Kind<T> kind) {
        MapValue template = client.resource(kind)
                .in("default")
                .get("web")
                .value()
                .map("spec")
                .map("template");
        return template.map("spec").list("containers").map(0).string("image");
    }

    private void revisions(KubeObject owner) {
        for (int version = 1; version <= 3; version++) {
            client.resource(ControllerRevision.KIND)
                    .in("default")
                    .create(new ControllerRevision(Yamls.object("""
                    {apiVersion: apps/v1, kind: ControllerRevision, revision: %1$d,
                     metadata: {name: web-r%1$d, namespace: default,
                       ownerReferences: [{apiVersion: apps/v1, kind: %2$s, name: web, uid: %3$s, controller: true}]},
                     data: {spec: {template: %4$s}}}
                    """.formatted(
                                    version,
                                    owner.value().string("kind"),
                                    owner.uid(),
                                    template(version).replaceFirst("\\{", "{\\$patch: replace, ")))));
        }
    }

    @Test
    void statefulSetGoesBackAndStuckPodsMakeWay() throws Exception {
        StatefulSet made = client.resource(StatefulSet.KIND)
                .in("default")
                .create(new StatefulSet(Yamls.object("""
                        {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: web, namespace: default},
                         spec: {replicas: 1, selector: {matchLabels: {app: web}}, template: %s}}
                        """.formatted(template(3)))));
        client.resource(StatefulSet.KIND).in("default").patchStatus("web", Patch.merge(Yamls.object("""
                {status: {observedGeneration: 9, updateRevision: web-r3, replicas: 1, updatedReplicas: 1, availableReplicas: 1}}""")));
        revisions(made);
        pod("web-0", "web-r3", "False");
        pod("web-1", "web-r3", "True");
        pod("web-2", "web-r2", "False");
        assertThat(History.of(client, "default", "web"))
                .extracting(History.Revision::images)
                .containsExactly(List.of("web:1"), List.of("web:2"), List.of("web:3"));
        assertThat(back(0)).isInstanceOf(DeployOutcome.Running.class);
        assertThat(image(StatefulSet.KIND)).isEqualTo("web:2");
        assertThat(client.resource(Pod.KIND).in("default").list())
                .extracting(Pod::name)
                .containsExactlyInAnyOrder("web-1", "web-2");
        MapValue template = client.resource(StatefulSet.KIND)
                .in("default")
                .get("web")
                .value()
                .map("spec")
                .map("template");
        assertThat(template.has("$patch")).isFalse();
    }

    private void pod(String name, String revision, String ready) {
        client.resource(Pod.KIND).in("default").create(new Pod(Yamls.object("""
                {apiVersion: v1, kind: Pod, metadata: {name: %s, namespace: default,
                   labels: {app: web, controller-revision-hash: %s}},
                 status: {conditions: [{type: Ready, status: '%s'}]}}
                """.formatted(name, revision, ready))));
        client.resource(Pod.KIND)
                .in("default")
                .patchStatus(
                        name,
                        Patch.merge(MapValue.of(
                                "status",
                                MapValue.of(
                                        "conditions", ListValue.of(MapValue.of("type", "Ready", "status", ready))))));
    }

    @Test
    void daemonSetGoesBackToAnyRevision() throws Exception {
        DaemonSet made = client.resource(DaemonSet.KIND).in("default").create(new DaemonSet(Yamls.object("""
                        {apiVersion: apps/v1, kind: DaemonSet, metadata: {name: web, namespace: default},
                         spec: {selector: {matchLabels: {app: web}}, template: %s}}
                        """.formatted(
                        template(3)))));
        client.resource(DaemonSet.KIND)
                .in("default")
                .patchStatus("web", Patch.merge(Yamls.object("{status: {observedGeneration: 9}}")));
        revisions(made);
        assertThat(((DeployOutcome.Running) back(1)).changed()).containsExactly("daemonset.apps/web rolled back");
        assertThat(image(DaemonSet.KIND)).isEqualTo("web:1");
    }

    /** A Rollout at version 3, with version 2 stable. */
    private void rollout(String spec, String status) {
        Rollout made = client.resource(Rollout.KIND).in("default").create(new Rollout(Yamls.object("""
                {apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: web, namespace: default},
                 spec: {replicas: 1, selector: {matchLabels: {app: web}}, %s template: %s,
                   strategy: {canary: {steps: [{setWeight: 10}, {pause: {}}]}}}}
                """.formatted(
                        spec, template(3)))));
        for (int version = 1; version <= 3; version++) {
            client.resource(ReplicaSet.KIND).in("default").create(new ReplicaSet(Yamls.object("""
                    {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-%1$d, namespace: default,
                       labels: {rollouts-pod-template-hash: h%1$d},
                       annotations: {rollout.argoproj.io/revision: '%1$d'},
                       ownerReferences: [{apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web, uid: %2$s, controller: true}]},
                     spec: {template: {metadata: {labels: {app: web, rollouts-pod-template-hash: h%1$d}},
                       spec: {containers: [{name: web, image: 'web:%1$d'}]}}}}
                    """.formatted(
                            version, made.uid()))));
        }
        client.resource(Rollout.KIND).in("default").patchStatus("web", Patch.merge(Yamls.object("""
                {status: {observedGeneration: '1', currentPodHash: h3, stableRS: h2, %s}}
                """.formatted(
                        status))));
    }

    /** What the controller makes of a changed template, at once. */
    private MapValue settled(Transport.Request request, MapValue answer) {
        if (request.verb().equals("patch") && request.path().endsWith("/rollouts/web")) {
            Client controller = new Client(server);
            Rollout now = controller.resource(Rollout.KIND).in("default").get("web");
            String hash = "h" + image(Rollout.KIND).substring(4);
            controller.resource(Rollout.KIND).in("default").patchStatus("web", Patch.merge(Yamls.object("""
                            {status: {observedGeneration: '%d', currentPodHash: %s, phase: Healthy}}
                            """.formatted(
                            now.metadata().generation(), hash))));
        }
        return answer;
    }

    private void goesBackTo(long revision, String image) throws InterruptedException {
        DeployOutcome outcome = back(revision);
        assertThat(outcome).isInstanceOf(DeployOutcome.Running.class);
        assertThat(image(Rollout.KIND)).isEqualTo(image);
    }

    private boolean promoted() {
        return client.resource(Rollout.KIND).in("default").get("web").status().promoteFull();
    }

    @Test
    void rolloutInTheMiddleOfAnUpdateGoesBackToItsStableVersion() throws Exception {
        rollout("", "phase: Progressing");
        goesBackTo(0, "web:2");
        assertThat(promoted()).isFalse();
        assertThat(client.resource(Rollout.KIND)
                        .in("default")
                        .get("web")
                        .spec()
                        .template()
                        .metadata()
                        .labels())
                .containsOnlyKeys("app");
    }

    @Test
    void abortedRolloutGoesBackToItsStableVersion() throws Exception {
        rollout("", "phase: Degraded, abort: true");
        goesBackTo(0, "web:2");
    }

    @Test
    void pausedRolloutGoesOn() throws Exception {
        rollout("paused: true,", "phase: Paused");
        goesBackTo(0, "web:2");
        assertThat(client.resource(Rollout.KIND).in("default").get("web").spec().paused())
                .isFalse();
    }

    @Test
    void olderVersionComesBackWithoutSteps() throws Exception {
        rollout("", "phase: Progressing");
        goesBackTo(1, "web:1");
        assertThat(promoted()).isTrue();
        assertThat(said).contains("its steps are skipped");
    }

    @Test
    void versionThatDoesNotDoIsReplacedByTheStableOne() {
        rollout("", "phase: Degraded, abort: true");
        assertThat(new StableVersion(client).restore("default", "web"))
                .isEqualTo("It was taken back: the version before (web:2) has all requests again.");
        assertThat(image(Rollout.KIND)).isEqualTo("web:2");
        assertThat(new StableVersion(client).restore("default", "other")).isEmpty();
    }

    @Test
    void rolloutIsShownWithItsStepAndItsUrl() {
        rollout("", "phase: Paused, currentStepIndex: 1, readyReplicas: 1");
        client.resource(Service.KIND).in("default").create(new Service(Yamls.object("""
                {apiVersion: v1, kind: Service, metadata: {name: web, namespace: default, annotations: {proa.dev/entry: web-stable}},
                 spec: {ports: [{port: 80, nodePort: 30123}]}}""")));
        client.resource(Service.KIND).in("default").create(new Service(Yamls.object("""
                {apiVersion: v1, kind: Service, metadata: {name: web-stable, namespace: default},
                 spec: {selector: {app: web, rollouts-pod-template-hash: h2}, ports: [{port: 80}]}}""")));
        assertThat(ApplicationStatus.list(client, List.of(), "127.0.0.1"))
                .containsExactly(new ApplicationStatus(
                        "default",
                        "web",
                        "web:3",
                        1,
                        1,
                        0,
                        false,
                        "step 2 of 2: 10 % of the requests go to the new version, paused until somebody promotes it",
                        "http://127.0.0.1:30123"));
    }

    @Test
    void clusterWithoutTheKindHasNoRollouts() {
        server.intercept(request -> {
            if (request.path().contains("argoproj.io")) {
                throw StatusException.notFound();
            }
            return request;
        });
        assertThat(ApplicationStatus.list(client, List.of(), "")).isEmpty();
    }

    private final class Settling implements Transport {
        @Override
        public MapValue call(Request request) {
            return settled(request, server.call(request));
        }

        @Override
        public EventStream watch(Request request) {
            return server.watch(request);
        }

        @Override
        public void close() {
            server.close();
        }
    }
}
