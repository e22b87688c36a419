package dev.proa.server.apiextensions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.server.Tries;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link CustomResourceFactsTest} has what formats take; this has what they cost. */
class StringFormatsTest {
    private static final List<String> FORMATS = List.of(
            "bsonobjectid",
            "byte",
            "cidr",
            "creditcard",
            "date",
            "date-time",
            "duration",
            "email",
            "hexcolor",
            "hostname",
            "ipv4",
            "ipv6",
            "isbn",
            "k8s-long-name",
            "k8s-short-name",
            "mac",
            "password",
            "rgbcolor",
            "ssn",
            "uri",
            "uuid");

    @Test
    void takeLongTextsWithoutDeepRecursion() {
        for (String part :
                List.of("a", "a.", "1s", "%20", "\"a\" ", "ab:", "YWJj", "a@", "<", "http://", "1,", "[", "\\", "-")) {
            String text = part.repeat(100_000);
            for (String format : FORMATS) {
                assertThat(StringFormats.matches(format, text)).isIn(true, false);
                assertThat(StringFormats.matches(format, "http://" + text)).isIn(true, false);
            }
            assertThat(Patterns.matches("^(a|b|\\.|[^a])*$", text)).isTrue();
        }
    }

    @Test
    void takeWhateverTexts() {
        Tries.run(5_000, random -> {
            String text = Tries.text(random, 30);
            for (String format : FORMATS) {
                assertThat(StringFormats.isKnown(format)).isTrue();
                assertThat(StringFormats.matches(format, text)).isIn(true, false);
            }
        });
    }
}
