package dev.proa.e2e.extensions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.e2e.Tools;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Python's kubernetes library: typed, custom objects, the dynamic client. */
@Tag("extensions")
class PythonClientTest {
    @Test
    void pythonDrivesTheServer(@TempDir Path home) throws IOException {
        assumeTrue(Tools.present("python3"), "needs python3 with venv");
        Path python = Clients.python(home);
        String program = Clients.sources("python").resolve("client.py").toString();
        try (LoopbackServer server = LoopbackServer.start(home)) {
            assertThat(server.run(python.toString(), program).ok().out())
                    .contains("typed: ", "custom objects: ", "dynamic: ")
                    .endsWith("done\n");
        }
    }
}
