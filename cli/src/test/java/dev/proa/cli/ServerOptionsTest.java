package dev.proa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.control.autoscaling.AutoscalerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ServerOptionsTest {
    private static final String ON = "enable-admission-plugins=AlwaysPullImages";
    private static final String OFF = "disable-admission-plugins=PodSecurity";
    private static final String AGE = "audit-log-maxage=3";

    @TempDir
    Path directory;

    private ServerOptions options(String... flags) {
        List<String> arguments = new ArrayList<>();
        List.of(flags).forEach(flag -> arguments.addAll(List.of("--kube-apiserver-arg", flag)));
        return CommandLine.populateCommand(new ServerOptions(), arguments.toArray(String[]::new));
    }

    private List<String> flags(String... given) throws IOException {
        ClusterHome home = new ClusterHome("dev", directory);
        home.remember(new ClusterHome.Shape(1, "simulated", false, 0, false, List.of(ON, AGE), List.of(), List.of()));
        return options(given).config(home).apiServer().arguments();
    }

    @Test
    void flagsOfKubeApiserverStayUntilTheyAreTakenAway() throws IOException {
        assertThat(flags()).containsExactlyInAnyOrder(ON, AGE);
        assertThat(flags("--" + OFF)).containsExactlyInAnyOrder(ON, AGE, OFF);
        assertThat(flags("audit-log-maxage=7")).containsExactlyInAnyOrder(ON, "audit-log-maxage=7");
        assertThat(flags("audit-log-maxage=")).containsExactly(ON);
        assertThat(flags("")).isEmpty();
        assertThat(flags("", OFF)).containsExactly(OFF);
        assertThatThrownBy(() -> flags("no-such-flag=")).hasMessageContaining("there is no flag \"no-such-flag\"");
    }

    @Test
    void aServerIsToldWhatWasGiven() {
        assertThat(options(OFF, "audit-log-maxage=").arguments())
                .containsExactly("--kube-apiserver-arg", OFF, "--kube-apiserver-arg", "audit-log-maxage=");
        assertThat(options("token-auth-file=pom.xml").arguments().getLast())
                .isEqualTo("token-auth-file=" + Path.of("pom.xml").toAbsolutePath());
    }

    @Test
    void theSchedulerKeepsItsFile() throws IOException {
        Path file = directory.resolve("scheduler.yaml");
        Files.writeString(file, """
            apiVersion: kubescheduler.config.k8s.io/v1
            kind: KubeSchedulerConfiguration
            podMaxBackoffSeconds: 7
            """);
        String flag = "config=" + file;
        ServerOptions given = CommandLine.populateCommand(new ServerOptions(), "--kube-scheduler-arg", flag);
        assertThat(given.arguments()).containsExactly("--kube-scheduler-arg", flag);
        ClusterHome home = new ClusterHome("dev", directory);
        home.remember(new ClusterHome.Shape(
                1,
                "simulated",
                false,
                0,
                false,
                List.of(),
                given.config(home).scheduler().arguments(),
                List.of()));
        assertThat(options().config(home).scheduler().configuration().longestBackoff())
                .isEqualTo(Duration.ofSeconds(7));
        ServerOptions away = CommandLine.populateCommand(new ServerOptions(), "--kube-scheduler-arg", "config=");
        assertThat(away.config(home).scheduler().arguments()).isEmpty();
        Files.writeString(file, "kind: Pod");
        assertThatThrownBy(() -> options().config(home))
                .hasMessage(file
                        + ": Object 'apiVersion' is missing; give other flags with --kube-scheduler-arg, or take all"
                        + " away with --kube-scheduler-arg=");
        assertThatThrownBy(() -> CommandLine.populateCommand(new ServerOptions(), "--kube-scheduler-arg", "v=2")
                        .check())
                .hasMessage("--kube-scheduler-arg: there is no flag \"v\" of kube-scheduler here; there is config");
    }

    @Test
    void theControllerManagerKeepsItsFlags() throws IOException {
        ClusterHome home = new ClusterHome("dev", directory);
        ServerOptions given =
                managing("horizontal-pod-autoscaler-sync-period=5s", "--horizontal-pod-autoscaler-tolerance=0.2");
        assertThat(given.arguments())
                .containsExactly(
                        "--kube-controller-manager-arg",
                        "horizontal-pod-autoscaler-sync-period=5s",
                        "--kube-controller-manager-arg",
                        "horizontal-pod-autoscaler-tolerance=0.2");
        home.remember(new ClusterHome.Shape(
                1,
                "simulated",
                false,
                0,
                false,
                List.of(),
                List.of(),
                given.config(home).controllerManager().arguments()));
        AutoscalerConfig kept = managing().config(home).controllerManager().autoscaler();
        assertThat(kept.syncPeriod()).isEqualTo(Duration.ofSeconds(5));
        assertThat(kept.tolerance()).isEqualTo(0.2);
        assertThat(managing("horizontal-pod-autoscaler-tolerance=")
                        .config(home)
                        .controllerManager()
                        .arguments())
                .containsExactly("horizontal-pod-autoscaler-sync-period=5s");
        assertThatThrownBy(() -> managing("v=2").check())
                .hasMessageStartingWith("--kube-controller-manager-arg: there is no flag \"v\" of"
                        + " kube-controller-manager here; there are horizontal-pod-autoscaler-sync-period, ");
    }

    private static ServerOptions managing(String... flags) {
        List<String> arguments = new ArrayList<>();
        List.of(flags).forEach(flag -> arguments.addAll(List.of("--kube-controller-manager-arg", flag)));
        return CommandLine.populateCommand(new ServerOptions(), arguments.toArray(String[]::new));
    }
}
