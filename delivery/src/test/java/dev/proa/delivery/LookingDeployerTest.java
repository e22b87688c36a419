package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.proa.api.apps.v1.Deployment;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.image.build.BuildOptions;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.store.ImageStore;
import dev.proa.testing.FakeTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@link Deployer#looking} succeeds only where a deployment would do nothing, and does nothing in any case. */
@Timeout(20)
class LookingDeployerTest {
    @TempDir
    Path directory;

    private Path project;
    private final FakeTransport server = new FakeTransport(Clock.system());
    private Client client = new Client(new SettledCluster(server));
    private final List<String> said = new ArrayList<>();
    private String host = "";
    private Map<String, String> environment = Map.of("TAG", "1");

    @BeforeEach
    void deployOnce() throws Exception {
        project = Files.createDirectory(directory.resolve("shop"));
        compose("services: {shop: {image: 'web:${TAG}', ports: ['80']}}");
        deploy();
        client.resource(Deployment.KIND).in("default").get("shop"); // from now on it is settled
        said.clear();
    }

    private void deploy() throws Exception {
        Deployer deployer = new Deployer(
                client,
                (namespace, pod, container, lines) -> "",
                () -> () -> {},
                (what, events) -> FakeImages.built(what.image()),
                Target.local(""),
                Clock.system(),
                progress(),
                Changes.looking(Clock.system(), Duration.ofMillis(1)));
        assertThat(deployer.deploy(request())).isInstanceOf(DeployOutcome.Running.class);
    }

    private void compose(String content) throws Exception {
        Files.writeString(project.resolve("compose.yaml"), content);
    }

    private DeployRequest request() {
        DeployRequest request = DeployRequest.of(project, "default", Duration.ZERO);
        return request.withSources(request.sources().withoutPrograms(environment));
    }

    private Progress progress() {
        return new Progress() {
            @Override
            public void step(String message) {
                said.add(message);
            }

            @Override
            public void detail(String message) {
                said.add(message);
            }
        };
    }

    private DeployOutcome look() throws Exception {
        int writes = server.writes().size();
        Deployer deployer = Deployer.looking(
                client,
                ImageStore.open(directory.resolve("images")),
                BuildOptions.local(directory.resolve("cache")),
                BuildSandbox.NONE,
                Target.local(host),
                Clock.system(),
                progress());
        DeployOutcome outcome = deployer.deploy(request());
        assertThat(server.writes()).hasSize(writes);
        return outcome;
    }

    private void assertNotDone(String why) throws Exception {
        assertThat(look())
                .isInstanceOfSatisfying(
                        DeployOutcome.Failed.class,
                        failed -> assertThat(failed.message()).contains(why));
    }

    @Test
    void seesThatNothingIsToBeDone() throws Exception {
        assertThat(look())
                .isInstanceOfSatisfying(
                        DeployOutcome.Running.class,
                        running -> assertThat(running.changed()).isEmpty());
        assertThat(said).contains("deployment.apps/shop unchanged", "Rolling out shop");
    }

    @Test
    void failsForChangedManifests() throws Exception {
        compose("services: {shop: {image: 'web:${TAG}', ports: ['81']}}");
        assertNotDone("would be changed");
    }

    @Test
    void failsForAnotherEnvironmentOfItsUser() throws Exception {
        environment = Map.of("TAG", "2");
        assertNotDone("deployments/shop would be changed");
    }

    @Test
    void failsForWhatWasDeleted() throws Exception {
        client.resource(Deployment.KIND).in("default").delete("shop");
        assertNotDone("deployments would be changed");
    }

    @Test
    void failsForWhatWasScaledDown() throws Exception {
        var deployments = client.resource(Deployment.KIND).in("default");
        deployments.update(deployments.get("shop").withSpec(spec -> spec.withReplicas(0)));
        assertNotDone("deployments/shop would be changed");
    }

    /** In a cluster without controllers no rollout ever ends. */
    @Test
    void failsForARolloutThatGoesOn() throws Exception {
        client = new Client(server);
        assertNotDone("deployment \"shop\" is not rolled out");
    }

    @Test
    void failsForWhatHasToBeBuilt() throws Exception {
        Files.delete(project.resolve("compose.yaml"));
        Files.writeString(project.resolve("index.html"), "<p>");
        assertNotDone("shop has to be built");
        assertThat(directory.resolve("cache")).doesNotExist();
    }

    @Test
    void runsNoProgramThatRendersManifests() throws Exception {
        Files.writeString(project.resolve("kustomization.yaml"), "resources: [compose.yaml]");
        assertNotDone("rendered by another program");
        Files.delete(project.resolve("kustomization.yaml"));
        Files.writeString(project.resolve("Chart.yaml"), "name: shop");
        assertNotDone("rendered by another program");
    }

    @Test
    void asksTheUrlOnce() throws Exception {
        HttpServer web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        AtomicInteger status = new AtomicInteger(200);
        AtomicInteger asked = new AtomicInteger();
        web.createContext("/", exchange -> {
            asked.incrementAndGet();
            exchange.sendResponseHeaders(status.get(), -1);
            exchange.close();
        });
        web.start();
        try {
            int port = web.getAddress().getPort();
            Files.writeString(Files.createDirectory(project.resolve("k8s")).resolve("all.yaml"), """
                    {apiVersion: v1, kind: Service, metadata: {name: shop}, spec: {ports: [{port: 80, nodePort: %d}]}}
                    """.formatted(port));
            deploy();
            host = "127.0.0.1";
            assertThat(look())
                    .isInstanceOfSatisfying(
                            DeployOutcome.Running.class,
                            running -> assertThat(running.url()).isEqualTo("http://127.0.0.1:" + port));
            assertThat(asked).hasValue(1);
            status.set(503);
            assertNotDone("it answers with status 503");
            assertThat(asked).hasValue(2);
        } finally {
            web.stop(0);
        }
    }
}
