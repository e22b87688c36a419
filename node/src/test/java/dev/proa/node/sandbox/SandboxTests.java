package dev.proa.node.sandbox;

import dev.proa.node.cri.Conditions;
import dev.proa.node.cri.Configs;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerStatus.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests of the sandbox runtime have in common. */
abstract class SandboxTests {
    @TempDir
    Path logs;

    SandboxFixture fixture;
    private int runs;

    @BeforeEach
    void open() throws IOException {
        fixture = new SandboxFixture();
    }

    @AfterEach
    void close() throws IOException {
        if (fixture != null) {
            fixture.close();
        }
    }

    String sandbox(String name) {
        return fixture.runtime.runPodSandbox(Configs.sandbox(name, logs));
    }

    String started(String sandbox, ContainerConfig config) {
        String id = fixture.runtime.createContainer(sandbox, config);
        fixture.runtime.startContainer(id);
        return id;
    }

    State.Exited ended(String container) {
        Conditions.await(
                "end of container",
                () -> fixture.runtime.containerStatus(container).state() instanceof State.Exited);
        return (State.Exited) fixture.runtime.containerStatus(container).state();
    }

    /** Runs a container to its end and returns what it wrote. */
    List<String> outputOf(ConfigBuilder config) throws IOException {
        runs++;
        String id = started(sandbox("web"), config.name("run-" + runs).build());
        ended(id);
        return output(id);
    }

    /** What a container wrote so far, to either stream. */
    List<String> output(String id) throws IOException {
        return Files.readAllLines(fixture.runtime.containerStatus(id).logPath()).stream()
                .map(line -> line.split(" ", 4)[3])
                .toList();
    }
}
