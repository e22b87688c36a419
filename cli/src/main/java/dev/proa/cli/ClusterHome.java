package dev.proa.cli;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Views;
import dev.proa.client.http.Kubeconfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The directory of a cluster, and the files in which its server describes itself. */
record ClusterHome(String name, Path directory) {

    /**
     * A running server.
     *
     * @param pid of its process
     * @param started when the process started, to tell it from a later one with the same pid
     * @param url of the API server
     * @param nodePorts the address at which this machine reaches the ports of the cluster's nodes; empty for none
     * @param registry URL of the image registry; empty for none
     */
    record Running(
            long pid, Instant started, String url, int nodes, String runtime, String nodePorts, String registry) {}

    /**
     * Creates the directory if it is missing, and makes it accessible to its owner only, since it holds keys and
     * secrets.
     */
    void create() {
        Set<PosixFilePermission> owners = PosixFilePermissions.fromString("rwx------");
        try {
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(owners));
            if (!Files.getPosixFilePermissions(directory).equals(owners)) {
                Files.setPosixFilePermissions(directory, owners);
            }
        } catch (IOException e) {
            throw new Failure(
                    Exit.FAILED,
                    "cannot make " + directory + " for the cluster's data (" + Main.explain(e)
                            + "); set PROA_HOME to a folder that can be written");
        }
    }

    Path log() {
        return directory.resolve("server.log");
    }

    /** The lock that a server holds while it runs, and that is held while the cluster is removed from the machine. */
    Path serverLock() {
        return directory.resolve("server.lock");
    }

    /** The log of the previous server. */
    Path previousLog() {
        return directory.resolve("server.log.1");
    }

    /** The image store of the cluster's nodes. */
    Path images() {
        return directory.resolve("images");
    }

    Path kubeconfig() {
        return directory.resolve("admin.kubeconfig");
    }

    /** The socket of {@link CommandSocket}. */
    Path socket() {
        return directory.resolve("status.sock");
    }

    private Path file() {
        return directory.resolve("server.json");
    }

    /** The server that announced itself, if its process still runs. */
    @Nullable
    Running running() {
        Running running;
        try {
            running = announced(Json.decodeMap(Files.readAllBytes(file())));
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file(), e);
        } catch (DecodeException | DateTimeParseException e) {
            throw new Failure(
                    Exit.FAILED,
                    file() + " is damaged: end the cluster's server if it still runs (see its log: " + log()
                            + "), then remove it");
        }
        return alive(running) ? running : null;
    }

    /** Whether that process runs: not a later one with the same pid, nor a zombie. */
    private static boolean alive(Running running) {
        ProcessHandle process = ProcessHandle.of(running.pid).orElse(null);
        if (process == null
                || !process.info().startInstant().map(running.started::equals).orElse(true)) {
            return false;
        }
        try {
            String stat = Files.readString(Path.of("/proc", String.valueOf(running.pid), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            return true; // without /proc there is no more to check
        }
    }

    private static Running announced(MapValue value) {
        return new Running(
                value.integer("pid", 0),
                Instant.parse(value.string("started")),
                value.string("url"),
                (int) value.integer("nodes", 0),
                value.string("runtime"),
                value.string("nodePorts"),
                value.string("registry"));
    }

    /** Announces this process as the cluster's server, which is ready. */
    void announce(String url, int nodes, String runtime, String nodePorts, String registry) throws IOException {
        ProcessHandle self = ProcessHandle.current();
        MapValue value = MapValue.of(
                "pid",
                self.pid(),
                "started",
                self.info().startInstant().orElse(Instant.EPOCH).toString(),
                "url",
                url,
                "nodes",
                (long) nodes,
                "runtime",
                runtime,
                "nodePorts",
                nodePorts,
                "registry",
                registry);
        Path fresh = directory.resolve("server.json.new");
        Files.write(fresh, Json.encode(value));
        Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    void withdraw() throws IOException {
        Files.deleteIfExists(file());
    }

    /**
     * The options of a cluster that its next start reuses.
     *
     * @param nodes number of nodes
     * @param runtime what runs the containers
     * @param expose whether other machines reach its node ports
     * @param registryPort of the image registry; 0 when unknown
     * @param registryAnonymous whether everybody on this machine may use the registry
     * @param apiServer flags of kube-apiserver, as {@code ApiServerOptions} reads them
     * @param scheduler flags of kube-scheduler, as {@code SchedulerOptions} reads them
     * @param controllerManager flags of kube-controller-manager, as {@code ControllerManagerOptions} reads them
     */
    record Shape(
            int nodes,
            String runtime,
            boolean expose,
            int registryPort,
            boolean registryAnonymous,
            List<String> apiServer,
            List<String> scheduler,
            List<String> controllerManager) {}

    private Path shapeFile() {
        return directory.resolve("cluster.json");
    }

    /** Saves the cluster's options for its next start. */
    void remember(Shape shape) throws IOException {
        MapValue value = MapValue.builder(7)
                .put("nodes", (long) shape.nodes)
                .put("runtime", shape.runtime)
                .put("expose", shape.expose)
                .put("registryPort", (long) shape.registryPort)
                .put("registryAnonymous", shape.registryAnonymous)
                .put("apiServer", ListValue.copyOf(shape.apiServer))
                .put("scheduler", ListValue.copyOf(shape.scheduler))
                .put("controllerManager", ListValue.copyOf(shape.controllerManager))
                .build();
        Path fresh = directory.resolve("cluster.json.new");
        Files.write(fresh, Json.encode(value));
        Files.move(fresh, shapeFile(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The options of the last start; null when there was none. */
    @Nullable
    Shape remembered() throws IOException {
        try {
            MapValue value = Json.decodeMap(Files.readAllBytes(shapeFile()));
            return new Shape(
                    Math.toIntExact(value.integer("nodes", 1)),
                    value.string("runtime"),
                    Boolean.TRUE.equals(value.get("expose")),
                    Math.toIntExact(value.integer("registryPort", 0)),
                    Boolean.TRUE.equals(value.get("registryAnonymous")),
                    Views.strings(value.list("apiServer")),
                    Views.strings(value.list("scheduler")),
                    Views.strings(value.list("controllerManager")));
        } catch (NoSuchFileException e) {
            return null;
        } catch (DecodeException e) {
            throw new Failure(
                    Exit.FAILED,
                    shapeFile() + " is damaged: remove it, and start the cluster with the --nodes that it had");
        }
    }

    /** The API server's port in its last run; 0 when unknown. */
    int portBefore() {
        try {
            int port = Kubeconfig.load(List.of(kubeconfig()))
                    .connection(name)
                    .server()
                    .getPort();
            return Math.max(port, 0);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            return 0; // it never ran, or the file is damaged and will be rewritten
        }
    }

    /** The command line that a user types for this cluster. */
    String command(String verb) {
        return "proa " + verb + (name.equals("proa") ? "" : " --name " + name);
    }

    String startCommand() {
        return command("up");
    }

    /** The running server; otherwise throws a failure that says how to start it. */
    Running require() {
        Running running = running();
        if (running == null) {
            throw new Failure(
                    Exit.NOT_RUNNING, "cluster \"" + name + "\" is not running; start it with: " + startCommand());
        }
        return running;
    }
}
