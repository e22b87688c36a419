package dev.proa.e2e.extensions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A controller with webhooks, for admission and for conversion, written with controller-runtime and tested by its envtest. */
@Tag("extensions")
class ControllerRuntimeTest {
    @Test
    void aControllerReconciles(@TempDir Path home) throws IOException {
        Path tests = Clients.goTests("controller", home);
        try (LoopbackServer server = LoopbackServer.start(home)) {
            assertThat(server.run(tests.toString(), "-test.v").ok().out())
                    .contains("--- PASS: TestGardens", "--- PASS: TestBeds");
        }
    }
}
