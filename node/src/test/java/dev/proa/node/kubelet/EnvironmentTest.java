package dev.proa.node.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentTest {
    @ParameterizedTest
    @CsvSource({
        "plain, plain",
        "$(A), 1",
        "x$(A)y, x1y",
        "$$(A), $(A)",
        "$(B), $(B)",
        "$(A, $(A",
        "$A, $A",
        "100$, 100$"
    })
    void expands(String text, String expected) {
        assertThat(Environment.expand(text, Map.of("A", "1")::get)).isEqualTo(expected);
    }
}
