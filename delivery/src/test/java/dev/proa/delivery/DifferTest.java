package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.client.Client;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DifferTest {
    private static final String MAP =
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {A: 'one', B: 'two'}}\n";
    private static final String SECRET =
            "{apiVersion: v1, kind: Secret, metadata: {name: key}, data: {K: b25l, SAME: eA==}}\n";

    @TempDir
    Path directory;

    private final SimulatedClock clock = new SimulatedClock();
    private final FakeTransport server = new FakeTransport(clock);
    private final Client client = new Client(new SettledCluster(server));
    private Path project;

    @BeforeEach
    void makeProject() throws Exception {
        project = Files.createDirectories(directory.resolve("web"));
        Files.createDirectory(project.resolve("k8s"));
        write(MAP + "---\n" + SECRET);
    }

    private void write(String manifests) throws Exception {
        Files.writeString(project.resolve("k8s/all.yaml"), manifests);
    }

    private static final Progress SILENT = new Progress() {
        @Override
        public void step(String message) {}

        @Override
        public void detail(String message) {}
    };

    private DeployRequest request() {
        return DeployRequest.of(project, "default", Duration.ofSeconds(60));
    }

    private void deploy() throws Exception {
        DeployOutcome outcome = new Deployer(
                        client,
                        (namespace, pod, container, lines) -> "",
                        () -> () -> {},
                        (what, events) -> FakeImages.built(what.image()),
                        Target.local(""),
                        clock,
                        SILENT,
                        Changes.looking(new PassingClock(clock), Duration.ofMillis(50)))
                .deploy(request());
        assertThat(outcome).isInstanceOf(DeployOutcome.Running.class);
    }

    private List<String> diff(DeployRequest request) {
        return new Differ(client, (what, events) -> FakeImages.built(what.image()), Target.local(""), clock, SILENT)
                .diff(request);
    }

    @Test
    void showsWhatWouldBeMade() {
        assertThat(diff(request()))
                .contains("--- live/v1.ConfigMap.default.settings", "+  A: one", "+  K: '***'")
                .noneMatch(line -> line.contains("last-applied") || line.contains("b25l"));
        assertThat(server.writes()).allMatch(write -> write.query().containsKey("dryRun"));
    }

    @Test
    void showsWhatWouldChangeAndMasksSecrets() throws Exception {
        deploy();
        assertThat(diff(request())).isEmpty();
        write(MAP.replace("two", "three") + "---\n" + SECRET.replace("b25l", "dHdv"));
        assertThat(diff(request()))
                .contains(" data:", "   A: one", "-  B: two", "+  B: three")
                .contains("-  K: '*** (before)'", "+  K: '*** (after)'", "   SAME: '***'")
                .noneMatch(line -> line.contains("b25l") || line.contains("dHdv"));
    }

    @Test
    void showsWhatWouldBeDeleted() throws Exception {
        deploy();
        write(MAP);
        assertThat(diff(request())).isEmpty();
        assertThat(diff(request().with(true, false))).contains("+++ /dev/null", "-  K: '***'");
    }

    @Test
    void saysWhyThereIsNone() throws Exception {
        write("{apiVersion: v1, kind: Nothing, metadata: {name: x}}");
        assertThatThrownBy(() -> diff(request()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no kind \"Nothing\"");
    }
}
