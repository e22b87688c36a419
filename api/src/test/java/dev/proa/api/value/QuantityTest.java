package dev.proa.api.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.Tries;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0.5, 500m",
        "1000, 1k",
        "1500, 1500",
        "1.5, 1500m",
        "1024Mi, 1Gi",
        "1536Mi, 1536Mi",
        "0.5Gi, 512Mi",
        "0.1Gi, 107374182400m",
        "1000Ki, 1000Ki",
        "1024, 1024",
        "1000000, 1M",
        "1e3, 1e3",
        "1000e3, 1e6",
        "1E, 1E",
        "1E3, 1E3",
        "10000E3, 10e6",
        "0.0000000001, 1n",
        "-1.5, -1500m",
        "100m, 100m",
        "1000m, 1",
        "0.5Mi, 512Ki",
        "512, 512",
        "0Ki, 0",
        "1.0, 1",
        "00.50, 500m",
        "16Ei, 9223372036854775807",
        ".5, 500m",
        "5., 5.",
        "+5, +5"
    })
    void hasTheCanonicalFormOfKubernetes(String text, String canonical) {
        assertThat(Quantity.parse(text)).hasToString(canonical);
    }

    /**
     * Recorded from Kubernetes' own parser, without the amounts of 1000E and more, whose suffix it loses when it writes them: text, canonical form, whole and milli values; or the error after an
     * exclamation mark.
     */
    @TestFactory
    Stream<DynamicTest> readsAsKubernetesDoes() throws IOException {
        String table = new String(
                QuantityTest.class
                        .getResourceAsStream("/dev/proa/api/quantities.txt")
                        .readAllBytes(),
                StandardCharsets.UTF_8);
        return table.lines()
                .map(line -> line.split("\t"))
                .map(row -> DynamicTest.dynamicTest(row[0], () -> {
                    if (row[1].startsWith("!")) {
                        assertThatThrownBy(() -> Quantity.parse(row[0])).hasMessage(row[1].substring(1));
                        return;
                    }
                    Quantity quantity = Quantity.parse(row[0]);
                    assertThat(quantity).hasToString(row[1]);
                }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1x", "1 Gi", "1KiB", "--1", "1.2.3", "e", "1mi"})
    void refuses(String text) {
        assertThatThrownBy(() -> Quantity.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void saysWhatKubernetesSays() {
        assertThatThrownBy(() -> Quantity.parse("1 Gi"))
                .hasMessage("quantities must match the regular expression"
                        + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        assertThatThrownBy(() -> Quantity.parse("1mi")).hasMessage("unable to parse quantity's suffix");
    }

    @Test
    void calculates() {
        assertThat(Quantity.parse("1Gi").plus(Quantity.parse("512Mi"))).hasToString("1536Mi");
        assertThat(Quantity.ZERO.plus(Quantity.parse("1Gi"))).hasToString("1Gi");
        assertThat(Quantity.parse("1").minus(Quantity.parse("100m"))).hasToString("900m");
        assertThat(Quantity.parse("250m").times(4)).hasToString("1");
        assertThat(Quantity.parse("1.5").value()).isEqualTo(2);
        assertThat(Quantity.parse("0.0001").milliValue()).isEqualTo(1);
        assertThat(Quantity.parse("1")).isEqualTo(Quantity.parse("1000m")).isEqualByComparingTo(Quantity.parse("1e0"));
        assertThat(Quantity.from("nonsense")).isEqualTo(Quantity.ZERO);
    }

    @Test
    void keepsTheAmountWhenWritten() {
        Tries.run(1000, random -> {
            BigDecimal amount = BigDecimal.valueOf(
                    Tries.number(random, Long.MIN_VALUE, Long.MAX_VALUE), (int) Tries.number(random, 0, 9));
            Quantity quantity = Quantity.of(amount, Quantity.Format.DECIMAL_SI);
            assertThat(Quantity.parse(quantity.toString())).isEqualByComparingTo(quantity);
            assertThat(quantity.amount()).isEqualByComparingTo(amount);
        });
    }

    @Test
    void keepsBytesWhenWritten() {
        Tries.run(1000, random -> {
            long bytes = Tries.number(random, 0, Long.MAX_VALUE);
            Quantity quantity = Quantity.ofBytes(bytes);
            assertThat(Quantity.parse(quantity.toString()).value()).isEqualTo(bytes);
        });
    }

    @Test
    void ordersAsNumbersDo() {
        Tries.run(1000, random -> {
            int left = (int) Tries.number(random, 0, Integer.MAX_VALUE);
            int right = (int) Tries.number(random, 0, Integer.MAX_VALUE);
            assertThat(Integer.signum(Quantity.ofMilli(left).compareTo(Quantity.ofMilli(right))))
                    .isEqualTo(Integer.compare(left, right));
            assertThat(Quantity.ofMilli(left).plus(Quantity.ofMilli(right)).milliValue())
                    .isEqualTo((long) left + right);
        });
    }
}
