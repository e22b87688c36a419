package dev.proa.node.sandbox.state;

import dev.proa.image.JsonDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records why a container could not be started, in its directory. */
public final class StartFailures {
    private static final String FILE = "failure.json";

    private StartFailures() {}

    public record Failure(Instant at, String message) {}

    public static void write(Path container, Failure failure) throws IOException {
        StateFiles.write(
                container.resolve(FILE),
                JsonDocument.write(Map.of("at", failure.at().toString(), "message", failure.message())));
    }

    public static @Nullable Failure read(Path container) throws IOException {
        Path file = container.resolve(FILE);
        if (!Files.exists(file)) {
            return null;
        }
        JsonDocument json = JsonDocument.parse(Files.readAllBytes(file), "start failure");
        return new Failure(Instant.parse(json.required("at")), json.required("message"));
    }
}
