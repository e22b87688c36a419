package dev.proa.node.sandbox.state;

import dev.proa.image.JsonDocument;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.linux.Cgroup;
import dev.proa.node.sandbox.program.ShimFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records how a container exited, in its directory, since the reason (OOM kill) is lost with its cgroup, and the time
 * when the machine goes down.
 */
public final class ExitRecords {
    /** The exit code of a container whose end nobody saw. */
    public static final int UNKNOWN_EXIT = 255;

    private static final String FILE = "end.json";

    private ExitRecords() {}

    /** The exit state of a container, determined once and saved. */
    public static State.Exited of(Path container, Instant startedAt, Cgroup cgroup, InstantSource clock)
            throws IOException {
        State.Exited known = read(container, startedAt);
        if (known == null) {
            known = findOut(container, startedAt, cgroup, clock);
            write(container, known);
        }
        return known;
    }

    private static State.Exited findOut(Path container, Instant startedAt, Cgroup cgroup, InstantSource clock)
            throws IOException {
        ShimFiles.Ended ended = ShimFiles.ended(container);
        if (ended == null) {
            return new State.Exited(
                    startedAt,
                    clock.instant(),
                    UNKNOWN_EXIT,
                    "Unknown",
                    "the exit code is not known: the machine was restarted or the container's shim was killed");
        }
        String reason = ended.exitCode() == 0 ? "Completed" : cgroup.oomKills() > 0 ? "OOMKilled" : "Error";
        return new State.Exited(startedAt, ended.at(), ended.exitCode(), reason, "");
    }

    private static void write(Path container, State.Exited end) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("at", end.finishedAt().toString());
        json.put("exitCode", end.exitCode());
        json.put("reason", end.reason());
        json.put("message", end.message());
        StateFiles.write(container.resolve(FILE), JsonDocument.write(json));
    }

    private static State.@Nullable Exited read(Path container, Instant startedAt) throws IOException {
        Path file = container.resolve(FILE);
        if (!Files.exists(file)) {
            return null;
        }
        JsonDocument json = JsonDocument.parse(Files.readAllBytes(file), "end of a container");
        return new State.Exited(
                startedAt,
                Instant.parse(json.required("at")),
                (int) json.number("exitCode", 0),
                json.required("reason"),
                json.required("message"));
    }
}
