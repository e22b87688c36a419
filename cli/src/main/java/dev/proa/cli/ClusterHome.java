package dev.proa.cli;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** The directory of one cluster, and what its server has written there about itself. */
record ClusterHome(String name, Path directory) {

    /**
     * A server that runs.
     *
     * @param pid of its process
     * @param started when the process began, to tell it from another one that got its number
     * @param url of the API server
     */
    record Running(long pid, Instant started, String url, int nodes, String runtime) {}

    Path log() {
        return directory.resolve("server.log");
    }

    /** The images that the cluster's nodes can start containers from. */
    Path images() {
        return directory.resolve("images");
    }

    Path kubeconfig() {
        return directory.resolve("admin.kubeconfig");
    }

    private Path file() {
        return directory.resolve("server.json");
    }

    /** The server as it announced itself, if that process still runs. */
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

    /** Whether the very process runs: not another one with its number, and not one that has ended and waits to be reaped. */
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
            return true; // a system without /proc tells no more
        }
    }

    private static Running announced(MapValue value) {
        return new Running(
                value.integer("pid", 0),
                Instant.parse(value.string("started")),
                value.string("url"),
                (int) value.integer("nodes", 0),
                value.string("runtime"));
    }

    /** Says that this process is the cluster's server now, and that it is ready. */
    void announce(String url, int nodes, String runtime) throws IOException {
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
                runtime);
        Path fresh = directory.resolve("server.json.new");
        Files.write(fresh, Json.encode(value));
        Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    void withdraw() throws IOException {
        Files.deleteIfExists(file());
    }

    String startCommand() {
        return "proa up" + (name.equals("proa") ? "" : " --name " + name);
    }

    /** The server, or a failure that says how to start one. */
    Running require() {
        Running running = running();
        if (running == null) {
            throw new Failure(
                    Exit.NOT_RUNNING, "cluster \"" + name + "\" is not running; start it with: " + startCommand());
        }
        return running;
    }
}
