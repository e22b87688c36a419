package dev.proa.node.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.linux.CgroupTree;
import dev.proa.node.simulated.SimulatedRuntime;
import dev.proa.testing.SimulatedClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubeletMetricsTest {
    private final KubeletMetrics metrics = new KubeletMetrics("node-1");

    @Test
    void countsWhatIsAskedOfTheRuntime() {
        var runtime =
                metrics.metered(new SimulatedRuntime(new SimulatedClock(), "10.244.0.0/24", new SplittableRandom(1)));
        assertThat(runtime.listContainers()).isEmpty();
        assertThatThrownBy(() -> runtime.containerStatus("nobody")).isInstanceOf(RuntimeFailure.class);

        assertThat(text())
                .contains(
                        "kubelet_runtime_operations_total{operation_type=\"list_containers\"} 1.0\n",
                        "kubelet_runtime_operations_total{operation_type=\"container_status\"} 1.0\n",
                        "kubelet_runtime_operations_errors_total{operation_type=\"container_status\"} 1.0\n")
                .doesNotContain("errors_total{operation_type=\"list_containers\"}");
    }

    @Test
    void tellsHowManyPodsAndContainersThereAre() {
        metrics.count(() -> new KubeletMetrics.Counts(5, 4, 3, Map.of("running", 6L, "exited", 2L)));

        assertThat(text())
                .contains(
                        "kubelet_running_pods 3.0\n",
                        "kubelet_running_containers{container_state=\"running\"} 6.0\n",
                        "kubelet_running_containers{container_state=\"exited\"} 2.0\n",
                        "kubelet_desired_pods{static=\"\"} 5.0\n",
                        "kubelet_active_pods{static=\"\"} 4.0\n");
    }

    @Test
    void tellsTheVersionOfControlGroups() {
        metrics.cgroupVersion(new CgroupTree.Unified(Path.of("/")).version());

        assertThat(text()).contains("kubelet_cgroup_version 2.0\n");
    }

    @Test
    void forgetsProbesThatAreNotRunAnyMore() {
        ProbeMetrics.Subject liveness = new ProbeMetrics.Subject("Liveness", "c", "p", "n", "u");
        metrics.probes().probed(liveness, true, 1);
        metrics.probes().probed(liveness, false, 1);
        assertThat(new String(metrics.probes().text(), StandardCharsets.UTF_8))
                .contains("result=\"successful\"", "result=\"failed\"", "prober_probe_duration_seconds_count");
        metrics.probes().forget(liveness);
        assertThat(new String(metrics.probes().text(), StandardCharsets.UTF_8)).doesNotContain("Liveness");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0-10MB",
        "9, 0-10MB",
        "10, 10MB-100MB",
        "100, 100MB-500MB",
        "500, 500MB-1GB",
        "1023, 500MB-1GB",
        "1024, 1GB-5GB",
        "5120, 5GB-10GB",
        "61440, 60GB-100GB",
        "102400, GT100GB"
    })
    void groupsPullsByTheImagesSize(long megabytes, String label) {
        assertThat(PodMetrics.size(megabytes << 20)).isEqualTo(label);
    }

    private String text() {
        return new String(metrics.text(), StandardCharsets.UTF_8);
    }
}
