package dev.proa.delivery.dev;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.client.Transport.TransportException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PortForwardTest {
    private final List<String> down = new CopyOnWriteArrayList<>();
    private volatile List<Pod> pods = List.of(pod("one"), pod("two"));

    private static Pod pod(String name) {
        return new Pod(MapValue.of("metadata", MapValue.of("name", name, "uid", name)));
    }

    /** Pods that answer each message with their name and the message, and whose port is closed when they are down. */
    private final PodAccess access = new PodAccess() {
        @Override
        public Result exec(String namespace, String pod, String container, List<String> command, byte[] input) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Connection connect(String namespace, String pod, int port) {
            LinkedBlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
            return new Connection() {
                @Override
                public byte @Nullable [] read() throws InterruptedException {
                    if (down.contains(pod)) {
                        throw new TransportException("connection refused", null);
                    }
                    byte[] answer = answers.take();
                    return answer.length == 0 ? null : answer;
                }

                @Override
                public void write(byte[] content, int length) {
                    String text = new String(content, 0, length, StandardCharsets.UTF_8);
                    answers.add((pod + ":" + port + " " + text).getBytes(StandardCharsets.UTF_8));
                }

                @Override
                public void close() {
                    answers.add(new byte[0]);
                }
            };
        }
    };

    private static @Nullable String ask(Socket socket, String question) throws Exception {
        socket.getOutputStream().write((question + "\n").getBytes(StandardCharsets.UTF_8));
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }

    private static Socket connect(PortForward forward) throws Exception {
        return new Socket(InetAddress.getLoopbackAddress(), forward.localPort());
    }

    @Test
    void leadsToTheFirstPodThatAnswers() throws Exception {
        try (PortForward forward = PortForward.listen(0, access, () -> pods, pod -> 80)) {
            try (Socket socket = connect(forward)) {
                assertThat(ask(socket, "hello")).isEqualTo("one:80 hello");
            }
            down.add("one");
            try (Socket socket = connect(forward)) {
                assertThat(ask(socket, "again")).isEqualTo("two:80 again");
            }
            down.add("two");
            try (Socket socket = connect(forward)) {
                assertThat(ask(socket, "nobody")).isNull();
            }
        }
    }

    @Test
    void keepsItsPortWhilePodsComeAndGo() throws Exception {
        try (PortForward forward = PortForward.listen(0, access, () -> pods, pod -> 80);
                Socket old = connect(forward)) {
            assertThat(ask(old, "x")).isEqualTo("one:80 x");
            pods = List.of(pod("three"));
            forward.keepOnly(Set.of("three"));
            assertThat(old.getInputStream().read())
                    .as("an idle connection to an old pod ends")
                    .isNegative();
            try (Socket socket = connect(forward)) {
                assertThat(ask(socket, "y")).isEqualTo("three:80 y");
            }
        }
    }

    @Test
    void takesAnotherPortWhenItsOwnIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                PortForward forward = PortForward.listen(taken.getLocalPort(), access, () -> pods, pod -> 80)) {
            assertThat(forward.localPort()).isNotEqualTo(taken.getLocalPort());
        }
    }
}
