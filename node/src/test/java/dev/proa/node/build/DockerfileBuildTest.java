package dev.proa.node.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.solver.BuildRequest;
import dev.proa.node.sandbox.state.StateFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DockerfileBuildTest {
    private BuildFixture fixture;

    @BeforeEach
    void open() throws Exception {
        fixture = new BuildFixture();
    }

    @AfterEach
    void close() throws Exception {
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void buildsStagesAndTakesTheirFiles() throws Exception {
        Image image = fixture.file("src/main.txt", "hello\n").build("""
                        FROM busybox AS build
                        WORKDIR /src
                        COPY src/ .
                        RUN tr a-z A-Z <main.txt >/out && chmod 750 /out && chown alice /out

                        FROM scratch
                        COPY --from=build /out /bin/app
                        ENTRYPOINT ["/bin/app"]
                        """);
        assertThat(fixture.files(image, 0)).containsExactly("755 0:0 /bin/", "750 1000:0 /bin/app");
        assertThat(image.config().entrypoint()).containsExactly("/bin/app");
        assertThat(fixture.steps).containsEntry("[build 3/4] COPY src/ .", "DONE");

        Image again = fixture.build();
        assertThat(again.digest()).isEqualTo(image.digest());
        assertThat(fixture.steps)
                .containsEntry(
                        "[build 4/4] RUN tr a-z A-Z <main.txt >/out && chmod 750 /out && chown alice /out", "CACHED")
                .containsEntry("[stage-1 2/2] COPY --from=build /out /bin/app", "CACHED");
    }

    @Test
    void deletesAndKeepsFilesOfTheBase() throws Exception {
        Image image = fixture.build("""
                FROM busybox
                RUN mkdir -p /a/b && touch /a/b/c /a/d && ln /a/d /a/e && ln -s d /a/f
                RUN rm -r /a/b && mkdir /a/b && rm /etc/group
                """);
        assertThat(fixture.files(image, 1))
                .contains("755 0:0 /a/b/", "644 0:0 /a/d", "644 0:0 /a/e", "777 0:0 /a/f -> d")
                .noneMatch(file -> file.contains("/a/b/c"));
        assertThat(image.layers()).hasSize(3);
    }

    @Test
    void tellsWhatFailed() throws Exception {
        assertThatThrownBy(() -> fixture.build("""
                        FROM busybox
                        RUN echo one && \\
                            exit 7
                        RUN true
                        """))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("------\n > [2/3] RUN echo one &&")
                .hasMessageContaining("\none\n------\n")
                .hasMessageContaining("   2 | >>> RUN echo one && \\")
                .hasMessageContaining("   3 | >>>     exit 7")
                .hasMessageEndingWith("did not complete successfully: exit code: 7");
    }

    @Test
    void mountsCachesSecretsAndFilesOfOthers() throws Exception {
        Path secret = Files.writeString(fixture.home.resolve("token"), "s3cret");
        fixture.file("data/a", "from the context");
        String dockerfile = """
                FROM busybox AS other
                RUN echo "of another stage" >/there
                FROM busybox
                ARG N
                RUN --mount=type=cache,target=/cache \\
                    --mount=type=secret,id=token \\
                    --mount=type=bind,target=/context \\
                    --mount=type=bind,from=other,source=/there,target=/mnt/there \\
                    --mount=type=tmpfs,target=/scratch \\
                    echo $N >>/cache/log && cat /cache/log && cat /run/secrets/token && cat /context/data/a /mnt/there \\
                    && grep -q ' /scratch tmpfs' /proc/mounts
                """;
        fixture.file("Dockerfile", dockerfile);
        BuildRequest request = BuildRequest.of(fixture.context, fixture.context.resolve("Dockerfile"))
                .withSecrets(Map.of("token", secret));
        Image image = fixture.build(request.withArguments(Map.of("N", "1")));
        assertThat(fixture.output).contains("1\ns3cretfrom the context");
        assertThat(fixture.output).contains("of another stage");
        assertThat(fixture.files(image, 1)).as("no mount point is left").isEmpty();

        fixture.build(request.withArguments(Map.of("N", "2")));
        assertThat(fixture.output).as("the cache has lasted").contains("1\n2\n");
    }

    @Test
    void copiesAsDockerDoes() throws Exception {
        Files.createSymbolicLink(fixture.context.resolve("outside"), Path.of("/etc/passwd"));
        Image image = fixture.file("a.txt", "a")
                .file("b.txt", "b")
                .file("d/sub/c.txt", "c")
                .file("d/skip.log", "x")
                .file(".dockerignore", "**/*.log\nDockerfile\n")
                .build("""
                        FROM busybox
                        WORKDIR /app
                        COPY *.txt ./
                        COPY --chown=alice:wheel --chmod=u=rwX,go= d /owned
                        COPY outside /
                        COPY a.txt /var/run/
                        COPY <<one <<-two /docs/
                        first $PATH
                        one
                        \tsecond
                        two
                        ADD --chmod=600 b.txt /renamed
                        """.replace("COPY outside /", "COPY . /all/"));
        assertThat(fixture.files(image, 1))
                .contains(
                        "644 0:0 /app/a.txt",
                        "644 0:0 /app/b.txt",
                        "755 1000:10 /owned/",
                        "700 1000:10 /owned/sub/",
                        "600 1000:10 /owned/sub/c.txt",
                        "777 0:0 /all/outside -> /etc/passwd",
                        "644 0:0 /run/a.txt",
                        "644 0:0 /docs/one",
                        "644 0:0 /docs/two",
                        "600 0:0 /renamed")
                .noneMatch(file -> file.contains("skip.log") || file.contains("Dockerfile"));
    }

    @Test
    void takesACopyFromTheCacheWhateverElseChangedBelow() throws Exception {
        String end = "\nCOPY src /copy\nRUN ls -ld /copy\n";
        fixture.file("line", "1").file("src/a", "a").file("src/sub/b", "b");
        Image first = fixture.build("FROM busybox\nCOPY line /etc/line" + end);
        Image second = fixture.file("line", "2").build();
        assertThat(second.layers().get(2)).isEqualTo(first.layers().get(2));
        assertThat(fixture.files(second, 1)).isEqualTo(fixture.files(first, 1));
        assertThat(fixture.steps).containsEntry("[4/4] RUN ls -ld /copy", "DONE");
        assertThat(fixture.build().digest()).isEqualTo(second.digest());
        assertThat(fixture.steps).containsEntry("[3/4] COPY src /copy", "CACHED");

        Image third = fixture.build("FROM busybox\nRUN mkdir /copy && chmod 700 /copy" + end);
        assertThat(fixture.files(third, 1)).contains("700 0:0 /copy/", "644 0:0 /copy/sub/b");
        assertThat(fixture.output).contains("drwx------");
    }

    @Test
    void copiesTheSameAgainOverItself() throws Exception {
        fixture.file("a", "a\n");
        Image image = fixture.build("""
                FROM busybox
                COPY a /x
                RUN cat /x && echo b >/x
                COPY a /x
                RUN cat /x && echo b >/x
                COPY --link a /x
                RUN cat /x && echo b >/x
                COPY --link a /x
                RUN cat /x
                """);
        assertThat(fixture.output.toString()).startsWith("a\na\na\na\n");
        assertThat(fixture.files(image, 1)).containsExactly("644 0:0 /x");
    }

    @Test
    void givesTheSameImageAgain() throws Exception {
        fixture.file("src/a", "a").file("src/b", "b").file("Dockerfile", """
                FROM busybox AS build
                WORKDIR /work
                COPY src .
                RUN mkdir -p out/sub && cat a b >out/sub/c && touch out/d && ln out/d out/e && hostname >out/host
                FROM busybox
                COPY --from=build /work/out /out/
                RUN touch /made && rm /etc/group
                """);
        BuildRequest request = BuildRequest.of(fixture.context, fixture.context.resolve("Dockerfile"))
                .withSourceDateEpoch(1_000_000_000L);
        Image first = fixture.build(request);
        StateFiles.delete(fixture.home.resolve("cache"));
        Image second = fixture.build(request);
        assertThat(fixture.steps.values()).doesNotContain("CACHED");
        assertThat(second.digest()).isEqualTo(first.digest());
        assertThat(first.config().created()).isEqualTo("2001-09-09T01:46:40Z");
    }
}
