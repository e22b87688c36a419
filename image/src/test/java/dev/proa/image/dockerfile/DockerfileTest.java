package dev.proa.image.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the recorded answers of {@link OracleTest} do not tell: messages, warnings, limits and what is derived. */
class DockerfileTest {
    private static final String GO_SERVICE = """
            # syntax=docker/dockerfile:1
            ARG GO=1.24
            FROM --platform=$BUILDPLATFORM golang:${GO} AS build
            WORKDIR /src
            COPY go.mod go.sum ./
            RUN --mount=type=cache,target=/go/pkg/mod \\
                go mod download
            COPY . .
            RUN --mount=type=cache,target=/go/pkg/mod --mount=type=bind,from=tools,target=/tools \\
                go build -o /app .

            FROM scratch
            COPY --from=build --chown=65532:65532 /app /app
            EXPOSE 8080
            ENTRYPOINT ["/app"]
            """;

    private static Dockerfile parse(String text) {
        return Dockerfile.parse(text.getBytes(StandardCharsets.UTF_8), "Dockerfile");
    }

    @Test
    void stagesHaveWhatProgressLinesNeed() {
        Dockerfile file = parse(GO_SERVICE);

        assertThat(file.directives().syntax()).isEqualTo("docker/dockerfile:1");
        assertThat(file.stages()).extracting(Stage::label).containsExactly("build", "stage-1");
        Instruction run = file.stages().getFirst().instructions().get(4);
        assertThat(run.source().location()).isEqualTo(new Location(9, 10));
        assertThat(run.source().text()).startsWith("RUN --mount=type=cache").endsWith("go build -o /app .");
        assertThat(((Instruction.Run) run).mountSources()).containsExactly("tools");
        assertThat(file.warnings()).isEmpty();
    }

    @Test
    void stagesAreFoundByNameAndIndex() {
        Dockerfile file = parse(GO_SERVICE);

        assertThat(file.stage("BUILD")).contains(file.stages().getFirst());
        assertThat(file.stage("1")).contains(file.stages().getLast());
        assertThat(file.stage("01")).isEmpty();
    }

