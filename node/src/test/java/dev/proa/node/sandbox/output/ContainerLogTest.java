package dev.proa.node.sandbox.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerLogTest {
    private static final String TIME = "2026-01-02T03:04:05.000000006Z";

    @TempDir
    Path directory;

    private ContainerLog log() {
        return new ContainerLog(directory.resolve("pod/0.log"), InstantSource.fixed(Instant.parse(TIME)));
    }

    private List<String> lines() throws Exception {
        return Files.readAllLines(directory.resolve("pod/0.log"));
    }

    private static void write(ContainerLog log, boolean stderr, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        log.write(stderr, bytes, bytes.length);
    }

    @Test
    void keepsTheStreamsLinesApart() throws Exception {
        ContainerLog log = log();
        write(log, false, "one\ntw");
        write(log, true, "err\n");
        write(log, false, "o\n\nthree");
        log.end(false);
        log.end(true);
        assertThat(lines())
                .containsExactly(
                        TIME + " stdout F one",
                        TIME + " stderr F err",
                        TIME + " stdout F two",
                        TIME + " stdout F ",
                        TIME + " stdout P three");
    }

    @Test
    void marksWhatSomebodyElseGoesOnWith() throws Exception {
        ContainerLog log = log();
        write(log, false, "half");
        log.close();
        assertThat(lines()).containsExactly(TIME + " stdout P half");
    }

    @Test
    void losesNothingHoweverOutputIsCutIntoPieces() throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            all.append("x".repeat(random.nextInt(10) == 0 ? random.nextInt(40_000) : random.nextInt(50)))
                    .append('\n');
        }
        ContainerLog log = log();
        int done = 0;
        while (done < all.length()) {
            int next = Math.min(all.length(), done + 1 + random.nextInt(20_000));
            write(log, false, all.substring(done, next));
            done = next;
        }
        StringBuilder read = new StringBuilder();
        List<Integer> lengths = new ArrayList<>();
        for (String line : lines()) {
            String[] fields = line.split(" ", 4);
            lengths.add(fields[3].length());
            read.append(fields[3]).append(fields[2].equals("F") ? "\n" : "");
        }
        assertThat(read.toString()).isEqualTo(all.toString());
        assertThat(lengths).allMatch(length -> length <= 16384);
    }

    @Test
    void beginsANewFileWhenOneIsLargeAndKeepsFive() throws Exception {
        Path path = directory.resolve("pod/0.log");
        Path other = Files.createDirectories(path.getParent()).resolve("1.log");
        Files.writeString(other, "another container's");
        ContainerLog log = new ContainerLog(path, InstantSource.fixed(Instant.parse(TIME)), 100);
        for (int i = 0; i < 40; i++) {
            write(log, false, "line " + i + "\n");
        }
        log.close();

        List<String> names = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        try (var files = Files.list(path.getParent())) {
            files.filter(file -> !file.equals(other))
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .forEach(names::add);
        }
        for (String name : names.subList(1, names.size())) {
            lines.addAll(Files.readAllLines(path.resolveSibling(name)));
        }
        assertThat(names).hasSize(5).allMatch(name -> name.matches("0\\.log(\\.20260102-030405(\\.\\d{3})?)?"));
        assertThat(lines).hasSize(12).last().asString().endsWith(" line 38");
        assertThat(path).hasContent(TIME + " stdout F line 39");
        assertThat(other).exists();
    }

    @Test
    void knowsHowLargeAFileIsThatItGoesOnWith() throws Exception {
        Path path = directory.resolve("pod/0.log");
        for (int i = 0; i < 10; i++) {
            ContainerLog log = new ContainerLog(path, InstantSource.system(), 200);
            write(log, false, "line " + i + "\n");
            log.close();
        }
        try (var files = Files.list(path.getParent())) {
            assertThat(files.count()).isEqualTo(3);
        }
    }
}
