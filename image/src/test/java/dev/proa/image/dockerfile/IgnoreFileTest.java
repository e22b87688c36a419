package dev.proa.image.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.proa.image.ImageFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the recorded answers of {@link OracleTest} do not tell. */
class IgnoreFileTest {
    private static IgnoreFile parse(String text) {
        return IgnoreFile.parse(text.getBytes(StandardCharsets.UTF_8), ".dockerignore");
    }

    @Test
    void aUsualFile() {
        IgnoreFile file =
                parse("\uFEFF# comment\n\n/.git\n**/node_modules/\ntarget\n!target/*.jar\r\n*.md\n!README.md\n");

        assertThat(List.of(".git/HEAD", "a/node_modules/b", "node_modules", "target/classes/A", "b.md"))
                .allMatch(file::excludes);
        assertThat(List.of("target/a.jar", "README.md", "a/b.md", "a/.git", "node_modules2"))
                .noneMatch(file::excludes);
        assertThat(file.patterns())
                .containsExactly(".git", "**/node_modules", "target", "!target/*.jar", "*.md", "!README.md");
    }

    @Test
    void foldersWithoutAnythingIncludedAreNotEntered() {
        IgnoreFile file = parse("*\n!src\n!a/b/*.txt\n");

        assertThat(List.of("src", "a", "a/b")).allMatch(file::mayContainIncluded);
        assertThat(List.of("target", "a/c", "b")).noneMatch(file::mayContainIncluded);
        assertThat(file.root().child("a").child("b").child("c.txt").excluded()).isFalse();
        assertThat(file.root().child("a").child("c").mayContainIncluded()).isFalse();
    }

    /** Nothing is included below a folder that a walk may skip. */
    @Test
    void skippingFoldersLosesNothing() {
        for (Map<String, Object> question : Questions.make(7, 3000)) {
            if (!"ignore".equals(question.get("kind"))) {
                continue;
            }
            IgnoreFile file;
            try {
                file = parse(Objects.toString(question.get("text")));
            } catch (ImageFailure e) {
                continue; // A malformed pattern.
            }
            for (Object path : (List<?>) Objects.requireNonNull(question.get("paths"))) {
                String name = Objects.toString(path);
                for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
                    if (!file.mayContainIncluded(name.substring(0, slash))) {
                        assertThat(file.excludes(name))
                                .as(question + ": " + name)
                                .isTrue();
                    }
                }
            }
        }
    }

    @Test
    void malformedPatternsHaveTheirLine() {
        assertThatThrownBy(() -> parse("a\n!\n")).hasMessage(".dockerignore:2: illegal exclusion pattern: \"!\"");
        assertThatThrownBy(() -> parse("[a\n")).hasMessage(".dockerignore:1: syntax error in pattern [a");
    }

    @Test
    void hostilePatternsTakeLinearTime() {
        String name = "a".repeat(4000);
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            assertThat(parse("**a".repeat(50) + "b").excludes(name)).isFalse();
            assertThat(parse("*a".repeat(50) + "b").excludes(name)).isFalse();
            assertThat(Glob.of("*a".repeat(50) + "b").matches(name)).isFalse();
            assertThatThrownBy(() -> parse("a\n".repeat(20_000))).hasMessageContaining("more than 10000 patterns");
        });
    }

    @Test
    void globsSayWhereToLook() {
        assertThat(Glob.base("a/b/*.go")).isEqualTo("a/b/");
        assertThat(Glob.base("*/b")).isEmpty();
        assertThat(Glob.base("a/\\*")).isEqualTo("a/\\*");
        assertThat(Glob.base("/a/b")).isEqualTo("/a/b");
    }

    @Test
    void aDockerfileMayHaveItsOwn() {
        assertThat(IgnoreFile.names("docker/web.Dockerfile"))
                .containsExactly("docker/web.Dockerfile.dockerignore", ".dockerignore");
    }
}
