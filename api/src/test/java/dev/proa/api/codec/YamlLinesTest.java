package dev.proa.api.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class YamlLinesTest {
    private static final String TEXT = """
            # a comment
            services:
              web:
                ports:
                  - 80
                  - {target: 8080,
                     published: 90}
                environment: &e
                  A: 1
              api: {environment: *e}
            """;

    @Test
    void tellWhereEachValueStands() {
        YamlLines lines = YamlLines.of(TEXT);
        assertThat(lines.of(List.of("services"))).isEqualTo(2);
        assertThat(lines.of(List.of("services", "web"))).isEqualTo(3);
        assertThat(lines.of(List.of("services", "web", "ports", "0"))).isEqualTo(5);
        assertThat(lines.of(List.of("services", "web", "ports", "1", "published")))
                .isEqualTo(7);
        assertThat(lines.of(List.of("services", "web", "environment", "A"))).isEqualTo(9);
    }

    @Test
    void tellWhereTheEnclosingValueStandsForWhatIsNotInTheText() {
        YamlLines lines = YamlLines.of(TEXT);
        assertThat(lines.of(List.of("services", "api", "environment", "A"))).isEqualTo(10);
        assertThat(lines.of(List.of("volumes"))).isEqualTo(1);
        assertThat(YamlLines.of("").of(List.of("a"))).isEqualTo(1);
    }

    @Test
    void refuseWhatIsNotYaml() {
        assertThatThrownBy(() -> YamlLines.of("a: [")).isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> YamlLines.of("[".repeat(20_000))).isInstanceOf(DecodeException.class);
    }
}
