package dev.proa.e2e.extensions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kubernetes' own client library for Go, typed in protobuf, dynamic, with informers and watch lists. */
@Tag("extensions")
class ClientGoTest {
    @Test
    void clientGoDrivesTheServer(@TempDir Path home) throws IOException {
        Path program = Clients.go("clientgo", home);
        try (LoopbackServer server = LoopbackServer.start(home)) {
            assertThat(server.run(program.toString()).ok().out())
                    .contains("typed client: ", "informer: ", "OpenAPI v2 in protobuf")
                    .endsWith("done\n");
        }
    }
}
