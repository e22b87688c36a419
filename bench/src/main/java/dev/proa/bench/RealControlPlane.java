package dev.proa.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The real control plane, driven by the script that the environment variable {@code REFERENCE} names. It has a directory and
 * ports of its own, so that one that somebody else runs is left alone. Closing it ends its processes.
 */
final class RealControlPlane implements AutoCloseable {
    /** Limits that do not hold it back: it is compared at its fastest. */
    private static final String LIMITS = "--kube-api-qps=5000 --kube-api-burst=10000";

    /** Lets everybody on this machine read the scheduler's metrics, at the port that follows. */
    private static final String METRICS = " --authorization-always-allow-paths=/metrics --secure-port=";

    private static final List<String> PROCESSES =
            List.of("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler");

    private final Path script;
    private final Path home;
    private final int port;
    private final int schedulerPort;
    private final Map<String, String> environment;

    /** @param home where its binaries are, or will be built, and where it runs */
    RealControlPlane(Path script, Path home) throws IOException {
        this(script, home, "", "");
    }

    private RealControlPlane(Path script, Path home, String apiServerFlags, String controllerFlags) throws IOException {
        this.script = script;
        this.home = home;
        this.port = ProaServer.freePort();
        this.schedulerPort = ProaServer.freePort();
        this.environment = Map.of(
                "REFERENCE_HOME",
                home.toString(),
                "REFERENCE_PORT",
                Integer.toString(port),
                "REFERENCE_ETCD_PORT",
                Integer.toString(ProaServer.freePort()),
                "REFERENCE_APISERVER_FLAGS",
                apiServerFlags,
                "REFERENCE_CONTROLLER_FLAGS",
                LIMITS + controllerFlags,
                "REFERENCE_SCHEDULER_FLAGS",
                LIMITS + METRICS + schedulerPort);
    }

    /** The same with nodes that are objects only: nobody asks whether they are alive. Not while this one runs. */
    RealControlPlane withoutKubelets() throws IOException {
        return new RealControlPlane(
                script, home, " --" + ProaServer.WITHOUT_KUBELETS, " --controllers=*,-node-lifecycle-controller");
    }

    /** A directory beside the usual one, which shares its binaries. */
    static Path home(Path cache) throws IOException {
        Path built =
                Files.createDirectories(cache.resolve("kubernetes-reference").resolve("bin"));
        Path home = Files.createDirectories(cache.resolve("kubernetes-reference-bench"));
        if (Files.notExists(home.resolve("bin"))) {
            Files.createSymbolicLink(home.resolve("bin"), built);
        }
        return home;
    }

    /** Builds what is not built, and makes the certificates, so that neither is part of a start. */
    void prepare() throws IOException, InterruptedException {
        run("build");
        run("up");
        run("down");
    }

    /** Starts it over nothing; says how long that took until {@code /readyz}, etcd included. */
    Duration start(Readiness readiness) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process up = process(List.of("up"), ProcessBuilder.Redirect.DISCARD);
        Duration ready = readiness.await(port, start);
        finish("up", up);
        return ready;
    }

    void nodes(int count) throws IOException, InterruptedException {
        run("nodes", Integer.toString(count));
    }

    Path kubeconfig() {
        return home.resolve("run").resolve("admin.kubeconfig");
    }

    /** The processes of the control plane itself, without what simulates nodes. */
    List<Long> pids() throws IOException {
        List<Long> pids = new ArrayList<>();
        for (String name : PROCESSES) {
            pids.add(pid(name));
        }
        return pids;
    }

    private long pid(String name) throws IOException {
        return Long.parseLong(
                Files.readString(home.resolve("run").resolve(name + ".pid")).strip());
    }

    /** The process of the scheduler. */
    long scheduler() throws IOException {
        return pid("kube-scheduler");
    }

    /** What its scheduler tells of itself. */
    String schedulerMetrics(Readiness readiness) {
        return readiness.get(schedulerPort, "/metrics");
    }

    /** Has the same work done by it and by the other; the lines that the load generator printed. */
    List<String> compare(List<String> arguments, Path output) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("bench"));
        all.addAll(arguments);
        finish("bench", process(all, ProcessBuilder.Redirect.to(output.toFile())));
        return Files.readAllLines(output);
    }

    /** Has only the others do the work: the load generator, without the real one beside them. */
    List<String> measure(List<String> arguments, Path output) throws IOException, InterruptedException {
        Path generator = home.resolve("bin").resolve("apibench");
        if (Files.notExists(generator)) {
            throw new IllegalStateException(
                    "There is no load generator at " + generator + ": run bench/run once without --alone");
        }
        List<String> command = new ArrayList<>(List.of(generator.toString()));
        command.addAll(arguments);
        finish(
                "bench",
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
        return Files.readAllLines(output);
    }

    private void run(String... arguments) throws IOException, InterruptedException {
        finish(arguments[0], process(List.of(arguments), ProcessBuilder.Redirect.DISCARD));
    }

    private static void finish(String what, Process process) throws InterruptedException {
        if (!process.waitFor(30, TimeUnit.MINUTES)) {
            process.destroy();
            throw new IllegalStateException("reference " + what + " took more than 30 minutes");
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException(
                    "reference " + what + " failed with " + process.exitValue() + "; what it said is above");
        }
    }

    private Process process(List<String> arguments, ProcessBuilder.Redirect output) throws IOException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        return builder.start();
    }

    @Override
    public void close() {
        try {
            run("down");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
