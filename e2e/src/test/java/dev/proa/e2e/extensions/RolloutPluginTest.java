package dev.proa.e2e.extensions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.client.http.KubeconfigEditor;
import dev.proa.cluster.Cluster;
import dev.proa.cluster.ClusterConfig;
import dev.proa.delivery.argo.InstalledDefinitions;
import dev.proa.delivery.argo.Rollout;
import dev.proa.e2e.Await;
import dev.proa.e2e.Run;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of {@code kubectl argo rollouts}, as Argo built them, on Rollouts with simulated pods. */
@Tag("extensions")
class RolloutPluginTest {
    private static final String MODULE = "github.com/argoproj/argo-rollouts@v1.10.2";
    private static final Duration BUILD_PATIENCE = Duration.ofMinutes(40);
    private static final String ROLLOUT = """
            apiVersion: argoproj.io/v1alpha1
            kind: Rollout
            metadata: {name: web, namespace: default}
            spec:
              replicas: 4
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers: [{name: web, image: "web:1", imagePullPolicy: IfNotPresent}]
              strategy:
                canary:
                  steps:
                  - setWeight: 25
                  - pause: {}
                  - setWeight: 50
                  - pause: {}
            """;

    @TempDir
    Path home;

    private Path plugin;
    private Path kubeconfig;
    private Cluster cluster;
    private ResourceClient<Rollout> rollouts;

    @BeforeEach
    void start() throws Exception {
        plugin = plugin();
        cluster = Cluster.start(ClusterConfig.inMemory(home.resolve("cluster"), 1, ClusterConfig.Runtime.SIMULATED));
        kubeconfig = Files.writeString(
                home.resolve("kubeconfig"), KubeconfigEditor.text("proa", cluster.administrator(), ""));
        Client client = cluster.client();
        Await.until("the kinds are served", () -> InstalledDefinitions.areServed(client), served -> served);
        rollouts = client.resource(Rollout.KIND).in("default");
        rollouts.create(new Rollout(Yaml.decodeMap(ROLLOUT)));
        await("Healthy");
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** The plugin in {@code PROA_TEST_ROLLOUTS}, or built from its Go module. */
    private Path plugin() {
        String given = System.getenv("PROA_TEST_ROLLOUTS");
        if (given != null) {
            return Path.of(given);
        }
        Path program = home.resolve("kubectl-argo-rollouts");
        Path sources = GoModule.get(MODULE).directory();
        Run.of(
                        List.of(
                                "go",
                                "-C",
                                sources.toString(),
                                "build",
                                "-o",
                                program.toString(),
                                "./cmd/kubectl-argo-rollouts"),
                        Map.of("GOFLAGS", "-mod=readonly"),
                        "",
                        BUILD_PATIENCE)
                .ok();
        return program;
    }

    @Test
    void seesAndMovesAnUpdate() {
        assertThat(run("list", "rollouts").out()).contains("web", "Canary", "Healthy");
        run("set", "image", "web", "web=web:2");
        await("Paused");
        assertThat(run("get", "rollout", "web", "--no-color").out())
                .contains("Paused", "CanaryPauseStep", "1/4", "SetWeight:", "25", "revision:2", "canary", "stable");
        run("promote", "web");
        awaitStep(3);
        run("promote", "web", "--full");
        await("Healthy");
        assertThat(run("status", "web", "--timeout", "60s").out()).contains("Healthy");
        assertThat(run("get", "rollout", "web", "--no-color").out()).contains("web:2 (stable)");
    }

    @Test
    void abortsRetriesAndGoesBack() {
        run("set", "image", "web", "web=web:2");
        await("Paused");
        run("abort", "web");
        await("Degraded");
        assertThat(run("get", "rollout", "web", "--no-color").out()).contains("Degraded", "RolloutAborted");
        run("retry", "rollout", "web");
        await("Paused");
        run("undo", "web");
        await("Healthy");
        assertThat(rollouts.get("web")
                        .spec()
                        .template()
                        .spec()
                        .containers()
                        .getFirst()
                        .image())
                .isEqualTo("web:1");
        assertThat(rollouts.get("web").status().stableRS()).isNotEmpty();
    }

    @Test
    void pausesRestartsAndLints() throws IOException {
        run("pause", "web");
        await("Paused");
        run("promote", "web"); // resumes
        await("Healthy");
        run("restart", "web");
        Await.until(
                "all pods are restarted",
                Duration.ofMinutes(3),
                () -> rollouts.get("web"),
                web -> web.spec().restartAt() != null
                        && web.spec().restartAt().equals(web.status().restartedAt())
                        && web.status().phase().equals("Healthy"));
        Path file = Files.writeString(home.resolve("rollout.yaml"), ROLLOUT);
        run("lint", "-f", file.toString());
    }

    @Test
    void watches() throws Exception {
        Path out = home.resolve("watch.txt");
        Process watch = process(out, "get", "rollout", "web", "--watch", "--no-color");
        try {
            Await.until("the watch shows it", () -> Files.readString(out), text -> text.contains("Healthy"));
            run("set", "image", "web", "web=web:2");
            Await.until("the watch shows the pause", () -> Files.readString(out), text -> text.contains("Paused"));
        } finally {
            watch.destroy();
            watch.waitFor();
        }
    }

    @Test
    void showsADashboard() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Process dashboard = process(home.resolve("dashboard.txt"), "dashboard", "-p", String.valueOf(port));
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + port + "/rollouts/api/v1/rollouts/default/info"))
                    .build();
            Await.until(
                    "the dashboard lists the Rollout",
                    () -> http.send(request, HttpResponse.BodyHandlers.ofString())
                            .body(),
                    body -> body.contains("\"name\":\"web\""));
        } finally {
            dashboard.destroy();
            dashboard.waitFor();
        }
    }

    private Run run(String... arguments) {
        return Run.of(command(arguments), Map.of("KUBECONFIG", kubeconfig.toString()), "")
                .ok();
    }

    private Process process(Path out, String... arguments) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command(arguments)).redirectErrorStream(true).redirectOutput(out.toFile());
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        return builder.start();
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(plugin.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private void await(String phase) {
        Await.until(
                "the Rollout is " + phase,
                this::read,
                web -> web.status().phase().equals(phase)
                        && web.status()
                                .observedGeneration()
                                .equals(String.valueOf(web.metadata().generation())));
    }

    private void awaitStep(int index) {
        Await.until("step " + index, () -> read().status().currentStepIndex(), step -> step != null && step == index);
    }

    private Rollout read() {
        return rollouts.get("web");
    }
}
