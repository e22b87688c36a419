package dev.proa.node.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.cri.Conditions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogReaderTest {
    private static final String LOG = """
            2026-01-01T00:00:01.000000001Z stdout F one
            2026-01-01T00:00:02.000000001Z stderr F two
            2026-01-01T00:00:03.000000001Z stdout P thr
            2026-01-01T00:00:03.500000001Z stdout F ee
            2026-01-01T00:00:04.000000001Z stdout F\s
            2026-01-01T00:00:05.000000001Z stdout F five is the last
            """;

    @TempDir
    Path directory;

    private Path log;
    private final ByteArrayOutputStream read = new ByteArrayOutputStream();
    private final AtomicBoolean ended = new AtomicBoolean(true);

    @BeforeEach
    void write() throws IOException {
        log = directory.resolve("0.log");
        Files.writeString(log, LOG);
    }

    private LogReader reader(LogOptions options) {
        return new LogReader(log, options, ended::get, (bytes, offset, length) -> {
            synchronized (read) {
                read.write(bytes, offset, length);
            }
        });
    }

    private String text() {
        synchronized (read) {
            return read.toString(StandardCharsets.UTF_8);
        }
    }

    private String run(LogOptions options) throws IOException {
        reader(options).run();
        return text();
    }

    private static LogOptions tail(long lines) {
        return new LogOptions(false, false, false, null, lines, -1, LogOptions.Stream.ALL);
    }

    @Test
    void joinsTheParts() throws IOException {
        assertThat(run(LogOptions.ALL)).isEqualTo("one\ntwo\nthree\n\nfive is the last\n");
    }

    @Test
    void showsTimes() throws IOException {
        assertThat(run(new LogOptions(false, false, true, null, -1, -1, LogOptions.Stream.ALL)))
                .startsWith("2026-01-01T00:00:01.000000001Z one\n")
                .contains("\n2026-01-01T00:00:03.000000001Z three\n2026-01-01T00:00:04.000000001Z \n");
    }

    @ParameterizedTest
    @CsvSource({"0,''", "1,5", "2,4", "3,3", "4,2", "5,1", "9,1"})
    void startsAtTheLastLines(long lines, String first) throws IOException {
        String expected = switch (first) {
            case "" -> "";
            case "5" -> "five is the last\n";
            case "4" -> "\nfive is the last\n";
            case "3" -> "three\n\nfive is the last\n";
            case "2" -> "two\nthree\n\nfive is the last\n";
            default -> "one\ntwo\nthree\n\nfive is the last\n";
        };
        assertThat(run(tail(lines))).isEqualTo(expected);
    }

    @Test
    void findsTheLastLinesOfALongLog() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            text.append("2026-01-01T00:00:01.000000001Z stdout F line ")
                    .append(i)
                    .append('\n');
        }
        Files.writeString(log, text);
        assertThat(run(tail(15_000)).lines()).hasSize(15_000).first().isEqualTo("line 5000");
    }

    @Test
    void leavesOutWhatIsTooOld() throws IOException {
        Instant since = Instant.parse("2026-01-01T00:00:04Z");
        assertThat(run(new LogOptions(false, false, false, since, -1, -1, LogOptions.Stream.ALL)))
                .isEqualTo("\nfive is the last\n");
    }

    @Test
    void keepsToTheLimit() throws IOException {
        assertThat(run(new LogOptions(false, false, false, null, -1, 6, LogOptions.Stream.ALL)))
                .isEqualTo("one\ntw");
    }

    @Test
    void tellsStreamsApart() throws IOException {
        assertThat(run(new LogOptions(false, false, false, null, -1, -1, LogOptions.Stream.STDERR)))
                .isEqualTo("two\n");
    }

    @Test
    void aMissingLogIsEmpty() throws IOException {
        Files.delete(log);
        assertThat(run(LogOptions.ALL)).isEmpty();
    }

    @Test
    void followsOverRotationToTheEnd() throws Exception {
        ended.set(false);
        LogReader reader = reader(new LogOptions(true, false, false, null, 1, -1, LogOptions.Stream.ALL));
        Thread following = Thread.ofVirtual().start(() -> {
            try {
                reader.run();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        Conditions.await("the last line", () -> text().equals("five is the last\n"));
        Files.writeString(
                log, "2026-01-01T00:00:06Z stdout F six\n2026-01-01T00:00:06Z std", StandardOpenOption.APPEND);
        Conditions.await("a new line", () -> text().endsWith("six\n"));
        Files.writeString(log, "out F seven\n", StandardOpenOption.APPEND);
        Files.move(log, directory.resolve("0.log.old"));
        Files.writeString(log, "2026-01-01T00:00:08Z stdout F eight\n");
        Conditions.await("the next file", () -> text().endsWith("six\nseven\neight\n"));
        Files.writeString(log, "2026-01-01T00:00:09Z stdout F nine\n", StandardOpenOption.APPEND);
        ended.set(true);
        assertThat(following.join(java.time.Duration.ofSeconds(60))).isTrue();
        assertThat(text()).endsWith("eight\nnine\n");
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whatIsNoLogFileIsNotRead() throws Exception {
        Path elsewhere = Files.move(log, directory.resolve("elsewhere"));
        Files.createSymbolicLink(log, elsewhere);
        assertThatThrownBy(() -> run(LogOptions.ALL)).isInstanceOf(IOException.class);
        Files.delete(log);
        assertThat(new ProcessBuilder("mkfifo", log.toString()).start().waitFor())
                .isZero();
        assertThatThrownBy(() -> run(LogOptions.ALL)).hasMessageContaining("is no regular file");
        assertThat(text()).isEmpty();
    }
}
