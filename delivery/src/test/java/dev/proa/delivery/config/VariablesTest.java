package dev.proa.delivery.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VariablesTest {
    private final Variables variables = new Variables(Map.of("A", "a", "EMPTY", "")::get);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "$A ${A}|a a",
                "$$A $${A}|$A ${A}",
                "x$|x$",
                "$5|$5",
                "$NONE.|.",
                "${NONE:-d}${NONE-e}${EMPTY:-f}${EMPTY-g}|def",
                "${A:+x}${NONE:+y}${EMPTY:+z}${EMPTY+w}|xw",
                "${NONE:-${A}-${NONE:-in}}|a-in",
                "${A:?needed}${EMPTY?needed}|a",
            })
    void areReplacedAsInCompose(String text, String expected) {
        assertThat(variables.in(text)).isEqualTo(expected);
    }

    @Test
    void mustBeThereWhenTheyAreRequired() {
        assertThatThrownBy(() -> variables.in("${NONE:?set it}"))
                .hasMessageContaining("NONE is required and not set: set it");
        assertThatThrownBy(() -> variables.in("${EMPTY:?}")).hasMessageContaining("EMPTY is required and not set");
        for (String wrong : new String[] {"${", "${}", "${A", "${A!x}", "${1}"}) {
            assertThatThrownBy(() -> variables.in(wrong)).hasMessageContaining("invalid variable");
        }
        assertThatThrownBy(() -> variables.in("${X:-".repeat(50) + "}".repeat(50)))
                .hasMessageContaining("nested");
    }
}
