package dev.proa.node.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Builds in several processes over one cache and one image store. */
@Tag("extensions")
@Timeout(120)
class ProcessesBuildTest {
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

    /** Starts all at once, waits for their ends, and returns what each printed. */
    private List<String> buildAtOnce(List<String> dockerfiles) throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < dockerfiles.size(); i++) {
            fixture.file("Dockerfile." + i, dockerfiles.get(i));
        }
        for (int i = 0; i < dockerfiles.size(); i++) {
            processes.add(KilledBuild.start(fixture, "Dockerfile." + i, "test:" + i));
        }
        List<String> outputs = new ArrayList<>();
        for (Process process : processes) {
            outputs.add(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(outputs.getLast()).isZero();
        }
        return outputs;
    }

    private static String built(String output) {
        return output.substring(output.indexOf("built sha256:")).strip();
    }

    @Test
    void theSameAtOnceGivesTheSame() throws Exception {
        String dockerfile = """
                FROM busybox AS one
                COPY . /all/
                RUN mkdir /out && for i in $(seq 200); do echo $i >/out/$i; done
                FROM busybox AS two
                RUN sleep 0.2; echo two >/two
                FROM scratch
                COPY --from=one /out /out/
                COPY --from=two /two /
                """;
        fixture.file(".dockerignore", "Dockerfile*");
        for (int i = 0; i < 50; i++) {
            fixture.file("files/" + i, "content " + i);
        }
        List<String> outputs = buildAtOnce(List.of(dockerfile, dockerfile, dockerfile));
        assertThat(outputs.stream().map(ProcessesBuildTest::built).distinct()).hasSize(1);
        assertThat(fixture.store.find("test:0").orElseThrow().names()).hasSize(3);
        assertThat(fixture.files(fixture.store.find("test:0").orElseThrow(), 0)).hasSize(202);
        try (Stream<Path> left = Files.list(fixture.home.resolve("cache/tmp"))) {
            assertThat(left).isEmpty();
        }
    }

    /** Some replace results of steps that others are about to mount. */
    @Test
    void buildsWithoutCacheTakeNothingFromOthers() throws Exception {
        StringBuilder dockerfile = new StringBuilder("FROM busybox\n");
        for (int i = 0; i < 25; i++) {
            dockerfile.append("WORKDIR /d").append(i).append('\n');
        }
        fixture.file("Dockerfile.0", dockerfile.toString());
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            processes.add(KilledBuild.start(fixture, "Dockerfile.0", "test:" + i, i % 2 == 0));
        }
        List<String> outputs = new ArrayList<>();
        for (Process process : processes) {
            outputs.add(built(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)));
        }
        assertThat(outputs.stream().distinct()).hasSize(1);
    }

    @Test
    void lockedCachesAreUsedByOneCommandAtATime() throws Exception {
        List<String> dockerfiles = new ArrayList<>();
        for (int process = 0; process < 3; process++) {
            StringBuilder dockerfile = new StringBuilder();
            for (int stage = 0; stage < 2; stage++) {
                dockerfile.append("FROM busybox AS s").append(stage).append('\n');
                for (int step = 0; step < 3; step++) {
                    dockerfile.append("""
                            RUN --mount=type=cache,id=n,sharing=locked,target=/c mkdir /c/busy && n=$(cat /c/n || echo 0) \
                            && sleep 0.05 && echo $((n + 1)) >/c/n && rmdir /c/busy && echo %d %d %d
                            """.formatted(process, stage, step));
                }
            }
            dockerfile.append("FROM scratch\nCOPY --from=s0 /etc/group /a\nCOPY --from=s1 /etc/group /b\n");
            dockerfiles.add(dockerfile.toString());
        }
        buildAtOnce(dockerfiles);
        fixture.build("FROM busybox\nRUN --mount=type=cache,id=n,target=/c echo counted $(cat /c/n)\n");
        assertThat(fixture.output).contains("counted 18");
    }

    /** Both commands wait for each other, so they run at the same time, in a shared cache and in private ones. */
    @Test
    void sharedAndPrivateCachesAreUsedAtTheSameTime() throws Exception {
        String dockerfile = """
                FROM busybox
                RUN --mount=type=cache,id=all,sharing=shared,target=/all --mount=type=cache,id=own,sharing=private,target=/own \
                    touch /all/%1$s /own/%1$s && i=0 && while [ ! -e /all/%2$s ]; do sleep 0.05; i=$((i + 1)); [ $i -lt 400 ]; done \
                    && sleep 0.2 && echo own: $(ls /own)
                """;
        List<String> outputs = buildAtOnce(List.of(dockerfile.formatted("a", "b"), dockerfile.formatted("b", "a")));
        assertThat(outputs.get(0)).contains("own: a\n");
        assertThat(outputs.get(1)).contains("own: b\n");
    }

    @Test
    void theNextUserOfALockedCacheEndsWhatAKilledBuildLeftRunning() throws Exception {
        fixture.file("Dockerfile.0", """
                FROM busybox
                RUN --mount=type=cache,id=log,sharing=locked,target=/c echo started; while true; do echo x >>/c/log; sleep 0.01; done
                """);
        fixture.file("Dockerfile.1", """
                FROM busybox
                RUN echo waiting
                RUN --mount=type=cache,id=log,sharing=locked,target=/c a=$(wc -c </c/log); sleep 1; [ $a = $(wc -c </c/log) ]
                """);
        Process killed = KilledBuild.start(fixture, "Dockerfile.0", "killed");
        try (BufferedReader output = killed.inputReader()) {
            assertThat(output.readLine()).isEqualTo("started");
            Process waiting = KilledBuild.start(fixture, "Dockerfile.1", "waiting");
            try (BufferedReader other = waiting.inputReader()) {
                assertThat(other.readLine()).isEqualTo("waiting");
                assertThat(waiting.waitFor(1, TimeUnit.SECONDS))
                        .as("it waits for the cache")
                        .isFalse();
                killed.destroyForcibly().waitFor();
                assertThat(other.lines().toList()).last().asString().startsWith("built ");
            }
        }
        assertThat(fixture.store.find("killed")).isEmpty();
    }
}
