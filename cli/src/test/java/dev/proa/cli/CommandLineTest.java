package dev.proa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.image.store.ImageStore;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The command as scripts see it: a process of its own with its output, errors and exit code. No cluster runs. */
class CommandLineTest {
    @TempDir
    Path home;

    private record Result(int exit, String out, String err) {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "deploy",
                "manifests",
                "delete",
                "up",
                "list",
                "status",
                "down",
                "kubeconfig",
                "certs",
                "logs",
                "open",
                "rollback",
                "server",
                "node",
                "login",
                "ldap-webhook",
                "image"
            })
    void explainsItself(String command) {
        Result result = inProcess(command.isEmpty() ? new String[] {"--help"} : new String[] {command, "--help"});
        assertThat(result.exit).isEqualTo(Exit.OK);
        assertThat(result.out).contains("Usage: proa" + (command.isEmpty() ? "" : " " + command));
    }

    @Test
    void helpsAsACommandToo() {
        Result help = inProcess("help", "deploy");
        assertThat(help.exit).isEqualTo(Exit.OK);
        assertThat(help.out).contains("Usage: proa deploy");
        assertThat(inProcess("help").out).contains("Usage: proa [");
    }

    @Test
    void tellsProgramsWhatWentWrongAsJson() {
        Result failed = inProcess("deploy", home.resolve("missing").toString(), "-o", "json");
        assertThat(failed.exit).isEqualTo(Exit.FAILED);
        MapValue error = Json.decodeMap(failed.out);
        assertThat(error.string("error")).contains("there is no directory");
        assertThat(error.integer("exit", 0)).isEqualTo(Exit.FAILED);
        assertThat(inProcess("deploy", home.resolve("missing").toString()).out).isEmpty();
    }

    @Test
    void detectsAllApplicationsOfAFolderAndWhatTheyAreMadeOf() throws Exception {
        Path shop = Files.createDirectories(home.resolve("shop"));
        Files.writeString(Files.createDirectories(shop.resolve("web")).resolve("index.html"), "hello");
        Files.writeString(
                Files.createDirectories(shop.resolve("stack/api")).resolve("Dockerfile"), "FROM scratch\nCOPY . /\n");
        Files.writeString(
                shop.resolve("stack/compose.yaml"), "services: {api: {build: ./api}, cache: {image: 'redis:7'}}\n");
        Result alone = inProcess("detect", shop.resolve("stack").toString());
        assertThat(alone.out)
                .contains(
                        "stack: the Compose file compose.yaml, with 1 image to build\n",
                        "api: Dockerfile, by Dockerfile\n");

        Files.writeString(shop.resolve("proa.yaml"), "applications: [{folder: web}, {folder: stack}]\n");
        assertThat(inProcess("detect", shop.toString()).out)
                .contains("web: static site, by index.html\n", "api: Dockerfile");
        MapValue json = Json.decodeMap(inProcess("detect", shop.toString(), "-o", "json").out);
        assertThat(json.list("applications").map(0).string("kind")).isEqualTo("static site");
        assertThat(json.list("applications").map(1).list("images").map(0).string("kind"))
                .isEqualTo("Dockerfile");

        Files.writeString(shop.resolve("proa.yaml"), "apps: [web]\n");
        Result wrong = inProcess("detect", shop.toString());
        assertThat(wrong.exit).isEqualTo(Exit.FAILED);
        assertThat(wrong.err).contains("proa.yaml:1: apps is unknown; there is applications");
    }

    @Test
    void printsManifestsThatCanBeKept() throws Exception {
        Files.writeString(home.resolve("index.html"), "hello");
        Result printed = inProcess("manifests", home.toString(), "--as", "shop");
        assertThat(printed.exit).as(printed.err).isEqualTo(Exit.OK);
        assertThat(printed.out).contains("kind: Deployment", "kind: Service", "name: shop", "---");
        Path kept = Files.createDirectory(home.resolve("k8s")).resolve("app.yaml");
        Files.createFile(kept); // as a shell does before "> k8s/app.yaml"
        assertThat(inProcess("manifests", home.toString(), "--as", "shop").out).isEqualTo(printed.out);
        Files.writeString(kept, printed.out);
        assertThat(inProcess("manifests", home.toString()).out).isEqualTo(printed.out);
    }

    @Test
    void saysWhichPortWasTakenInstead() {
        assertThat(Server.otherPort(6443, "https://127.0.0.1:6443")).isEmpty();
        assertThat(Server.otherPort(0, "https://127.0.0.1:41000")).isEmpty();
        assertThat(Server.otherPort(6443, "https://127.0.0.1:41000"))
                .isEqualTo("port 6443 of 127.0.0.1 is taken by another program, so the API server listens on 41000");
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
        assertThat(inProcess("up", "--nodes", "-1").exit).isEqualTo(Exit.USAGE);
        assertThat(inProcess("up", "--port", "70000").exit).isEqualTo(Exit.USAGE);
        assertThat(inProcess("up", "--port", "30443").exit).isEqualTo(Exit.USAGE);
        assertThat(inProcess("kubeconfig", "--ttl", "5").err).contains("--ttl is for --join");
        assertThat(inProcess("kubeconfig", "--node", "BAD_NAME").err).contains("cannot name a node");
        Result mirror = inProcess("node", "--name", "n", "--registry", "localhost:5001");
        assertThat(mirror.exit).isEqualTo(Exit.USAGE);
        assertThat(mirror.err).contains("--registry: \"localhost:5001\" is no URL of a registry");
    }

    @Test
    void tellsProgramsWhatItDoesNotUnderstand() {
        for (String[] line : List.of(
                new String[] {"up", "--nodes", "many", "-o", "json"},
                new String[] {"status", "--output=json", "extra"},
                new String[] {"deploy", "-ojson"},
                new String[] {"fly", "-o", "json"},
                new String[] {"status", "--name", "../etc", "-o", "json"})) {
            Result result = inProcess(line);
            assertThat(result.exit).isEqualTo(Exit.USAGE);
            MapValue error = Json.decodeMap(result.out);
            assertThat(result.err).startsWith("proa: " + error.string("error"));
            assertThat(error.integer("exit", 0)).isEqualTo(Exit.USAGE);
        }
        assertThat(inProcess("deploy").out).isEmpty();
    }

    @Test
    void wantsAnApplicationOrTheClusterForLogs() {
        for (String[] line : List.of(new String[] {"logs"}, new String[] {"logs", "web", "--cluster"})) {
            Result result = inProcess(line);
            assertThat(result.exit).isEqualTo(Exit.USAGE);
            assertThat(result.err).contains("name an application", "--cluster");
        }
        assertThat(inProcess("logs", "web", "--since", "soon").err).contains("as 5m");
    }

    @Test
    void opensWhatBrowserThereIs() throws Exception {
        assertThat(OpenCommand.browser(Map.of())).isEmpty();
        assertThat(OpenCommand.browser(Map.of("BROWSER", "lynx"))).isEqualTo("lynx");
        Path program = Files.createFile(home.resolve("xdg-open"));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        assertThat(OpenCommand.browser(Map.of("PATH", "/none:" + home))).isEmpty();
        assertThat(OpenCommand.browser(Map.of("PATH", "/none:" + home, "DISPLAY", ":0")))
                .isEqualTo("xdg-open");
    }

    /** A page of help would hide it. */
    @Test
    void saysInTwoLinesWhatItDoesNotUnderstand() {
        assertThat(inProcess("up", "--nodes", "many").err)
                .isEqualTo("proa: Invalid value for option '--nodes': 'many' is not an int\nSee: proa up --help\n");
        assertThat(inProcess("deplyo", "x").err).startsWith("proa: Unmatched").endsWith("Did you mean: proa deploy?\n");
        assertThat(inProcess("up", "--runtime", "none").err)
                .as("what is for tests alone is not offered")
                .isEqualTo("proa: Invalid value for option '--runtime': there is sandbox and simulated, not \"none\"\n"
                        + "See: proa up --help\n");
    }

    @Test
    void logsWithTheTimeOfTheDay() {
        PrintStream err = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            LoggerFactory.getLogger(CommandLineTest.class).warn("seen");
        } finally {
            System.setErr(err);
        }
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ WARN CommandLineTest - seen\n");
    }

    /** Runs a command, and logs when it has ended. */
    static final class Chatty {
        public static void main(String[] arguments) {
            Runtime.getRuntime()
                    .addShutdownHook(
                            new Thread(() -> LoggerFactory.getLogger("library").warn("seen")));
            Main.main(arguments);
        }
    }

    @Test
    void logsOnlyAsAServer() throws Exception {
        for (String command : List.of("server", "up", "deploy")) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Chatty.class.getName(),
                            command,
                            "--help")
                    .redirectOutput(home.resolve("chatty.out").toFile())
                    .redirectError(home.resolve("chatty.err").toFile())
                    .start();
            Result result = await(process, "chatty");
            assertThat(result.err.contains("WARN library - seen")).as(command).isEqualTo(command.equals("server"));
        }
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

        Result logs = process("logs", "--cluster");
        assertThat(logs.exit).isEqualTo(Exit.NOT_RUNNING);
        assertThat(logs.err).contains("was the cluster ever started?");
    }

    @Test
    void printsTheEndOfTheLog() throws Exception {
        Path directory = Files.createDirectories(home.resolve("clusters/proa"));
        Files.writeString(directory.resolve("server.log"), "one\ntwo\nthree\n");
        assertThat(process("logs", "--cluster").out).isEqualTo("one\ntwo\nthree\n");
        assertThat(process("logs", "--cluster", "--tail", "2").out).isEqualTo("two\nthree\n");
    }

    @Test
    void printsTheLogOfTheServerBefore() throws Exception {
        Path directory = Files.createDirectories(home.resolve("clusters/proa"));
        Files.writeString(directory.resolve("server.log"), "now: ä€\n");
        assertThat(process("logs", "--cluster", "--previous").exit).isEqualTo(Exit.NOT_RUNNING);
        Files.writeString(directory.resolve("server.log.1"), "before\n");
        assertThat(process("logs", "--cluster", "--previous").out).isEqualTo("before\n");
    }

    @Test
    void startsNothingForAFolderThatCannotBeDeployed() throws Exception {
        Result missing = process("deploy", "nothing");
        assertThat(missing.exit).isEqualTo(Exit.FAILED);
        assertThat(missing.err).startsWith("proa: there is no directory").doesNotContain("\tat ");
        assertThat(home.resolve("clusters")).doesNotExist();
    }

    @Test
    void saysWhatIsWrongWithItsHome() throws Exception {
        Path file = Files.writeString(home.resolve("file"), "");
        Path before = home;
        home = file;
        try {
            Result up = processIn(before, "up", "--runtime", "simulated");
            assertThat(up.exit).isEqualTo(Exit.FAILED);
            assertThat(up.err)
                    .startsWith("proa: ")
                    .contains(file.toString(), "PROA_HOME")
                    .doesNotContain("\tat ");
        } finally {
            home = before;
        }
    }

    /** The whole life of a cluster of simulated nodes, started twice at the same time. */
    @Test
    void startsOneClusterForAllWhoAskAndEndsIt() throws Exception {
        Path kubeconfig = home.resolve("kubeconfig");
        Files.writeString(kubeconfig, "contexts: [");
        Process first = start("first", "up", "--runtime", "simulated", "--port", "0", "-o", "json");
        Process second = start("second", "up", "--runtime", "simulated", "--port", "0", "-o", "json");
        try {
            Result one = await(first, "first");
            Result two = await(second, "second");
            // A kubeconfig that cannot be understood is left alone, and said to be; the cluster runs.
            assertThat(one.exit).as(one.err).isEqualTo(Exit.FAILED);
            assertThat(one.err).contains("your kubeconfig was left as it is", "proa kubeconfig");
            assertThat(kubeconfig).hasContent("contexts: [");
            MapValue a = Json.decodeMap(one.out);
            MapValue b = Json.decodeMap(two.out);
            assertThat(a.integer("pid", 0)).isEqualTo(b.integer("pid", 1));
            assertThat(a.get("started")).isNotEqualTo(b.get("started"));

            Files.delete(kubeconfig);
            Result again = process("up", "--runtime", "simulated");
            assertThat(again.exit).as(again.err).isEqualTo(Exit.OK);
            assertThat(again.out).contains("is running already", kubeconfig.toString());
            assertThat(Files.readString(kubeconfig)).contains("current-context: proa");
            Files.writeString(
                    kubeconfig, Files.readString(kubeconfig).replace("current-context: proa", "current-context: ''"));
            process("up"); // as after "down --delete-data" of the cluster that was in use
            assertThat(Files.readString(kubeconfig)).contains("current-context: proa");
            Result other = process("up", "--nodes", "3");
            assertThat(other.exit).isEqualTo(Exit.FAILED);
            assertThat(other.err).contains("with --nodes 1", "proa down");
            Result server = process("server");
            assertThat(server.exit).isEqualTo(Exit.FAILED);
            assertThat(server.err).contains("is running already");

            MapValue status = Json.decodeMap(process("status", "-o", "json").out);
            assertThat(status.list("nodes").map(0).get("ready")).isEqualTo(true);
            assertThat(status.list("apps")).isEmpty();
            assertThat(process("status").out).contains("proa-0", "Ready", "No application is deployed yet");
            keepsImagesThatAreUsed();
            renewsCertificates(kubeconfig);
        } finally {
            Result down = process("down", "--delete-data");
            assertThat(down.out).as(down.err).contains("has ended, and its data is deleted");
        }
        assertThat(Files.readString(kubeconfig)).doesNotContain("name: proa");
        assertThat(process("down").out).contains("was not running");
    }

    private void renewsCertificates(Path kubeconfig) throws Exception {
        assertThat(process("certs").out)
                .containsPattern("CERTIFICATE +EXPIRES +RESIDUAL TIME +SUBJECT +SIGNED BY")
                .containsPattern("admin +20\\S+Z +364d +CN=kubernetes-admin,O=system:masters +kubernetes\n")
                .containsPattern("ca +20\\S+Z +9y +CN=kubernetes +itself\n");
        assertThat(process("certs", "renew").out).contains("Nothing expires within 30 days");
        assertThat(process("certs", "renew", "ca").err).contains("ca is an authority, which is not renewed");
        assertThat(process("certs", "renew", "nothing").err).contains("there is no certificate \"nothing\"");
        String before = Files.readString(kubeconfig);
        Result all = process("certs", "renew", "--all");
        assertThat(all.exit).as(all.err).isEqualTo(Exit.OK);
        assertThat(all.out)
                .contains("Renewed admin until", "Renewed apiserver until", "Renewed apiserver-kubelet-client until");
        assertThat(Files.readString(kubeconfig)).isNotEqualTo(before).contains("current-context: proa");
        try (Client client =
                new Client(Administrator.transport(new ClusterHome("proa", home.resolve("clusters/proa"))))) {
            assertThat(client.resource(Pod.KIND).in("default").list()).isNotEmpty();
        }
        MapValue listed = Json.decodeMap(process("certs", "-o", "json").out);
        assertThat(listed.list("certificates").map(0).string("name")).isEqualTo("admin");
    }

    private void keepsImagesThatAreUsed() throws Exception {
        ClusterHome cluster = new ClusterHome("proa", home.resolve("clusters/proa"));
        ImageStore store = ImageStore.open(cluster.images());
        ImageCommandsTest.image(store, "used:1");
        ImageCommandsTest.image(store, "free:1");
        try (Client client = new Client(Administrator.transport(cluster))) {
            client.resource(Pod.KIND)
                    .create(new Pod(Json.decodeMap(
                            "{\"metadata\":{\"name\":\"p\",\"namespace\":\"default\"},\"spec\":{\"containers\":["
                                    + "{\"name\":\"c\",\"image\":\"used:1\"}]}}")));
        }
        Result refused = process("image", "rm", "used:1");
        assertThat(refused.exit).isEqualTo(Exit.FAILED);
        assertThat(refused.err).contains("pod default/p uses used:1", "--force");
        assertThat(process("image", "prune", "--all", "--older-than", "0s").out).startsWith("removed 1 name");
        assertThat(store.find("used:1")).isPresent();
        assertThat(store.find("free:1")).isEmpty();
    }

    /** What runs on two nodes would wait for the second one for ever. */
    @Test
    void startsAClusterAgainAsItWasMade() throws Exception {
        try {
            Result up = process("up", "--runtime", "simulated", "--port", "0", "--nodes", "2");
            assertThat(up.exit).as(up.err).isEqualTo(Exit.OK);
            assertThat(process("down").exit).isEqualTo(Exit.OK);
            Result again = process("up", "--port", "0", "-o", "json");
            assertThat(again.exit).as(again.err).isEqualTo(Exit.OK);
            assertThat(Json.decodeMap(again.out).integer("nodes", 0)).isEqualTo(2);
            assertThat(Json.decodeMap(again.out).string("runtime")).isEqualTo("simulated");
        } finally {
            process("down", "--delete-data");
        }
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
        new ClusterHome("proa", directory).announce("https://127.0.0.1:1", 1, "simulated", "", "");
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
        return processIn(home, arguments);
    }

    private Result processIn(Path directory, String... arguments) throws Exception {
        return await(start(directory, "run", arguments), directory, "run");
    }

    private Process start(String output, String... arguments) throws Exception {
        return start(home, output, arguments);
    }

    private Process start(Path directory, String output, String... arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(directory.resolve(output + ".out").toFile())
                .redirectError(directory.resolve(output + ".err").toFile());
        builder.environment().put("PROA_HOME", home.toString());
        builder.environment().put("KUBECONFIG", directory.resolve("kubeconfig").toString());
        return builder.start();
    }

    private Result await(Process process, String output) throws Exception {
        return await(process, home, output);
    }

    private static Result await(Process process, Path directory, String output) throws Exception {
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Result(
                process.exitValue(),
                Files.readString(directory.resolve(output + ".out")),
                Files.readString(directory.resolve(output + ".err")));
    }
}
