package dev.proa.node.sandbox;

import dev.proa.node.cri.Conditions;
import dev.proa.node.cri.Configs;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerRuntimeContract;
import dev.proa.node.cri.ContainerStatus.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
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

    /** What handles a signal is running once it does: until then the kernel would swallow it. */
    @Override
    protected String started(String sandbox, ContainerConfig config) {
        String id = super.started(sandbox, config);
        if (String.join(" ", config.command()).contains("trap ") && state(id) instanceof State.Running running) {
            Conditions.await("the handler of SIGTERM", () -> handlesTermination(running.pid()));
        }
        return id;
    }

    private static boolean handlesTermination(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", String.valueOf(pid), "status"))) {
            return lines.filter(line -> line.startsWith("SigCgt:"))
                    .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1 << 14) != 0);
        } catch (IOException e) {
            return true; // it has ended already, which the test will see
        }
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
