package dev.proa.cli;

import dev.proa.client.http.Kubeconfig;
import dev.proa.client.http.KubeconfigEditor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts and ends the server process of a cluster. */
final class Server {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Server() {}

    /**
     * Starts the server in the background unless it runs, waits until it is ready, and writes the user's kubeconfig.
     *
     * @return the server, and whether it was started now
     */
    static Started ensure(ClusterHome home, ServerOptions options) throws IOException, InterruptedException {
        options.check();
        ClusterHome.Running running = home.running();
        boolean fresh = running == null;
        if (running == null) {
            running = start(home, options);
        }
        Path file = new KubeconfigEditor(Kubeconfig.files(System.getenv()))
                .put(
                        home.name(),
                        Kubeconfig.load(List.of(home.kubeconfig())).connection(home.name()),
                        "default",
                        fresh || !knows(home));
        return new Started(running, fresh, file);
    }

    /** @param kubeconfig the user's file that has the cluster's context now */
    record Started(ClusterHome.Running server, boolean fresh, Path kubeconfig) {}

    private static boolean knows(ClusterHome home) {
        return Kubeconfig.load().contexts().contains(home.name());
    }

    private static ClusterHome.Running start(ClusterHome home, ServerOptions options)
            throws IOException, InterruptedException {
        Files.createDirectories(home.directory());
        Process process = launch(home, options);
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            ClusterHome.Running running = home.running();
            if (running != null) {
                return running;
            }
            if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                throw new Failure(
                        process.exitValue() == Exit.UNMET ? Exit.UNMET : Exit.FAILED,
                        "the server ended before it was ready:\n" + tail(home.log()) + "\nIts whole log: "
                                + home.log());
            }
            if (Instant.now().isAfter(end)) {
                process.destroy();
                throw new Failure(
                        Exit.FAILED,
                        "the server was not ready within " + PATIENCE.toSeconds() + " s; see its log: " + home.log());
            }
        }
    }

    /** The same Java with the same settings as this process, in a session of its own. */
    private static Process launch(ClusterHome home, ServerOptions options) throws IOException {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            command.add("/usr/bin/setsid"); // Ctrl-C in the user's terminal is not for the server
        }
        String launcher = System.getProperty("proa.launcher", "");
        if (launcher.isEmpty()) {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        } else {
            command.add(launcher);
        }
        command.addAll(List.of("server", "--name", home.name()));
        command.addAll(options.arguments());
        return new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(home.log().toFile()))
                .start();
    }

    /** Ends the server and waits for that; false when none runs. */
    static boolean stop(ClusterHome home) throws InterruptedException {
        ClusterHome.Running running = home.running();
        if (running == null) {
            return false;
        }
        ProcessHandle process = ProcessHandle.of(running.pid()).orElse(null);
        if (process != null) {
            process.destroy();
            try {
                process.onExit().get(20, TimeUnit.SECONDS);
            } catch (java.util.concurrent.TimeoutException e) {
                process.destroyForcibly();
            } catch (java.util.concurrent.ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
        return true;
    }

    private static String tail(Path log) throws IOException {
        List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    }
}
