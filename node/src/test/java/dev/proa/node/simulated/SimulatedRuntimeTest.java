package dev.proa.node.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.client.clock.Clock;
import dev.proa.node.cri.Conditions;
import dev.proa.node.cri.Configs;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerRuntimeContract;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.usage.ResourceUsage;
import dev.proa.testing.SimulatedClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SimulatedRuntimeTest extends ContainerRuntimeContract {
    private static final String IMAGE = "registry.example/app:1";

    private final SimulatedRuntime runtime =
            new SimulatedRuntime(Clock.system(), "10.244.0.0/16", new SplittableRandom(1));

    SimulatedRuntimeTest() {
        runtime.images().pull(IMAGE, null);
    }

    @Override
    protected ContainerRuntime runtime() {
        return runtime;
    }

    @Override
    protected String image() {
        return IMAGE;
    }

    private static ContainerConfig told(String name, Map<String, String> annotations) {
        return Configs.container(name, IMAGE, List.of(), annotations);
    }

    @Override
    protected ContainerConfig lasting(String name) {
        return told(name, Map.of("proa.dev/exec-output", "hello\n"));
    }

    @Override
    protected ContainerConfig stubborn(String name) {
        return told(name, Map.of("proa.dev/ignore-term", "true"));
    }

    @Override
    protected ContainerConfig ending(String name, int exitCode, String... lines) {
        return told(
                name,
                Map.of(
                        "proa.dev/run-seconds",
                        "0.02",
                        "proa.dev/exit-code",
                        Integer.toString(exitCode),
                        "proa.dev/log",
                        String.join("\n", lines)));
    }

    @Override
    protected ContainerConfig unstartable(String name) {
        return told(name, Map.of("proa.dev/start-error", "exec: \"nonsense\": executable file not found in $PATH"));
    }

    @Test
    void annotationsOfOneContainerWinOverThoseOfAllOfThem() {
        Map<String, String> pod = Map.of("proa.dev/exit-code", "1", "proa.dev/exit-code.side", "2");
        assertThat(Behaviour.of("main", Map.of(), pod).exitCode()).isEqualTo(1);
        assertThat(Behaviour.of("side", Map.of(), pod).exitCode()).isEqualTo(2);
        assertThat(Behaviour.of("side", Map.of("proa.dev/exit-code", "3"), pod).exitCode())
                .isEqualTo(3);
        assertThatThrownBy(() -> Behaviour.of("side", Map.of("proa.dev/run-seconds", "soon"), pod))
                .isInstanceOf(RuntimeFailure.class)
                .hasMessage("annotation proa.dev/run-seconds: \"soon\" is not a number");
    }

    @Test
    void thousandsOfContainersNeedNoThreads() {
        int before = Thread.activeCount();
        for (int i = 0; i < 5000; i++) {
            started(sandbox("pod-" + i), lasting("main"));
        }
        assertThat(runtime.listContainers())
                .hasSize(5000)
                .allSatisfy(status -> assertThat(status.state()).isInstanceOf(ContainerStatus.State.Running.class));
        assertThat(Thread.activeCount()).isLessThan(before + 5);
    }

    @Test
    void usesWhatAnnotationsSayAtTheTime() {
        SimulatedClock clock = new SimulatedClock();
        SimulatedRuntime annotated = new SimulatedRuntime(clock, "10.244.0.0/16", new SplittableRandom(1));
        annotated.images().pull(IMAGE, null);
        String sandbox = annotated.runPodSandbox(Configs.sandbox("web", Path.of("/nowhere")));
        String uid = annotated.podSandboxStatus(sandbox).config().uid();
        String main = annotated.createContainer(
                sandbox, told("main", Map.of("kwok.x-k8s.io/usage-cpu", "250m", "kwok.x-k8s.io/usage-memory", "2Mi")));
        annotated.startContainer(main);
        clock.advance(Duration.ofSeconds(10));
        assertThat(annotated.containerStats(main)).isEqualTo(ResourceUsage.of(2_500_000_000L, 2 << 20));

        annotated.annotate(Map.of(
                uid,
                Map.of("kwok.x-k8s.io/usage-cpu", "9", "kwok.x-k8s.io/usage-cpu.main", "1500m"),
                "other",
                Map.of()));
        clock.advance(Duration.ofSeconds(2));
        assertThat(annotated.containerStats(main)).isEqualTo(ResourceUsage.of(5_500_000_000L, 0));
        assertThat(annotated.podsStats()).isEqualTo(annotated.podSandboxStats(sandbox));

        annotated.stopContainer(main, Duration.ZERO);
        assertThat(annotated.containerStats(main)).isEqualTo(ResourceUsage.NONE);
    }

    @Test
    void crashesOnDemand() {
        String id = started(sandbox("web"), lasting("main"));
        runtime.crash(id, 9);
        assertThat(ended(id).exitCode()).isEqualTo(9);
    }

    @Test
    void givesAddressesBackAndHandsThemOutAgainLast() {
        AddressRange range = new AddressRange("10.1.2.0/29");
        List<String> all = List.of(range.take(), range.take(), range.take(), range.take(), range.take());
        assertThat(all).containsExactly("10.1.2.2", "10.1.2.3", "10.1.2.4", "10.1.2.5", "10.1.2.6");
        assertThatThrownBy(range::take).hasMessageContaining("no pod address is free in 10.1.2.0/29");
        range.giveBack("10.1.2.4");
        assertThat(range.take()).isEqualTo("10.1.2.4");
    }

    @Test
    void refusesImagesItIsToldToRefuse() {
        runtime.images().refuse("app:none", "manifest unknown");
        assertThatThrownBy(() -> runtime.images().pull("app:none", null)).hasMessage("manifest unknown");
        runtime.images().accept("app:none");
        assertThat(runtime.images().pull("app:none", null)).startsWith("sha256:");
        Conditions.await("image", () -> runtime.images().find("app:none") != null);
    }
}
