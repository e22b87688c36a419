package dev.proa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command as scripts see it: a process of its own with its output, errors and exit code. No cluster runs. */
class CommandLineTest {
    @TempDir
    Path home;

    private record Result(int exit, String out, String err) {}

    @ParameterizedTest
    @ValueSource(strings = {"", "deploy", "up", "status", "down", "kubeconfig", "logs", "server"})
    void explainsItself(String command) {
        Result result = inProcess(command.isEmpty() ? new String[] {"--help"} : new String[] {command, "--help"});
        assertThat(result.exit).isEqualTo(Exit.OK);
        assertThat(result.out).contains("Usage: proa" + (command.isEmpty() ? "" : " " + command));
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThat(inProcess("fly").exit).isEqualTo(Exit.USAGE);
        assertThat(inProcess("up", "--nodes", "many").exit).isEqualTo(Exit.USAGE);
        assertThat(inProcess("up", "--runtime", "docker").err).contains("sandbox", "simulated");
        assertThat(inProcess("deploy").err).contains("FOLDER");
        Result format = inProcess("status", "-o", "xml");
        assertThat(format.exit).isEqualTo(Exit.USAGE);
        assertThat(format.err).contains("only json");
        Result name = inProcess("status", "--name", "../etc");
        assertThat(name.exit).isEqualTo(Exit.USAGE);
        assertThat(name.err).contains("cannot name a cluster");
        assertThat(inProcess("up", "--nodes", "0").exit).isEqualTo(Exit.USAGE);
        assertThat(inProcess("up", "--port", "70000").exit).isEqualTo(Exit.USAGE);
    }

    @Test
    void saysThatNoClusterRuns() throws Exception {
        Result status = process("status", "--name", "dev");
        assertThat(status.exit).isEqualTo(Exit.NOT_RUNNING);
        assertThat(status.out).contains("\"dev\" is not running", "proa up --name dev");

        Result json = process("status", "-o", "json");
        assertThat(json.exit).isEqualTo(Exit.NOT_RUNNING);
        MapValue value = Json.decodeMap(json.out);
        assertThat(value.get("running")).isEqualTo(false);
        assertThat(value.string("name")).isEqualTo("proa");

        Result kubeconfig = process("kubeconfig");
        assertThat(kubeconfig.exit).isEqualTo(Exit.NOT_RUNNING);
        assertThat(kubeconfig.out).isEmpty();
        assertThat(kubeconfig.err).contains("proa: cluster \"proa\" is not running");

        Result logs = process("logs");
        assertThat(logs.exit).isEqualTo(Exit.NOT_RUNNING);
        assertThat(logs.err).contains("was the cluster ever started?");
    }

    @Test
    void printsTheEndOfTheLog() throws Exception {
        Path directory = Files.createDirectories(home.resolve("clusters/proa"));
        Files.writeString(directory.resolve("server.log"), "one\ntwo\nthree\n");
        assertThat(process("logs").out).isEqualTo("one\ntwo\nthree\n");
        assertThat(process("logs", "--tail", "2").out).isEqualTo("two\nthree\n");
    }

    @Test
    void endsWhatDoesNotRunWithoutComplaint() throws Exception {
        Path data = Files.createDirectories(home.resolve("clusters/proa"));
        Files.writeString(data.resolve("admin.kubeconfig"), "");
        Result down = process("down", "--delete-data");
        assertThat(down.exit).as(down.err).isEqualTo(Exit.OK);
        assertThat(down.out).contains("was not running", "its data is deleted");
        assertThat(data).doesNotExist();
    }

    @Test
    void saysWhenTheServerIsNotThereAnyMore() throws Exception {
        Path directory = Files.createDirectories(home.resolve("clusters/proa"));
        new ClusterHome("proa", directory).announce("https://127.0.0.1:1", 1, "simulated");
        Files.writeString(directory.resolve("admin.kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: proa
                clusters: [{name: proa, cluster: {server: "https://127.0.0.1:1"}}]
                users: [{name: proa, user: {token: t}}]
                contexts: [{name: proa, context: {cluster: proa, user: proa}}]
                """);
        Result status = process("status");
        assertThat(status.exit).isEqualTo(Exit.FAILED);
        assertThat(status.err).startsWith("proa: ").contains("127.0.0.1:1").doesNotContain("\tat ");
    }

    /** Of what needs no environment of its own. */
    private static synchronized Result inProcess(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
        try {
            int exit = Main.run(arguments);
            return new Result(
                    exit, outBytes.toString(StandardCharsets.UTF_8), errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    private Result process(String... arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(home.resolve("out").toFile())
                .redirectError(home.resolve("err").toFile());
        builder.environment().put("PROA_HOME", home.toString());
        builder.environment().put("KUBECONFIG", home.resolve("kubeconfig").toString());
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Result(
                process.exitValue(), Files.readString(home.resolve("out")), Files.readString(home.resolve("err")));
    }
}
