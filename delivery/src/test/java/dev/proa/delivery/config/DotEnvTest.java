package dev.proa.delivery.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class DotEnvTest {
    private static Map<String, String> parse(String text) {
        return DotEnv.parse(".env", text, Map.of("HOST", "h", "ALONE", "from outside")::get);
    }

    @Test
    void readsTheNotationsOfCompose() {
        assertThat(parse("""
                # a comment

                PLAIN=a value  # with a comment
                export EXPORTED = 1
                YAML: style
                EMPTY=
                HASH=a#b
                SINGLE='it is $HOST \\n "literal" it\\'s'
                DOUBLE="$HOST ${MISSING:-none}\\t\\"x\\" \\$HOST"
                LINES="one
                two"
                REF=${PLAIN}!
                COSTS=5$
                DOLLARS=a$$b
                ALONE
                UNKNOWN
                dotted.name-1=x\r
                LAST=z"""))
                .containsExactly(
                        Map.entry("PLAIN", "a value"),
                        Map.entry("EXPORTED", "1"),
                        Map.entry("YAML", "style"),
                        Map.entry("EMPTY", ""),
                        Map.entry("HASH", "a#b"),
                        Map.entry("SINGLE", "it is $HOST \\n \"literal\" it's"),
                        Map.entry("DOUBLE", "h none\t\"x\" $HOST"),
                        Map.entry("LINES", "one\ntwo"),
                        Map.entry("REF", "a value!"),
                        Map.entry("COSTS", "5$"),
                        Map.entry("DOLLARS", "a$b"),
                        Map.entry("ALONE", "from outside"),
                        Map.entry("dotted.name-1", "x"),
                        Map.entry("LAST", "z"));
    }

    @Test
    void saysTheLineAndNeverTheValue() {
        assertThatThrownBy(() -> parse("A=1\nB=\"s3cret\n")).hasMessage(".env:2: the quote is not closed");
        assertThatThrownBy(() -> parse("A=1\n\n=s3cret\n"))
                .hasMessageStartingWith(".env:3: ")
                .hasMessageNotContaining("s3cret");
        assertThatThrownBy(() -> parse("A=s3cret${B\n"))
                .hasMessageStartingWith(".env:1: ")
                .hasMessageNotContaining("s3cret");
    }
}
