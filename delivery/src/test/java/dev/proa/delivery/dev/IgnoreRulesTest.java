package dev.proa.delivery.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.image.source.SourceFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IgnoreRulesTest {
    @TempDir
    Path project;

    private void file(String name, String content) throws IOException {
        Path file = project.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private boolean ignores(String path) {
        return ignores(path, Set.of());
    }

    private boolean ignores(String path, Set<String> kept) {
        try (SourceFolder folder = SourceFolder.open(project)) {
            return new IgnoreRules(folder, kept).ignores(path, Files.isDirectory(project.resolve(path)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        ".git/HEAD, true",
        "node_modules/a/index.js, true",
        "src/__pycache__/a.pyc, true",
        "src/.main.py.swp, true",
        "src/main.py~, true",
        "src/main.py, false",
        "target/classes/A.class, true",
        "module/target/A.class, false",
        "build/x, false",
        "k8s/app.yaml, false",
        "compose.yaml, false",
        ".env, false",
    })
    void ignoreWhatBuildsAndEditorsWrite(String path, boolean ignored) throws IOException {
        file("pom.xml", "<project/>");
        file(".gitignore", ".env\nk8s\n*.yaml\n");
        assertThat(ignores(path)).isEqualTo(ignored);
    }

    @Test
    void keepWhatIsPublished() throws IOException {
        file(".gitignore", "dist\n");
        file("dist/index.html", "x");
        assertThat(ignores("dist/index.html")).isTrue();
        assertThat(ignores("dist/index.html", Set.of("dist"))).isFalse();
        assertThat(ignores("dist", Set.of("dist"))).isFalse();
        assertThat(ignores("dist/.index.html.swp", Set.of("dist"))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "docs/a.md, true",
        "README.md, false",
        "a/b/c.log, true",
        "a/keep.log, false",
        "deep/x/tmp, true",
        "tmp, false",
        "rooted/x, true",
        "sub/rooted/x, false",
    })
    void readDockerignore(String path, boolean ignored) throws IOException {
        file(".dockerignore", "# comment\n*/*.md\n**/*.log\n!a/keep.log\ndeep/**/tmp\n/rooted/\n");
        assertThat(ignores(path)).isEqualTo(ignored);
    }

    /** What git itself says of the same files, for patterns and paths made by chance. */
    @Test
    void agreeWithGit() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/git")), "needs git");
        run(List.of("git", "init", "-q"), "");
        Random random = new Random(7);
        Set<String> paths = new TreeSet<>();
        for (int i = 0; i < 60; i++) {
            String path = path(random);
            Path file = project.resolve(path);
            boolean blocked = false;
            for (Path above = file.getParent(); !above.equals(project); above = above.getParent()) {
                blocked |= Files.isRegularFile(above);
            }
            if (!blocked && !Files.exists(file)) {
                file(path, "x");
                paths.add(path);
            }
        }
        int ignored = 0;
        for (int round = 0; round < 25; round++) {
            StringBuilder top = new StringBuilder();
            StringBuilder nested = new StringBuilder();
            for (int i = 0; i < 6; i++) {
                top.append(pattern(random)).append('\n');
                nested.append(pattern(random)).append('\n');
            }
            file(".gitignore", top.toString());
            boolean deeper = Files.isDirectory(project.resolve("a"));
            if (deeper) {
                file("a/.gitignore", nested.toString());
            }
            Set<String> expected =
                    new TreeSet<>(run(List.of("git", "check-ignore", "--stdin"), String.join("\n", paths) + "\n")
                            .lines()
                            .toList());
            Set<String> found = new TreeSet<>();
            for (String path : paths) {
                if (ignores(path)) {
                    found.add(path);
                }
            }
            ignored += expected.size();
            assertThat(found)
                    .as("of " + top.toString().replace('\n', ' ') + " and in a: "
                            + nested.toString().replace('\n', ' '))
                    .isEqualTo(expected);
        }
        assertThat(ignored).isGreaterThan(100);
    }

    private static String path(Random random) {
        List<String> parts = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            parts.add(
                    List.of("a", "b", "foo", "bar.txt", "x.c", "[z]", "sp ace").get(random.nextInt(7)));
        }
        return String.join("/", parts);
    }

    private static String pattern(Random random) {
        StringBuilder pattern = new StringBuilder(random.nextInt(4) == 0 ? "!" : "");
        pattern.append(random.nextInt(5) == 0 ? "/" : "");
        for (int i = random.nextInt(3); i >= 0; i--) {
            pattern.append(List.of(
                            "a", "b", "foo", "*.txt", "*", "**", "b?r*", "[a-c]", "[!a]", "x.[ch]", "\\[z\\]", "sp ace",
                            "f*o")
                    .get(random.nextInt(13)));
            pattern.append(i > 0 ? "/" : "");
        }
        return pattern.append(random.nextInt(4) == 0 ? "/" : "")
                .append(random.nextInt(6) == 0 ? "  " : "")
                .toString();
    }

    private String run(List<String> command, String input) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(project.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isLessThan(2);
        return output;
    }
}
