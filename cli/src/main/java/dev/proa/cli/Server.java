package dev.proa.cli;

import dev.proa.client.http.Kubeconfig;
import dev.proa.client.http.KubeconfigEditor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts and ends the server process of a cluster. A lock lets only one process at a time start or stop it. */
final class Server {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Server() {}

    /**
     * Starts the server in the background unless it is running, waits until it is ready, and writes the user's
     * kubeconfig.
     *
     * @return the server, and whether this call started it
     * @throws Failure when it runs with other options
     */
    static Started ensure(ClusterHome home, ServerOptions options) throws IOException, InterruptedException {
        options.check();
        ClusterHome.Running running = home.running();
        boolean fresh = false;
        int usual = options.usualPort(home.portBefore());
        if (running == null) {
            home.create();
            try (FileChannel lock = lock(home)) {
                home.create(); // it may have been deleted meanwhile
                running = home.running(); // or started it
                if (running == null) {
                    fresh = true;
                    running = start(home, options);
                }
            }
        }
        if (!fresh) {
            options.compare(home, running);
        }
        String otherPort = fresh ? otherPort(usual, running.url()) : "";
        return new Started(running, fresh, kubeconfig(home, fresh), otherPort);
    }

    /** A note when the API server listens on another port than expected. */
    static String otherPort(int usual, String url) {
        return usual == 0 || url.endsWith(":" + usual)
                ? ""
                : "port " + usual + " of 127.0.0.1 is taken by another program, so the API server listens on "
                        + url.substring(url.lastIndexOf(':') + 1);
    }

    /**
     * @param kubeconfig the user's kubeconfig, to which the context was added
     * @param otherPort the note about an unexpected port; empty when it is the expected one
     */
    record Started(ClusterHome.Running server, boolean fresh, UserKubeconfig kubeconfig, String otherPort) {}

    /**
     * The user's kubeconfig.
     *
     * @param trouble why the context could not be written; empty when it was
     */
    record UserKubeconfig(Path file, String trouble) {}

    /** Writes the context. A failure is reported, not thrown: the cluster is usable without it. */
    private static UserKubeconfig kubeconfig(ClusterHome home, boolean fresh) {
        List<Path> files = Kubeconfig.files(System.getenv());
        try {
            Kubeconfig before = Kubeconfig.load(files);
            // There is no current context after another cluster's was removed.
            boolean current = fresh
                    || before.currentContext() == null
                    || !before.contexts().contains(home.name());
            Path file = new KubeconfigEditor(files)
                    .put(
                            home.name(),
                            Kubeconfig.load(List.of(home.kubeconfig())).connection(home.name()),
                            "default",
                            current);
            return new UserKubeconfig(file, "");
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            return new UserKubeconfig(files.getFirst(), "your kubeconfig was left as it is: " + Main.explain(e));
        }
    }

