package dev.proa.delivery.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PathPatternTest {
    private static boolean takes(String path, String... globs) {
        return PathPattern.takes(List.of(globs).stream().map(PathPattern::of).toList(), path);
    }

    @Test
    void starsAndExclusionsDecide() {
        assertThat(takes("target/a/b.jar", "target/**/*.jar")).isTrue();
        assertThat(takes("target/b.jar", "target/**/*.jar")).isTrue();
        assertThat(takes("target/a/b.jar", "target/*.jar")).isFalse();
        assertThat(takes("target/b.jar", "target/", "!target/b.*")).isFalse();
        assertThat(takes("a(b).txt", "./a(?).txt")).isTrue();
        assertThat(takes("any/thing", ".")).isTrue();
    }

    /** Backtracking would take ages, in the cluster's own process. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.SECONDS)
    void manyStarsCostLittle() {
        assertThat(takes("a".repeat(200), "*a".repeat(30) + "b")).isFalse();
    }
}
