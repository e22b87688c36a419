package dev.proa.node.sandbox;

import dev.proa.image.json.Json;
import dev.proa.image.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records why a container could not be started, in its directory. */
final class StartFailures {
    private static final String FILE = "failure.json";

    private StartFailures() {}

    record Failure(Instant at, String message) {}

    static void write(Path container, Failure failure) throws IOException {
        Trees.write(
                container.resolve(FILE),
                Json.write(Map.of("at", failure.at().toString(), "message", failure.message())));
    }

    static @Nullable Failure read(Path container) throws IOException {
        Path file = container.resolve(FILE);
        if (!Files.exists(file)) {
            return null;
        }
        JsonObject json = Json.parseObject(Files.readAllBytes(file), "start failure");
        return new Failure(Instant.parse(json.required("at")), json.required("message"));
    }
}