    /** Whether the administrator's kubeconfig has a certificate. */
    static boolean hasCertificate(ClusterHome home, X509Certificate certificate) throws IOException {
        String pem = Kubeconfig.load(List.of(home.kubeconfig()))
                .connection(home.name())
                .certificate();
        try {
            return pem != null
                    && certificate.equals(CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))));
        } catch (CertificateException e) {
            throw new IOException("the certificate in " + home.kubeconfig() + " cannot be read", e);
        }
    }

    /** Writes the context of the user's kubeconfig anew, if it is there. */
    static UserKubeconfig renewKubeconfig(ClusterHome home) {
        List<Path> files = Kubeconfig.files(System.getenv());
        return Kubeconfig.load(files).contexts().contains(home.name())
                ? kubeconfig(home, false)
                : new UserKubeconfig(files.getFirst(), "");
    }

    /** Whether the kubeconfig of a command's user is as the command would leave it. */
    static boolean isInKubeconfig(ClusterHome home, Caller caller) throws IOException {
        Path directory = Path.of(caller.directory());
        List<Path> files = Kubeconfig.files(caller.environment()).stream()
                .map(directory::resolve)
                .toList();
        Kubeconfig before = Kubeconfig.load(files);
        return before.currentContext() != null
                && new KubeconfigEditor(files)
                        .has(
                                home.name(),
                                Kubeconfig.load(List.of(home.kubeconfig())).connection(home.name()),
                                "default");
    }

    /** Takes the lock under which servers are started and stopped; the kernel releases it when this process ends. */
    private static FileChannel lock(ClusterHome home) throws IOException {
        FileChannel channel = FileChannel.open(
                home.directory().resolve("start.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.lock();
        return channel;
    }

    private static ClusterHome.Running start(ClusterHome home, ServerOptions options)
            throws IOException, InterruptedException {
        if (Files.exists(home.log())) {
            Files.move(home.log(), home.previousLog(), StandardCopyOption.REPLACE_EXISTING);
        }
        Process process = launch(home, options);
        Thread abandon = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(abandon); // Ctrl-C while it starts
        ClusterHome.Running running = awaitReady(home, process);
        Runtime.getRuntime().removeShutdownHook(abandon);
        return running;
    }

    private static ClusterHome.Running awaitReady(ClusterHome home, Process process)
            throws IOException, InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            ClusterHome.Running running = home.running();
            if (running != null) {
                return running;
            }
            if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                boolean unmet = process.exitValue() == Exit.UNMET;
                throw new Failure(
                        unmet ? Exit.UNMET : Exit.FAILED,
                        unmet
                                ? reason(home.log())
                                : "the server ended before it was ready: " + reason(home.log()) + "\nIts log: "
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

    /** Starts a process with the same JVM and options as this one, in its own session. */
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

    /** An action on a stopped cluster, during which no server can be started. */
    interface Afterwards {
        void run() throws IOException;
    }

    /**
     * Stops the server, waits for its end, and runs an action before another server may start. A server that is being
     * started is waited for first.
     *
     * @return whether a server was running
     */
    static boolean stop(ClusterHome home, Afterwards afterwards) throws IOException, InterruptedException {
        if (!Files.isDirectory(home.directory())) {
            return false;
        }
        try (FileChannel _ = lock(home);
                FileChannel own =
                        FileChannel.open(home.serverLock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            boolean ran = false;
            Instant end = Instant.now().plus(PATIENCE);
            while (own.tryLock() == null) { // a server without an announcement is starting or ending
                ran |= stop(home);
                if (Instant.now().isAfter(end)) {
                    throw new Failure(
                            Exit.FAILED,
                            "a server of the cluster has been starting or ending for " + PATIENCE.toSeconds()
                                    + " s; see its log, and end that process");
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
            ran |= stop(home); // a server of a version without this lock
            afterwards.run();
            return ran;
        }
    }

    private static boolean stop(ClusterHome home) throws InterruptedException {
        ClusterHome.Running running = home.running();
        if (running == null) {
            return false;
        }
        ProcessHandle process = ProcessHandle.of(running.pid()).orElse(null);
        if (process != null && !process.destroy()) {
            throw new Failure(
                    Exit.FAILED,
                    "the cluster's server, process " + running.pid()
                            + ", is somebody else's: end it as the user who started it, or as root");
        }
        if (process != null && !ended(process, 20)) {
            process.destroyForcibly();
            ended(process, 5);
        }
        return true;
    }

    private static boolean ended(ProcessHandle process, int seconds) throws InterruptedException {
        try {
            process.onExit().get(seconds, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Why a server failed: its own message if it gave one, else the end of its log. */
    static String reason(Path log) throws IOException {
        List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
        int explanation = -1;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(Main.PREFIX)) {
                explanation = i;
            }
        }
        if (explanation >= 0) {
            String first = lines.get(explanation).substring(Main.PREFIX.length());
            return String.join(
                    "\n",
                    java.util.stream.Stream.concat(
                                    java.util.stream.Stream.of(first),
                                    lines.subList(explanation + 1, lines.size()).stream())
                            .toList());
        }
        return "\n" + String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    }
}
