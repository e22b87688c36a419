package dev.proa.node.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LocalMachineTest {
    @Test
    void tellsHowManyProcessesThereCanBe() throws Exception {
        assumeThat(Files.exists(Path.of("/proc/sys/kernel/pid_max"))).isTrue();
        LocalMachine machine = new LocalMachine("node-1", Path.of("/"), Path.of("/proc/self/ns/net"));
        // The least that the kernel takes for pid_max is 301.
        assertThat(machine.mostProcesses()).isGreaterThan(300);
    }
}
