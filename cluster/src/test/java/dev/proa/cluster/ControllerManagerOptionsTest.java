package dev.proa.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.control.autoscaling.AutoscalerConfig;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControllerManagerOptionsTest {
    @Test
    void configureTheAutoscaler() {
        ControllerManagerOptions options = ControllerManagerOptions.parse(List.of(
                "--horizontal-pod-autoscaler-sync-period=5s",
                "horizontal-pod-autoscaler-downscale-stabilization=0",
                "horizontal-pod-autoscaler-tolerance=0.25",
                "horizontal-pod-autoscaler-cpu-initialization-period=1m30s",
                "horizontal-pod-autoscaler-initial-readiness-delay=10s"));
        assertThat(options.autoscaler())
                .isEqualTo(new AutoscalerConfig(
                        Duration.ofSeconds(5),
                        Duration.ZERO,
                        0.25,
                        Duration.ofSeconds(90),
                        Duration.ofSeconds(10),
                        false));
        assertThat(ControllerManagerOptions.parse(options.arguments())).isEqualTo(options);
        assertThat(ControllerManagerOptions.NONE.autoscaler()).isEqualTo(AutoscalerConfig.DEFAULT);
    }

    @Test
    void theLastOneCounts() {
        assertThat(ControllerManagerOptions.parse(List.of(
                                "horizontal-pod-autoscaler-tolerance=1", "horizontal-pod-autoscaler-tolerance=2"))
                        .arguments())
                .containsExactly("horizontal-pod-autoscaler-tolerance=2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "horizontal-pod-autoscaler-sync-period=5 | horizontal-pod-autoscaler-sync-period is a duration as 30s, 10m or 1h30m, not \"5\"",
                "horizontal-pod-autoscaler-sync-period=0s | horizontal-pod-autoscaler-sync-period must be longer than 0",
                "horizontal-pod-autoscaler-initial-readiness-delay=-1s | horizontal-pod-autoscaler-initial-readiness-delay is a duration as 30s, 10m or 1h30m, not \"-1s\"",
                "horizontal-pod-autoscaler-tolerance=NaN | horizontal-pod-autoscaler-tolerance is a number as 0.1, and not below 0, not \"NaN\"",
                "horizontal-pod-autoscaler-tolerance=much | horizontal-pod-autoscaler-tolerance is a number as 0.1, and not below 0, not \"much\"",
                "horizontal-pod-autoscaler-tolerance | flag needs a value: horizontal-pod-autoscaler-tolerance=VALUE",
            })
    void refuseOtherValues(String flag, String message) {
        assertThatThrownBy(() -> ControllerManagerOptions.parse(List.of(flag))).hasMessage(message);
    }
}
