package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.core.v1.Service;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The cluster settles by itself; what a controller would make of a rollout, the test makes. */
@Timeout(20)
class RollbackTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final FakeTransport server = new FakeTransport(clock);
    private final Client client = new Client(new SettledCluster(server));
    private final List<String> said = new ArrayList<>();

    private static String template(int version, String hash) {
        return "{metadata: {labels: {app: web" + (hash.isEmpty() ? "" : ", pod-template-hash: " + hash)
                + "}}, spec: {containers: [{name: web, image: 'web:" + version + "'}]}}";
    }

    @BeforeEach
    void deployThreeVersions() {
        Deployment made = client.resource(Deployment.KIND)
                .in("default")
                .create(new Deployment(Yamls.object("""
                        {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: default,
                           annotations: {deployment.kubernetes.io/revision: '3', note: three}},
                         spec: {replicas: 1, selector: {matchLabels: {app: web}}, template: %s}}
                        """.formatted(template(3, "")))));
        for (int version = 1; version <= 3; version++) {
            client.resource(ReplicaSet.KIND).in("default").create(new ReplicaSet(Yamls.object("""
                            {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-%1$d, namespace: default,
                               annotations: {deployment.kubernetes.io/revision: '%1$d', note: v%1$d},
                               ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: %2$s, controller: true}]},
                             spec: {template: %3$s}}
                            """.formatted(
                            version, made.uid(), template(version, "hash" + version)))));
        }
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

    private Deployment live() {
        return client.resource(Deployment.KIND).in("default").get("web");
    }

    private String image() {
        return live().spec().template().spec().containers().getFirst().image();
    }

    @Test
    void canBeLookedUp() {
        client.resource(ReplicaSet.KIND)
                .in("default")
                .patch(
                        "web-2",
                        Patch.merge(MapValue.of(
                                "metadata",
                                MapValue.of(
                                        "annotations",
                                        MapValue.of(
                                                "kubernetes.io/change-cause",
                                                "a fix",
                                                "proa.dev/deployed-by",
                                                "ann")))));
        List<History.Revision> history = History.of(client, "default", "web");
        assertThat(history.stream().map(History.Revision::number)).containsExactly(1L, 2L, 3L);
        assertThat(history.stream().map(History.Revision::current)).containsExactly(false, false, true);
        assertThat(history.get(1).cause()).isEqualTo("a fix");
        assertThat(history.get(1).by()).isEqualTo("ann");
        assertThat(history.get(1).images()).containsExactly("web:2");
        assertThat(history.get(1).template().map("metadata").map("labels").has("pod-template-hash"))
                .isFalse();
        assertThatThrownBy(() -> History.of(client, "default", "shop")).hasMessageContaining("no application \"shop\"");
    }

    @Test
    void bringsTheVersionBeforeBack() throws Exception {
        assertThat(back(0))
                .isEqualTo(new DeployOutcome.Running(
                        "web", "web:2", "", List.of("deployment.apps/web rolled back"), List.of()));
        assertThat(image()).isEqualTo("web:2");
        assertThat(live().spec().template().metadata().labels())
                .as("the hash tells pods of versions apart, and is the controller's")
                .containsOnlyKeys("app");
        assertThat(live().annotations())
                .containsEntry("note", "v2")
                .containsEntry("deployment.kubernetes.io/revision", "3");
        assertThat(said).startsWith("Rolling web back to revision 2", "deployment.apps/web rolled back");
    }

    @Test
    void bringsAnyKeptVersionBack() throws Exception {
        back(1);
        assertThat(image()).isEqualTo("web:1");
        assertThatThrownBy(() -> back(7))
                .hasMessage("unable to find specified revision 7 in history of \"web\"; there is 1, 2, 3");
    }

    @Test
    void leavesThePresentVersionAlone() throws Exception {
        assertThat(((DeployOutcome.Running) back(3)).changed()).isEmpty();
        assertThat(said).contains("skipped rollback (current template already matches revision 3)");
    }

    @Test
    void saysThatThereIsNothingToGoBackTo() {
        assertThatThrownBy(() -> new Rollback(client, (a, b, c, d) -> "", "", new PassingClock(clock), new Progress() {
                            @Override
                            public void step(String message) {}

                            @Override
                            public void detail(String message) {}
                        })
                        .back("default", "shop", 0, Duration.ofSeconds(1)))
                .hasMessageContaining("no application \"shop\"");
        client.resource(ReplicaSet.KIND).in("default").delete("web-1");
        client.resource(ReplicaSet.KIND).in("default").delete("web-2");
        assertThatThrownBy(() -> back(0)).hasMessageContaining("no rollout history found for deployment \"web\"");
    }

    @Test
    void whatIsPausedGoesOn() throws Exception {
        client.resource(Deployment.KIND)
                .in("default")
                .update(new Deployment(live().value().withMap("spec", spec -> spec.with("paused", true))));
        back(0);
        assertThat(image()).isEqualTo("web:2");
        assertThat(live().spec().paused()).isFalse();
        assertThat(said).contains("it was paused, and goes on");
    }

    @Test
    void isReachedAtItsService() {
        Application web = Application.find(client, "default", "web");
        assertThatThrownBy(() -> web.url("127.0.0.1")).hasMessageContaining("no service with a node port");
        assertThatThrownBy(() -> web.url("")).hasMessageContaining("simulated");
        client.resource(Service.KIND).in("default").create(new Service(Yamls.object("""
                        {apiVersion: v1, kind: Service, metadata: {name: front, namespace: default},
                         spec: {selector: {app: web}, ports: [{port: 80, nodePort: 30123}]}}""")));
        assertThat(Application.find(client, "default", "web").url("127.0.0.1")).isEqualTo("http://127.0.0.1:30123");
    }
}
