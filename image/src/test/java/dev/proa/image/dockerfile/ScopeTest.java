package dev.proa.image.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.Platform;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScopeTest {
    private static BuildArguments arguments(String text, Map<String, String> given) {
        Dockerfile file = Dockerfile.parse(text.getBytes(StandardCharsets.UTF_8), "Dockerfile");
        return new BuildArguments(
                file, given, new Platform("linux", "amd64"), new Platform("linux", "arm64", "v8"), "");
    }

    /** The variables at the end of the stage. */
    private static Map<String, String> run(String text, Map<String, String> given, Map<String, String> image) {
        Dockerfile file = Dockerfile.parse(text.getBytes(StandardCharsets.UTF_8), "Dockerfile");
        Scope scope = arguments(text, given).scope(image);
        file.stages().getLast().instructions().forEach(scope::apply);
        return scope.environment();
    }

    @Test
    void globalArgumentsAreForFromOnly() {
        String text = "ARG V=3\nARG I=alpine:$V\nFROM --platform=$TARGETPLATFORM $I\nENV A=$V\nARG V\nENV B=$V\n";
        Dockerfile file = Dockerfile.parse(text.getBytes(StandardCharsets.UTF_8), "Dockerfile");

        BuildArguments.From from = arguments(text, Map.of()).from(file.stages().getFirst());

        assertThat(from.image()).isEqualTo("alpine:3");
        assertThat(from.platform()).isEqualTo("linux/arm64/v8");
        assertThat(run(text, Map.of("V", "4"), Map.of())).isEqualTo(Map.of("A", "", "V", "4", "B", "4"));
    }

    @Test
    void predefinedArgumentsAreDeclaredToBeSeen() {
        String text = "FROM a\nENV BEFORE=$TARGETARCH\nARG TARGETARCH TARGETVARIANT BUILDPLATFORM TARGETSTAGE\n";

        assertThat(run(text, Map.of("TARGETVARIANT", "v9"), Map.of()))
                .isEqualTo(Map.of(
                        "BEFORE",
                        "",
                        "TARGETARCH",
                        "arm64",
                        "TARGETVARIANT",
                        "v9",
                        "BUILDPLATFORM",
                        "linux/amd64",
                        "TARGETSTAGE",
                        "default"));
    }

    @Test
    void whatIsSetLastCounts() {
        String text = "FROM a\nARG A=arg\nENV A=env$A B=$A\nENV C=$B\nARG D=$C E\n";

        assertThat(run(text, Map.of(), Map.of("B", "image", "PATH", "/bin")))
                .isEqualTo(Map.of("PATH", "/bin", "A", "envarg", "B", "arg", "C", "arg", "D", "arg"));
    }

    @Test
    void stagesBasedOnOthersInheritArguments() {
        String text = "FROM a AS one\nARG A=1\nFROM one\nENV B=$A$U\n";
        Dockerfile file = Dockerfile.parse(text.getBytes(StandardCharsets.UTF_8), "Dockerfile");
        Scope one = arguments(text, Map.of()).scope(Map.of());
        file.stages().getFirst().instructions().forEach(one::apply);

        Scope two = one.child();
        file.stages().getLast().instructions().forEach(two::apply);

        assertThat(two.environment()).containsEntry("B", "1");
        assertThat(two.warnings())
                .containsExactly(new Warning("UndefinedVar", "Usage of undefined variable '$U'", Location.line(4)));
        assertThat(one.environment()).doesNotContainKey("B");
    }

    @Test
    void proxiesNeedNoDeclarationAndOtherArgumentsDo() {
        BuildArguments arguments = arguments(
                "ARG G\nFROM a\nARG S\n", Map.of("http_proxy", "p", "G", "", "S", "", "X", "", "TARGETOS", "x"));

        assertThat(arguments.proxies()).isEqualTo(Map.of("http_proxy", "p"));
        assertThat(arguments.unused()).containsExactly("X");
    }

    @Test
    void expandsWhatBuildKitExpands() {
        String text = """
                FROM a
                ENV X=v
                RUN --mount=type=cache,target=/$X,id=$X echo $X
                COPY --from=$X --chown=$X --exclude=$X $X '$X' <<EOF <<"RAW" /$X/
                $X
                EOF
                $X
                RAW
                LABEL $X=$X
                EXPOSE ${X:-80}
                CMD ["$X"]
                HEALTHCHECK CMD $X
                """;
        Dockerfile file = Dockerfile.parse(text.getBytes(StandardCharsets.UTF_8), "Dockerfile");
        Scope scope = arguments(text, Map.of()).scope(Map.of());
        var expanded = file.stages().getFirst().instructions().stream()
                .map(scope::apply)
                .toList();

        Instruction.Run run = (Instruction.Run) expanded.get(1);
        assertThat(run.command()).isEqualTo(new Command.Shell("echo $X", java.util.List.of()));
        assertThat(scope.mounts(run)).first().isInstanceOfSatisfying(Mount.Cache.class, cache -> {
            assertThat(cache.target()).isEqualTo("/v");
            assertThat(cache.id()).isEqualTo("v");
        });
        Instruction.Copy copy = (Instruction.Copy) expanded.get(2);
        assertThat(copy.from()).isEqualTo("$X");
        assertThat(copy.chown()).isEqualTo("v");
        assertThat(copy.excludes()).containsExactly("$X");
        assertThat(copy.sources().paths()).containsExactly("v", "$X");
        assertThat(copy.sources().files()).extracting(Heredoc::text).containsExactly("v\n", "$X\n");
        assertThat(copy.sources().destination()).isEqualTo("/v/");
        assertThat(((Instruction.Label) expanded.get(3)).labels())
                .containsExactly(new Instruction.Pair("v", "v", false));
        assertThat(((Instruction.Expose) expanded.get(4)).ports()).containsExactly("v");
        assertThat(((Instruction.Cmd) expanded.get(5)).command()).isEqualTo(new Command.Exec(java.util.List.of("$X")));
    }

    @Test
    void errorsHaveTheirLine() {
        assertThatThrownBy(() -> run("FROM a\nENV A=\"b\n", Map.of(), Map.of()))
                .isInstanceOf(DockerfileException.class)
                .hasMessageContaining("Dockerfile:2: ")
                .hasMessageContaining("double-quote")
                .hasMessageContaining(">>> ENV A=\"b");
        assertThatThrownBy(() -> arguments("FROM $X\n", Map.of())
                        .from(Dockerfile.parse("FROM $X\n".getBytes(StandardCharsets.UTF_8), "Dockerfile")
                                .stages()
                                .getFirst()))
                .hasMessageContaining("base name ($X) should not be blank");
    }

    @Test
    void variablesMadeOfVariablesAreBounded() {
        StringBuilder text = new StringBuilder("FROM a\nENV A=0123456789\n");
        text.append("ENV A=$A$A\n".repeat(100));

        assertThatThrownBy(() -> run(text.toString(), Map.of(), Map.of()))
                .isInstanceOf(DockerfileException.class)
                .hasMessageContaining("expands to more than");
    }
}
