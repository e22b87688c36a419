package dev.proa.node.sandbox;

import dev.proa.image.json.Json;
import dev.proa.image.json.JsonObject;
import dev.proa.node.cri.ContainerStatus.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a container ended, kept in its directory: why is known to its control group only as long as that is there, and when, if the
 * machine went down with it, to nobody.
 */
final class Ends {
    private static final String FILE = "end.json";

    private Ends() {}

    static void write(Path container, State.Exited end) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("at", end.finishedAt().toString());
        json.put("exitCode", end.exitCode());
        json.put("reason", end.reason());
        json.put("message", end.message());
        Trees.write(container.resolve(FILE), Json.write(json));
    }

    /** Null when it is not known to have ended. */
    static State.@Nullable Exited read(Path container, Instant startedAt) throws IOException {
        Path file = container.resolve(FILE);
        if (!Files.exists(file)) {
            return null;
        }
        JsonObject json = Json.parseObject(Files.readAllBytes(file), "end of a container");
        return new State.Exited(
                startedAt,
                Instant.parse(json.required("at")),
                (int) json.number("exitCode", 0),
                json.required("reason"),
                json.required("message"));
    }
}
