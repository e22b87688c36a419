package dev.proa.image.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Dockerfiles, words, mounts and patterns mean what BuildKit and Go say. What those answered to questions of
 * {@link Questions} is recorded in {@code dockerfile/answers.jsonl}; the tagged test asks them anew.
 */
class OracleTest {
    private static final long RECORDED_SEED = 15;
    private static final int RECORDED = 400;

    @Test
    void recordedAnswersAreTheSame() throws IOException {
        List<Map<String, Object>> questions = Questions.make(RECORDED_SEED, RECORDED);
        try (var in = Objects.requireNonNull(OracleTest.class.getResourceAsStream("/dockerfile/answers.jsonl"))) {
            List<String> answers = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            compare(questions, answers);
        }
    }

    /** {@code -Dproa.record=FILE} writes what the test above reads; {@code -Dproa.seed=NUMBER} asks other questions. */
    @Test
    @Tag("extensions")
    void originalsAnswerTheSame(@TempDir Path folder) throws Exception {
        Path program = folder.resolve("oracle");
        String tags = "dfparents dfexcludepatterns dfrunsecurity";
        Process build = new ProcessBuilder("go", "build", "-tags", tags, "-o", program.toString(), ".")
                .directory(Path.of("src/test/oracle").toFile())
                .inheritIO()
                .start();
        assertThat(build.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(build.exitValue()).isZero();

        String record = System.getProperty("proa.record", "");
        if (!record.isEmpty()) {
            Files.write(Path.of(record), ask(program, folder, Questions.make(RECORDED_SEED, RECORDED)));
        }
        long seed = Long.getLong("proa.seed", 1);
        List<Map<String, Object>> questions = Questions.make(seed, Integer.getInteger("proa.tries", 20_000));
        compare(questions, ask(program, folder, questions));
    }

    private static List<String> ask(Path program, Path folder, List<Map<String, Object>> questions) throws Exception {
        Path in = folder.resolve("questions");
        Path out = folder.resolve("answers");
        Files.write(
                in,
                questions.stream()
                        .map(q -> new String(Json.encode(q), StandardCharsets.UTF_8))
                        .toList());
        Process process = new ProcessBuilder(program.toString())
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
        return Files.readAllLines(out);
    }

    private static void compare(List<Map<String, Object>> questions, List<String> answers) {
        assertThat(answers).hasSameSizeAs(questions);
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            MapValue question = value(Json.encode(questions.get(i)));
            MapValue original = value(answers.get(i).getBytes(StandardCharsets.UTF_8));
            MapValue ours = Answers.to(question);
            if (!Answers.agree(ours, original)) {
                differences.add(question + "\n  original " + original + "\n  ours     " + ours);
            }
        }
        assertThat(differences.stream().limit(30))
                .as(differences.size() + " differences")
                .isEmpty();
    }

    private static MapValue value(byte[] json) {
        return (MapValue) Objects.requireNonNull(Json.decode(json));
    }
}
