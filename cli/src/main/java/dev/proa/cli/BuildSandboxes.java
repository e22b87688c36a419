package dev.proa.cli;

import dev.proa.client.clock.Clock;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.node.build.RuntimeBuildSandbox;
import java.nio.file.Path;

/** Where the steps of Dockerfiles are run. */
final class BuildSandboxes {
    private BuildSandboxes() {}

    /** @param cache the directory of what builds reuse */
    static BuildSandbox of(Path cache) {
        return new RuntimeBuildSandbox(cache.resolve("dockerfile").resolve("sandbox"), Clock.system());
    }
}
