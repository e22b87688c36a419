package dev.proa.node.kubelet.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.node.cri.ContainerStatus.State;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ListeningPortsTest {
    private static State running(long pid) {
        return new State.Running(Instant.EPOCH, pid);
    }

    @Test
    void tellsWhereAProcessListens() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/net/tcp")), "the kernel tells");
        try (ServerSocket everywhere = new ServerSocket(0);
                ServerSocket inside = new ServerSocket()) {
            inside.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            assertThat(ListeningPorts.of(Path.of("/proc/self/net")))
                    .contains("*:" + everywhere.getLocalPort(), "127.0.0.1:" + inside.getLocalPort());
            assertThat(ListeningPorts.told(running(ProcessHandle.current().pid())))
                    .startsWith(" (in the pod, what listens: ");
        }
    }

    @Test
    void saysNothingOfWhatItDoesNotKnow() {
        assertThat(ListeningPorts.told(new State.Created())).isEmpty();
        assertThat(ListeningPorts.told(running(0))).isEmpty();
        assertThat(ListeningPorts.told(running(Integer.MAX_VALUE))).isEmpty();
    }
}
