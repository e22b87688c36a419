package dev.proa.node.sandbox;

import dev.proa.node.cri.Configs;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerRuntimeContract;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class SandboxRuntimeTest extends ContainerRuntimeContract {
    private SandboxFixture fixture;

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

    @Override
    protected ContainerRuntime runtime() {
        return fixture.runtime;
    }

    @Override
    protected String image() {
        return SandboxFixture.IMAGE;
    }

    /** The first process of a namespace gets only those signals that it handles. */
    @Override
    protected ContainerConfig lasting(String name) {
        return SandboxFixture.shell(name, "trap 'exit 143' TERM; while :; do sleep 1000 & wait; done");
    }

    @Override
    protected ContainerConfig stubborn(String name) {
        return Configs.container(name, SandboxFixture.IMAGE, List.of("sleep", "1000"));
    }

    @Override
    protected ContainerConfig ending(String name, int exitCode, String... lines) {
        StringBuilder script = new StringBuilder();
        for (String line : lines) {
            script.append("echo ").append(line).append("; ");
        }
        return SandboxFixture.shell(name, script + "exit " + exitCode);
    }

    @Override
    protected ContainerConfig unstartable(String name) {
        return Configs.container(name, SandboxFixture.IMAGE, List.of("nonsense"));
    }
}
