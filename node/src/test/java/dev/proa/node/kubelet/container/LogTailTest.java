package dev.proa.node.kubelet.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {
    private static final String TIME = "2026-01-01T00:00:01.000000001Z ";

    @TempDir
    Path directory;

    private Path log(String... lines) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            text.append(TIME).append(line).append('\n');
        }
        return Files.writeString(directory.resolve("0.log"), text);
    }

    @Test
    void givesTheLastLinesOfBothStreams() throws IOException {
        Path log = log("stdout F one", "stderr F two", "stdout F ", "stdout F four and more");

        assertThat(LogTail.lastLines(log, 80, 2048)).isEqualTo("one\ntwo\n\nfour and more\n");
        assertThat(LogTail.lastLines(log, 3, 2048)).isEqualTo("two\n\nfour and more\n");
    }

    @Test
    void joinsPartsToOneLine() throws IOException {
        Path log = log("stdout F one", "stdout P tw", "stdout P o and", "stdout F  more", "stdout P thr");

        assertThat(LogTail.lastLines(log, 2, 2048)).isEqualTo("two and more\nthr");
    }

    @Test
    void countsBytesNotCharacters() throws IOException {
        Path log = log("stdout F " + "é".repeat(3000));

        String tail = LogTail.lastLines(log, 80, 2048);

        assertThat(tail).endsWith("éé\n").hasSize(1025).startsWith("\ufffd");
        assertThat(LogTail.lastLines(log, 80, 2049)).isEqualTo("é".repeat(1024) + "\n");
    }

    @Test
    void findsTheLastBytesOfALongLine() throws IOException {
        String[] parts = new String[20];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = "stdout P " + "a b c d e ".repeat(1638);
        }
        assertThat(LogTail.lastLines(log(parts), 80, 20)).isEqualTo("a b c d e a b c d e ");
    }

    @Test
    void showsWhatIsNoTextAsSuch() throws IOException {
        Path log = log("stdout F x");
        byte[] bytes = Files.readAllBytes(log);
        bytes[bytes.length - 2] = (byte) 0xff;
        Files.write(log, bytes);

        assertThat(LogTail.lastLines(log, 80, 2048)).isEqualTo("\ufffd\n");
    }

    @Test
    void leavesOutWhatIsNoLineOfALog() throws IOException {
        Path log = log("stdout F good");
        Files.write(
                log,
                "nonsense\n\ntwo words\n".getBytes(StandardCharsets.UTF_8),
                java.nio.file.StandardOpenOption.APPEND);

        assertThat(LogTail.lastLines(log, 80, 2048)).isEqualTo("good\n");
        assertThat(LogTail.lastLines(directory.resolve("none"), 80, 2048)).isEmpty();
    }
}
