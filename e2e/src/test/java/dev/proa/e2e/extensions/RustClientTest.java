package dev.proa.e2e.extensions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.e2e.Tools;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rust's kube: typed, patches, watches, a definition derived from a type, a controller of kube-runtime. */
@Tag("extensions")
class RustClientTest {
    @Test
    void kubeDrivesTheServer(@TempDir Path home) throws IOException {
        assumeTrue(Tools.present("cargo"), "needs cargo");
        Path program = Clients.rust();
        try (LoopbackServer server = LoopbackServer.start(home)) {
            assertThat(server.run(program.toString()).ok().out())
                    .contains("typed: ", "workload: ", "watches: ", "custom resources: ", "controller: ")
                    .endsWith("done\n");
        }
    }
}