    @Test
    void errorsShowTheirLines() {
        assertThatThrownBy(() -> parse("FROM a\n\nRNU x \\\n  y\nRUN z\nRUN z\nRUN z\n"))
                .isInstanceOf(DockerfileException.class)
                .hasMessage("""
                        Dockerfile:3: unknown instruction: RNU (did you mean RUN?)
                           1 |     FROM a
                           2 |    \s
                           3 | >>> RNU x \\
                           4 | >>>   y
                           5 |     RUN z
                           6 |     RUN z""");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RUN x | no build stage in current context: RUN comes before FROM",
                "FROM a;XX b | unknown instruction: XX",
                "FROM a;coppy a b | unknown instruction: coppy (did you mean copy?)",
                "FROM a;COPY --form=x a b | unknown flag: --form (did you mean from?)",
                "FROM a;RUN <<EOF;x | unterminated heredoc: no line consists of EOF only",
                "FROM a;RUN --network=off x | invalid network mode \"off\": it is default, none or host",
                "FROM a;HEALTHCHECK --interval=1 CMD x | invalid duration \"1\": write it like 30s or 1m30s",
                "# check=warn=1;FROM a | invalid check option \"warn\"",
                "ARG A | dockerfile contains no stages to build: it has no FROM",
                "# only | file with no instructions",
            })
    void errorsSayWhatIsWrong(String text, String problem) {
        assertThatThrownBy(() -> parse(text.replace(";", "\n")))
                .isInstanceOfSatisfying(
                        DockerfileException.class,
                        e -> assertThat(e.problem())
                                .startsWith(problem.replace(";", " ").split(" FROM$", 2)[0]));
    }

    @Test
    void comesToAnEndWithWhateverSize() {
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            assertThat(parse("FROM a\n" + "RUN x\n".repeat(100_000))
                            .stages()
                            .getFirst()
                            .instructions())
                    .hasSize(100_000);
            assertThat(parse("FROM a\nRUN x" + " y\\\n\n#\n".repeat(100_000)).warnings())
                    .hasSize(1);
            assertThatThrownBy(() -> parse("FROM a\nRUN <<EOF\n" + "x\n".repeat(1_000_000)))
                    .hasMessageContaining("unterminated heredoc");
            assertThatThrownBy(() -> parse("FROM a\nRUN" + " <<EOF\\\n".repeat(100_000)))
                    .hasMessageContaining("unterminated heredoc");
            Instruction nested = parse("FROM a\nCMD [" + "\\\n[".repeat(100_000))
                    .stages()
                    .getFirst()
                    .instructions()
                    .getFirst();
            assertThat(((Instruction.Cmd) nested).command()).isInstanceOf(Command.Shell.class);
        });
    }

    @Test
    void refusesWhatIsTooLong() {
        assertThatThrownBy(() -> parse("FROM a\nRUN " + "x".repeat(70_000)))
                .hasMessageStartingWith("Dockerfile:2: line is longer than the maximum of 65535 bytes");
        assertThatThrownBy(() -> Dockerfile.parse(new byte[Dockerfile.MAX_BYTES + 1], "Dockerfile"))
                .hasMessageContaining("at most 10485760 bytes");
    }

    @Test
    void refusesBytesThatAreNotUtf8UnlessTheyDoNotMatter() {
        byte[] latin =
                "FROM a\n# J\u00f6rg\nMAINTAINER J\u00f6rg\nRUN J\u00f6rg\n".getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> Dockerfile.parse(latin, "Dockerfile"))
                .hasMessageStartingWith("Dockerfile:4: line is not UTF-8");
    }

    @Test
    void nulsAreShownHarmlessly() {
        assertThatThrownBy(() -> parse("FROM a\nRUNN \0\u001b[2J\n")).message().doesNotContain("\0", "\u001b");
    }

    private static Instruction.Run run(String text) {
        return (Instruction.Run)
                parse("FROM a\n" + text).stages().getFirst().instructions().getFirst();
    }

    @Test
    void heredocsOfRunAreScriptsOrTheShells() {
        assertThat(program("RUN <<-EOF\n\techo a\n\techo b\n\tEOF"))
                .isEqualTo(new Command.Program.Line("echo a\necho b\n"));
        assertThat(program("RUN <<EOF\n#!/usr/bin/env python3\nprint(1)\nEOF"))
                .isEqualTo(new Command.Program.Script("EOF", "#!/usr/bin/env python3\nprint(1)\n"));
        assertThat(program("RUN cat <<A <<B\n1\nA\n2\nB"))
                .isEqualTo(new Command.Program.Line("cat <<A <<B\n1\nA\n2\nB"));
        assertThat(run("RUN <<EOF\n\nset -e\nmake\nEOF").title()).isEqualTo("RUN <<EOF (set -e...)");
        assertThat(run("RUN make").title()).isEqualTo("RUN make");
    }

    private static Command.Program program(String text) {
        return ((Command.Shell) run(text).command()).program();
    }

    @Test
    void portsHaveProtocols() {
        Instruction.Expose expose = (Instruction.Expose) parse("FROM a\nEXPOSE 8000-8002/UDP 80 127.0.0.1:81:82/\n")
                .stages()
                .getFirst()
                .instructions()
                .getFirst();

        assertThat(expose.exposed()).containsExactly("82/tcp", "80/tcp", "8000/udp", "8001/udp", "8002/udp");
        for (String wrong : List.of("x", "1-", "2-1", "65536", "1/http", "")) {
            assertThatThrownBy(() -> new Instruction.Expose(List.of(wrong), expose.source()).exposed())
                    .hasMessageContaining("invalid port: \"" + wrong);
        }
    }

    @Test
    void triggersAreParsedAgain() {
        Instruction.Onbuild onbuild = (Instruction.Onbuild) parse("FROM a\nONBUILD RUN <<EOF cat\nx\nEOF\n")
                .stages()
                .getFirst()
                .instructions()
                .getFirst();

        Instruction.Run run =
                (Instruction.Run) Dockerfile.parseTrigger(onbuild.trigger()).getFirst();

        assertThat(run.command()).isInstanceOfSatisfying(Command.Shell.class, shell -> {
            assertThat(shell.line()).isEqualTo("<<EOF cat");
            assertThat(shell.heredocs()).containsExactly(new Heredoc("EOF", "x\n", 0, false, true));
        });
        assertThatThrownBy(() -> Dockerfile.parseTrigger("FROM b"))
                .hasMessageContaining("FROM isn't allowed as an ONBUILD trigger");
    }

    @ParameterizedTest
    @CsvSource({
        "'FROM a as b', FromAsCasing",
        "'FROM a AS B', StageNameCasing",
        "'FROM a AS scratch', ReservedStageName",
        "'FROM a AS b\nFROM c AS b', DuplicateStageName",
        "'FROM a\nMAINTAINER b', MaintainerDeprecated",
        "'FROM a\nENV a b', LegacyKeyValueFormat",
        "'FROM a\nARG GITHUB_TOKEN', SecretsUsedInArgOrEnv",
        "'FROM a\nCMD b', JSONArgsRecommended",
        "'FROM a\nCMD [\"b\"]\nCMD [\"c\"]', MultipleInstructionsDisallowed",
        "'FROM a\nRUN b\nrun c', ConsistentInstructionCasing",
        "'FROM a\nRUN b \\\n\n c', NoEmptyContinuation",
    })
    void warnsAsBuildKitDoes(String text, String rule) {
        assertThat(parse(text).warnings()).extracting(Warning::rule).containsExactly(rule);
        assertThat(parse("# check=skip=" + rule + "\n" + text).warnings()).isEmpty();
        assertThatThrownBy(() -> parse("# check=error=true\n" + text)).hasMessageContaining(rule);
    }
}
