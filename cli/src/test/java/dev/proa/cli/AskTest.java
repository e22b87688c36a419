package dev.proa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.testing.FakeTransport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Ask} gives the same output as {@link Main}, without loading the libraries of the other commands. */
class AskTest {
    @TempDir
    Path directory;

    private ClusterHome cluster;

    private record Result(int exit, String out, String err) {}

    @BeforeEach
    void announce() throws Exception {
        cluster = new Home(directory).cluster("proa");
        cluster.create();
        cluster.announce("https://127.0.0.1:1", 2, "simulated", "", "");
        Files.writeString(cluster.kubeconfig(), "kind: Config\n");
        Result written = run(HelpTexts.class);
        assertThat(written.exit).as(written.err).isZero();
    }

    private Result run(Class<?> main, String... arguments) throws Exception {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xlog:class+load:file=" + directory.resolve("classes"),
                "-Dproa.help=" + directory.resolve("help"),
                "-Dproa.leases=" + directory.resolve("leases"),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("PROA_HOME", directory.toString());
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private void loadedNothingForeign() throws Exception {
        assertThat(Files.readAllLines(directory.resolve("classes")))
                .hasSizeLessThan(2_000)
                .noneMatch(
                        line -> line.matches(
                                ".* (io\\.vertx|io\\.netty|picocli|javax\\.net\\.ssl|java\\.net\\.http|org\\.slf4j|dev\\.proa\\.cluster)\\..*"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-V",
                "--version",
                "",
                "--help",
                "help",
                "help deploy",
                "deploy --help",
                "status -h",
                "list",
                "list -o json",
                "list --help",
                "kubeconfig",
                "kubeconfig --name other",
                "status --name other",
                "status -o json --name other",
                "status --name ../etc"
            })
    void answersAsMainDoes(String line) throws Exception {
        String[] arguments = line.isEmpty() ? new String[0] : line.split(" ");
        Result quick = run(Ask.class, arguments);
        loadedNothingForeign();
        // Ages count seconds.
        Result full = run(Main.class, arguments);
        assertThat(quick.exit).isEqualTo(full.exit);
        assertThat(quick.out.replaceAll("[0-9]+s ", "")).isEqualTo(full.out.replaceAll("[0-9]+s ", ""));
        assertThat(quick.err).isEqualTo(full.err);
    }

    /** Whatever it does not understand is for the one that explains. */
    @ParameterizedTest
    @ValueSource(strings = {"fly", "list --name", "list -o xml", "status extra", "kubeconfig -o json", "help fly"})
    void leavesTheRestToMain(String line) throws Exception {
        Result quick = run(Ask.class, line.split(" "));
        Result full = run(Main.class, line.split(" "));
        assertThat(quick).isEqualTo(full);
        assertThat(quick.exit).isEqualTo(Exit.USAGE);
    }

    @Test
    void hasTheStatusToldByTheServer() throws Exception {
        try (Client client = new Client(new FakeTransport(Clock.system()));
                CommandSocket _ = CommandSocket.open(cluster, client, Caller.self(System.getenv()))) {
            Result text = run(Ask.class, "status");
            loadedNothingForeign();
            assertThat(text.exit).as(text.err).isZero();
            assertThat(text.out)
                    .startsWith("Cluster \"proa\" is running at https://127.0.0.1:1")
                    .contains("No application is deployed yet")
                    .doesNotContain("\u001b");
            Result json = run(Ask.class, "status", "-o", "json");
            assertThat(Json.decodeMap(json.out).get("running")).isEqualTo(true);
        }
        assertThat(cluster.socket()).doesNotExist();
    }

    @Test
    void listsWhatRunsAndWhatDoesNot() throws Exception {
        Files.createDirectories(new Home(directory).cluster("dev").directory());
        assertThat(run(Ask.class, "list").out.lines().map(line -> line.replaceAll(" +", " ")))
                .satisfiesExactly(
                        title -> assertThat(title).isEqualTo("NAME STATUS NODES RUNTIME AGE SERVER DATA"),
                        dev -> assertThat(dev).startsWith("dev Stopped - - - - /"),
                        proa -> assertThat(proa)
                                .matches("proa Running 2 simulated [0-9ms]+ https://127.0.0.1:1 /.*/proa"));
    }

    /** What Java is to know beforehand is what these answers take, and no more. */
    @Test
    void isRehearsedWithoutTheRest() throws Exception {
        Files.delete(cluster.directory().resolve("server.json"));
        Result rehearsal = run(AskAotTraining.class);
        assertThat(rehearsal.exit).as(rehearsal.err).isZero();
        assertThat(rehearsal.out).contains("a status\n");
        loadedNothingForeign();
        assertThat(Files.readAllLines(directory.resolve("classes"))).noneMatch(line -> line.contains("snakeyaml"));
    }

    @Test
    void namesWhatRunsInsteadOfWhatDoesNot() throws Exception {
        assertThat(run(Ask.class, "status", "--name", "other").out.lines())
                .first()
                .isEqualTo("Cluster \"other\" is not running; start it with: proa up --name other");
        assertThat(run(Ask.class, "status", "--name", "other").out).contains("Running: proa; see: proa list");
    }

    @Test
    void findsTheClustersOfOtherHomes() throws Exception {
        String boot =
                Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        Path leases = Files.createDirectories(directory.resolve("leases"));
        Files.writeString(leases.resolve(boot + ".1.0"), cluster.directory().resolve("network") + "\n");
        Files.writeString(leases.resolve(boot + ".1.1"), directory.resolve("gone/network") + "\n");
        Files.writeString(leases.resolve("another-boot.1.2"), directory.resolve("network") + "\n");
        Files.writeString(leases.resolve("lock"), "");

        assertThat(ClusterList.onMachine(leases)).containsExactly(cluster.directory());
        assertThat(ClusterList.onMachine(directory.resolve("none"))).isEmpty();
    }

    @Test
    void listsWhatIsDamagedToo() throws Exception {
        Path damaged =
                Files.createDirectories(new Home(directory).cluster("dev").directory());
        Files.writeString(damaged.resolve("server.json"), "{");
        assertThat(run(Ask.class, "list").out).containsPattern("dev +Damaged").containsPattern("proa +Running");
    }

    @Test
    void showsAgesAsKubectlDoes() {
        assertThat(
                        List.of(
                                        0, 119, 120, 321, 600, 10_799, 10_800, 10_860, 28_800, 172_799, 172_800,
                                        180_000, 864_000)
                                .stream()
                                .map(seconds -> ClusterList.age(Duration.ofSeconds(seconds))))
                .containsExactly(
                        "0s", "119s", "2m", "5m21s", "10m", "179m", "3h", "3h1m", "8h", "47h", "2d", "2d2h", "10d");
    }
}
