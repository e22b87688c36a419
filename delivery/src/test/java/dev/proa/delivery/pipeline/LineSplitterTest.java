package dev.proa.delivery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineSplitterTest {
    private static final int LONGEST = 1 << 16;

    private final LineSplitter splitter = new LineSplitter();

    @Test
    void longLinesAreBrokenBetweenCharacters() {
        byte[] bytes = ("x" + "é".repeat(LONGEST)).getBytes(StandardCharsets.UTF_8);

        List<String> lines = new ArrayList<>(splitter.read(bytes, 0, bytes.length));
        lines.addAll(splitter.end());

        assertThat(lines).hasSizeGreaterThan(1);
        assertThat(String.join("", lines)).isEqualTo("x" + "é".repeat(LONGEST));
    }

    @Test
    void bytesThatNeverBeginACharacterAreBrokenToo() {
        byte[] bytes = new byte[10 * LONGEST];
        Arrays.fill(bytes, (byte) 0x80);

        assertThat(splitter.read(bytes, 0, bytes.length)).hasSizeGreaterThan(8);
    }
}
