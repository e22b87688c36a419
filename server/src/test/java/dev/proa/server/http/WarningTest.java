package dev.proa.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WarningTest {
    @Test
    void isUtf8WithoutWhatWouldBreakTheHeader() {
        String header = Exchange.warning("unknown field \"gr\u00f6\u00dfe\\\r\n\u0085\ud83d\ude00\uFFFD\"");
        assertThat(new String(header.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
                .isEqualTo("299 - \"unknown field \\\"gr\u00f6\u00dfe\\\\???\ud83d\ude00\uFFFD\\\"\"");
        assertThat(header.chars()).allMatch(c -> c >= ' ' && c < 256 && c != 127);
    }
}
