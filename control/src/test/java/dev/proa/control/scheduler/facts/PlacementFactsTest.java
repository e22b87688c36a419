package dev.proa.control.scheduler.facts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Proa finds the same nodes feasible as kube-scheduler, gives the same reasons for the others, and the same scores. What
 * kube-scheduler's plugins answered in 500 random clusters is recorded in {@code placements.jsonl.gz}; the tagged test asks them anew.
 */
class PlacementFactsTest {
    private static final long RECORDED_SEED = 1;
    private static final int RECORDED = 500;

    @Test
    void recordedAnswersAreTheSame() throws Exception {
        try (InputStream in =
                        Objects.requireNonNull(PlacementFactsTest.class.getResourceAsStream("placements.jsonl.gz"));
                GZIPInputStream unzipped = new GZIPInputStream(in)) {
            List<String> answers = new String(unzipped.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            compare(seeds(RECORDED_SEED, RECORDED), answers);
        }
    }

    /** {@code -Dproa.record=FILE} writes what the test above reads; {@code -Dproa.seed=NUMBER} asks for other cases. */
    @Test
    @Tag("extensions")
    void originalsAnswerTheSame(@TempDir Path folder) throws Exception {
        Path program = folder.resolve("oracle");
        Process build = new ProcessBuilder("go", "build", "-o", program.toString(), ".")
                .directory(Path.of("src/test/oracle").toFile())
                .inheritIO()
                .start();
        assertThat(build.waitFor(20, TimeUnit.MINUTES)).isTrue();
        assertThat(build.exitValue()).isZero();

        String record = System.getProperty("proa.record", "");
        if (!record.isEmpty()) {
            record(ask(program, folder, seeds(RECORDED_SEED, RECORDED)), Path.of(record));
        }
        long[] seeds = seeds(Long.getLong("proa.seed", 1_000_000), Integer.getInteger("proa.tries", 5_000));
        compare(seeds, ask(program, folder, seeds));
    }

    private static long[] seeds(long first, int count) {
        return LongStream.range(first, first + count).toArray();
    }

    private static void record(List<String> answers, Path file) throws IOException {
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            for (String answer : answers) {
                out.write(answer.getBytes(StandardCharsets.UTF_8));
                out.write('\n');
            }
        }
    }

    private static List<String> ask(Path program, Path folder, long[] seeds) throws Exception {
        List<String> questions = new ArrayList<>();
        questions.add(Json.toString(MapValue.of("objects", ListValue.copyOf(PlacementCase.world()))));
        for (long seed : seeds) {
            questions.add(Json.toString(PlacementCase.of(seed).toJson()));
        }
        Path in = Files.write(folder.resolve("questions"), questions);
        Path out = folder.resolve("answers");
        Process process = new ProcessBuilder(program.toString())
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
        return Files.readAllLines(out);
    }

    private static void compare(long[] seeds, List<String> answers) throws InterruptedException {
        assertThat(answers).hasSize(seeds.length);
        List<String> differences = new ArrayList<>();
        try (PlacementAnswers ours = new PlacementAnswers()) {
            for (int i = 0; i < seeds.length; i++) {
                MapValue original = Json.decodeMap(answers.get(i));
                MapValue answer = ours.to(PlacementCase.of(seeds[i]));
                differ("seed " + seeds[i], original, answer, differences);
            }
        }
        assertThat(differences.stream().limit(30))
                .as(differences.size() + " differences")
                .isEmpty();
    }

    private static void differ(
            String path, @Nullable Object original, @Nullable Object ours, List<String> differences) {
        if (original instanceof MapValue a && ours instanceof MapValue b) {
            Set<String> names = new TreeSet<>(a.asMap().keySet());
            names.addAll(b.asMap().keySet());
            names.forEach(name -> differ(path + ", " + name, a.get(name), b.get(name), differences));
        } else if (!Objects.equals(
                original == null ? 0L : original, ours == null ? 0L : ours)) { // a skipped plugin gives 0
            differences.add(
                    path + ": " + Json.toString(original) + " by kube-scheduler, " + Json.toString(ours) + " by Proa");
        }
    }
}
