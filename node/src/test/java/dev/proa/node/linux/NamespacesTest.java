package dev.proa.node.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamespacesTest {
    private static final Path THREAD_NET = Path.of("/proc/thread-self/ns/net");

    @TempDir
    Path directory;

    @BeforeEach
    void needsRoot() {
        assumeTrue(Architecture.supported(), "needs Linux on a known processor");
        assumeTrue("root".equals(System.getProperty("user.name")), "making namespaces needs root");
    }

    @Test
    void entersABoundNamespaceAndLeavesOtherThreadsAlone() throws Exception {
        Path file = directory.resolve("net");
        Path mine = Files.readSymbolicLink(THREAD_NET);
        Namespaces.create(Namespaces.Kind.NETWORK, file);
        try {
            assertThat(Namespaces.isBound(file)).isTrue();
            Path inside = Namespaces.callIn(file, () -> Files.readSymbolicLink(THREAD_NET));
            assertThat(inside).isNotEqualTo(mine);
            assertThat(Namespaces.callIn(file, () -> Files.readSymbolicLink(THREAD_NET)))
                    .isEqualTo(inside);
            assertThat(Files.readSymbolicLink(THREAD_NET)).isEqualTo(mine);
            List<String> devices =
                    Namespaces.callIn(file, () -> Files.readAllLines(Path.of("/proc/thread-self/net/dev")));
            assertThat(devices).hasSize(3).last().asString().contains("lo:");
        } finally {
            Namespaces.release(file);
        }
        assertThat(file).doesNotExist();
        Namespaces.release(file);
    }

    @Test
    void netlinkAnswersFromInsideANamespace() throws Exception {
        byte[] name = Namespaces.callInNew(
                () -> {
                    int socket = Sockets.open(Sockets.AF_NETLINK, Sockets.SOCK_RAW, 0);
                    try {
                        Sockets.bind(socket, new byte[] {16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
                        // RTM_GETLINK | NLM_F_REQUEST | NLM_F_DUMP, struct rtgenmsg
                        byte[] request = new byte[20];
                        request[0] = 20;
                        request[4] = 18;
                        request[6] = 1;
                        request[7] = 3;
                        Sockets.send(socket, request);
                        return Sockets.receive(socket, 65536, Duration.ofSeconds(10));
                    } finally {
                        Descriptors.close(socket);
                    }
                },
                Namespaces.Kind.NETWORK);
        assertThat(name[4]).as("RTM_NEWLINK").isEqualTo((byte) 16);
        assertThat(new String(name, java.nio.charset.StandardCharsets.ISO_8859_1))
                .contains("lo\0");
    }

    @Test
    void errorsNameTheCallAndItsSubject() {
        assertThatThrownBy(() -> Namespaces.callIn(directory.resolve("none"), () -> 1))
                .isInstanceOf(ErrnoException.class)
                .hasMessageContaining("none: no such file or directory (ENOENT)");
    }
}
