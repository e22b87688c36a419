package dev.proa.delivery.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.delivery.pipeline.OutputReader.Level;
import dev.proa.delivery.pipeline.OutputReader.Line;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CommandReaderTest {
    private final CommandReader reader = new CommandReader(List.of("s3cret", "two\nlines"));

    private List<Line> read(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        List<Line> lines = new ArrayList<>(reader.read(bytes, 0, bytes.length));
        lines.addAll(reader.end());
        return lines;
    }

    @Test
    void commandsAreTakenOut() {
        assertThat(read("""
                ::group::Build it
                plain
                ::endgroup::
                ::error file=app.js,line=3,endColumn=7,title=Bad%2C very::Missing%0Asemicolon 100%25
                ::set-output name=a::1
                ::save-state name=b::2
                ::unknown::x
                ##[warning]careful
                """))
                .containsExactly(
                        new Line.GroupStart("Build it", true),
                        new Line.Text("plain"),
                        new Line.GroupEnd(),
                        new Line.Annotation(Level.ERROR, "Missing\nsemicolon 100%", "Bad, very", "app.js", 3, 0, 0, 7),
                        new Line.Text("::unknown::x"),
                        new Line.Annotation(Level.WARNING, "careful", "", "", 0, 0, 0, 0));
        assertThat(reader.outputs()).containsEntry("a", "1");
        assertThat(reader.state()).containsEntry("b", "2");
    }

    @Test
    void commandsCanBeStopped() {
        assertThat(read("::stop-commands::tok\n::error::no\n::tok::\n::error::yes\n"))
                .containsExactly(
                        new Line.Text("::error::no"), new Line.Annotation(Level.ERROR, "yes", "", "", 0, 0, 0, 0));
    }

    @Test
    void secretsAreHiddenHoweverTheOutputIsCut() {
        String encoded = Base64.getEncoder().encodeToString("s3cret".getBytes(StandardCharsets.UTF_8));
        byte[] bytes = ("a s3cret b\r\n::add-mask::later\nlater é s3crets3cret\ntwo and lines\n" + encoded + "\nend")
                .getBytes(StandardCharsets.UTF_8);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        CommandReader cut = new CommandReader(List.of("s3cret", "two\nlines"));
        List<Line> lines = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int length = Math.min(1 + random.nextInt(7), bytes.length - at);
            lines.addAll(cut.read(bytes, at, length));
            at += length;
        }
        lines.addAll(cut.end());
        assertThat(lines)
                .as("seed %d", seed)
                .extracting(line -> ((Line.Text) line).text())
                .containsExactly("a *** b", "*** é ******", "*** and ***", "***" + encoded.substring(7), "end");
        assertThat(cut.masks()).containsExactly("later");
    }
}
