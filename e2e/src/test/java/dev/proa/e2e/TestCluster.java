package dev.proa.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.api.codec.Json;
import dev.proa.image.Reference;
import dev.proa.image.build.HostImageBuilder;
import dev.proa.image.store.ImageStore;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.sandbox.SandboxRequirements;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * A cluster as users run it: {@code proa server} in a process of its own, its data in a temporary directory, on a machine of its
 * own: a network namespace without a way out. Closing it leaves nothing behind, neither does the end of this JVM.
 */
public final class TestCluster implements AutoCloseable {
    /** Image of a static busybox; its command is {@code sh}. */
    static final String BUSYBOX = "busybox:e2e";

    /** Values of {@code -XX:TieredStopAtLevel}: JVMs that end soon start in half the time with the quick compiler alone. */
    private static final int QUICK_COMPILER = 1;

    private static final int ALL_COMPILERS = 4;

    private static final Path BUSYBOX_FILE = Path.of("/bin/busybox");
    private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();

    private final String name;
    private final Path home;
    private final Path kubectl;
    private final Process machine;
    /** Whether the machine ends with this cluster. */
    private final boolean alone;

    private final int compilers;
    private final Thread atExit;
    private final List<String> options;
    private Process server;

    private TestCluster(
            String name, Path home, Path kubectl, Process machine, boolean alone, int compilers, List<String> options)
            throws IOException {
        this.name = name;
        this.home = home;
        this.kubectl = kubectl;
        this.machine = machine;
        this.alone = alone;
        this.compilers = compilers;
        this.options = options;
        this.server = launch();
        this.atExit = new Thread(this::remove);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Starts a cluster of one node for one test and waits until it is ready; skips the test where the machine lacks something.
     *
     * @param options of {@code proa server}
     */
    public static TestCluster start(String name, String... options) throws IOException {
        return start(name, machine(), true, QUICK_COMPILER, options);
    }

    /** As {@link #start}, for many tests, some of which attack it. */
    static TestCluster startLasting(String name) throws IOException {
        return start(name, machine(), true, ALL_COMPILERS);
    }

    private static Process machine() throws IOException {
        String missing = missing();
        assumeTrue(missing.isEmpty(), missing);
        Process machine = new ProcessBuilder(
                        "setsid", "unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec cat")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (!"up".equals(machine.inputReader().readLine())) {
            throw new IOException("no network namespace could be made");
        }
        return machine;
    }

    /** Starts another cluster, with a home of its own, on the machine of this one, and waits until it is ready. */
    TestCluster beside(String other, String... options) throws IOException {
        return start(other, machine, false, QUICK_COMPILER, options);
    }

    private static TestCluster start(String name, Process machine, boolean alone, int compilers, String... options)
            throws IOException {
        TestCluster cluster = new TestCluster(
                name + "-" + ProcessHandle.current().pid(),
                Files.createTempDirectory("proa-e2e"),
                Tools.kubectl(),
                machine,
                alone,
                compilers,
                List.of(options));
        try {
            HostImageBuilder.busybox(BUSYBOX_FILE).build(cluster.images(), Reference.parse(BUSYBOX));
            cluster.awaitReady();
            return cluster;
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    /** What this machine lacks to run such a cluster, for the report of a test that is skipped; empty when it lacks nothing. */
    static String missing() throws IOException {
        if (!"root".equals(System.getProperty("user.name"))) {
            return "running containers needs root";
        }
        for (String program : List.of("setsid", "unshare", "nsenter", "ip")) {
            if (!Tools.present(program)) {
                return "needs the program " + program + " (packages util-linux and iproute2)";
            }
        }
        if (!Files.isExecutable(BUSYBOX_FILE)) {
            return "needs a static busybox at " + BUSYBOX_FILE + " (package busybox-static)";
        }
        if (!Files.isDirectory(lib())) {
            return "needs proa itself in " + lib() + ": run the tests by mvn verify, not mvn test";
        }
        List<String> features = SandboxRequirements.missing(Path.of(System.getProperty("java.io.tmpdir"))).stream()
                .map(SandboxRequirements.Missing::what)
                .toList();
        return features.isEmpty() ? Tools.missing() : "this machine cannot run containers: " + features;
    }

    private static Path lib() {
        return PROJECT.resolve("cli/target/lib");
    }

    /** A folder of the project. */
    public static Path project(String folder) {
        return PROJECT.resolve(folder);
    }

    private Process launch() throws IOException {
        List<String> command = java(
                compilers,
                "-Xmx1g",
                "-XX:MinHeapFreeRatio=10",
                "-XX:MaxHeapFreeRatio=25",
                "-cp",
                lib() + "/*",
                "dev.proa.cli.Main",
                "server",
                "--name",
                name);
        command.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(inside(command))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().putAll(environment());
        return builder.start();
    }

    private static List<String> java(int compilers, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xss512k",
                "-XX:TieredStopAtLevel=" + compilers,
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(List.of(arguments));
        return command;
    }

    private List<String> inside(List<String> command) {
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + namespace()));
        all.addAll(command);
        return all;
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("PROA_HOME", home.toString());
        environment.put("KUBECONFIG", home.resolve("kubeconfig").toString());
        environment.put("HOME", System.getProperty("user.home"));
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        return environment;
    }

    /** Where the cluster keeps its data. */
    Path directory() {
        return home.resolve("clusters").resolve(name);
    }

    private Path log() {
        return home.resolve("server.log");
    }

    /** The network namespace of the cluster's machine. */
    Path namespace() {
        return Path.of("/proc/" + machine.pid() + "/ns/net");
    }

    /** Runs an action on a thread in the cluster's machine; the sockets it opens belong there. */
    public <T> T inside(Callable<T> action) throws IOException {
        return Namespaces.callIn(namespace(), action);
    }

    /** The network namespace of the cluster's first node. */
    Path node() {
        return directory().resolve("nodes").resolve(name + "-0").resolve("namespace");
    }

    /** Runs an action on a thread from where an address is reached: those of pods and services from the first node. */
    <T> T reaching(String address, Callable<T> action) throws IOException {
        boolean nodes = address.startsWith("10.244.") || address.startsWith("10.96.");
        return Namespaces.callIn(nodes ? node() : namespace(), action);
    }

    /** The images that pods can be made of. */
    public ImageStore images() {
        return ImageStore.open(directory().resolve("images"));
    }

    /** Where the cluster's machine has the ports of its nodes. */
    String nodePorts() throws IOException {
        return Json.decodeMap(Files.readAllBytes(directory().resolve("server.json")))
                .string("nodePorts");
    }

    Process server() {
        return server;
    }

    /** A file in the cluster's home, for tests. */
    Path file(String file, String content) throws IOException {
        return Files.writeString(home.resolve(file), content);
    }

    /** Waits until the server says that it is ready. */
    void awaitReady() {
        Path announcement = directory().resolve("server.json");
        Await.until(
                "the cluster is ready",
                Duration.ofSeconds(60),
                () -> {
                    if (!server.isAlive()) {
                        throw new AssertionError("The server ended:\n" + Files.readString(log()));
                    }
                    return Files.exists(announcement)
                            ? Json.decodeMap(Files.readAllBytes(announcement)).integer("pid", 0)
                            : 0;
                },
                pid -> pid == server.pid());
    }

    /** Starts the server anew after {@link #kill}; {@link #awaitReady} waits for it. */
    void restart() throws IOException {
        server = launch();
    }

    /** Ends the server's process at once, as by {@code kill -9}. */
    void kill() throws InterruptedException {
        server.destroyForcibly().waitFor();
    }

    /** Runs kubectl as the administrator. */
    public Run kubectl(String... arguments) {
        return kubectlWithInput("", arguments);
    }

    /** Runs kubectl with a standard input, for {@code -f -}. */
    public Run kubectlWithInput(String input, String... arguments) {
        return kubectl(input, Map.of(), arguments);
    }

    Run kubectl(String input, Map<String, String> environment, String... arguments) {
        Map<String, String> all = environment();
        all.putAll(environment);
        return Run.of(kubectlCommand(arguments), all, input);
    }

    /** Starts kubectl for something that goes on, as {@code logs -f}. The caller ends it. */
    Process startKubectl(String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(kubectlCommand(arguments));
        builder.environment().putAll(environment());
        return builder.start();
    }

    /** Runs a program of the project as the administrator; it finds kubectl and the JDK's tools. */
    Run script(Path program, String... arguments) {
        Map<String, String> all = environment();
        all.put("KUBECONFIG", kubeconfig().toString());
        all.put(
                "PATH",
                kubectl.toAbsolutePath().getParent() + ":" + System.getProperty("java.home") + "/bin:"
                        + System.getenv("PATH"));
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        return Run.of(inside(command), all, "");
    }

    /** Runs helm as the administrator. */
    Run helm(String... arguments) {
        Map<String, String> all = environment();
        all.put("KUBECONFIG", kubeconfig().toString());
        for (String kind : List.of("CACHE", "CONFIG", "DATA")) {
            all.put("HELM_" + kind + "_HOME", home.resolve("helm").resolve(kind).toString());
        }
        try {
            List<String> command = new ArrayList<>(List.of(Tools.helm().toString()));
            command.addAll(List.of(arguments));
            return Run.of(inside(command), all, "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The administrator's kubeconfig. */
    public Path kubeconfig() {
        return directory().resolve("admin.kubeconfig");
    }

    private List<String> kubectlCommand(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                kubectl.toString(),
                "--kubeconfig",
                kubeconfig().toString(),
                "--cache-dir",
                home.resolve("kubectl-cache").toString()));
        command.addAll(List.of(arguments));
        return inside(command);
    }

    /**
     * Starts a node as a process of its own, which has a home of its own and knows the cluster by its kubeconfig only.
     *
     * @param nodeHome where it keeps its data
     */
    Process startNode(String node, Path nodeHome, Path kubeconfig) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(nodeCommand(node, "--kubeconfig", kubeconfig.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(nodeLog(node).toFile()));
        builder.environment().putAll(environment());
        builder.environment().put("PROA_HOME", nodeHome.toString());
        return builder.start();
    }

    /** Removes such a node after its end. */
    Run removeNode(String node, Path nodeHome) {
        Map<String, String> environment = environment();
        environment.put("PROA_HOME", nodeHome.toString());
        return Run.of(nodeCommand(node, "--remove"), environment, "");
    }

    private List<String> nodeCommand(String node, String... options) {
        List<String> command =
                java(QUICK_COMPILER, "-Xmx512m", "-cp", lib() + "/*", "dev.proa.cli.Main", "node", "--name", node);
        command.addAll(List.of(options));
        return inside(command);
    }

    /** Runs {@code proa node} in this cluster's home to its end. */
    Run node(String node, String... options) {
        return Run.of(nodeCommand(node, options), environment(), "");
    }

    /** What such a node printed. */
    Path nodeLog(String node) {
        return home.resolve(node + ".log");
    }

    /** Runs the proa command, as {@code ./proa}. */
    public Run proa(String... arguments) {
        return proa(Map.of(), arguments);
    }

    /** As the other, with some environment variables. */
    Run proa(Map<String, String> variables, String... arguments) {
        List<String> command = java(QUICK_COMPILER, "-Xmx512m", "-cp", lib() + "/*", "dev.proa.cli.Main");
        command.addAll(List.of(arguments));
        command.addAll(List.of("--name", name));
        Map<String, String> environment = environment();
        environment.putAll(variables);
        return Run.of(inside(command), environment, "");
    }

    /** Starts a command of Proa for something that goes on, as {@code dev}, with its output in a file. The caller ends it. */
    Process startProa(Path output, String... arguments) throws IOException {
        List<String> command = java(QUICK_COMPILER, "-Xmx512m", "-cp", lib() + "/*", "dev.proa.cli.Main");
        command.addAll(List.of(arguments));
        command.addAll(List.of("--name", name));
        ProcessBuilder builder =
                new ProcessBuilder(inside(command)).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment());
        return builder.start();
    }

    /** Makes a namespace for a test, with its service account. */
    public String newNamespace(String namespace) {
        kubectl("create", "namespace", namespace).ok();
        Await.until(
                "the namespace has its service account",
                () -> kubectl("get", "serviceaccount", "default", "-n", namespace)
                        .exit(),
                exit -> exit == 0);
        return namespace;
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        remove();
    }

    private void remove() {
        try {
            if (server.isAlive()) {
                server.destroy();
                if (!server.waitFor(20, TimeUnit.SECONDS)) {
                    server.destroyForcibly().waitFor();
                }
            }
            Run down = proa("down", "--delete-data");
            if (down.exit() != 0) {
                System.err.println("A cluster was not taken down: " + down.out() + down.err());
            }
            if (alone) {
                machine.destroy();
                machine.waitFor();
            }
            Directories.delete(home);
        } catch (IOException e) {
            System.err.println("A cluster's data was not deleted: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
