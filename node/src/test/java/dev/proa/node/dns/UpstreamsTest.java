package dev.proa.node.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which messages are accepted as responses of an upstream resolver. */
class UpstreamsTest {
    private static final int ID = 0x1234;

    private static ByteBuffer message(int id, int flags, String name, int type) {
        ByteBuffer message = ByteBuffer.allocate(512);
        message.putShort((short) id).putShort((short) flags).putShort((short) 1);
        message.putShort((short) 0).putInt(0);
        for (String label : name.split("[.]")) {
            message.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
        }
        return message.put((byte) 0).putShort((short) type).putShort((short) 1).flip();
    }

    private static ByteBuffer query() {
        return message(ID, 0x0100, "www.Example.com", 1);
    }

    @ParameterizedTest
    @CsvSource({
        "0x1234, 0x8180, www.Example.com,  1, true",
        "0x1234, 0x8180, www.example.com,  1, true", // letters may come back otherwise
        "0x1234, 0x8183, www.Example.com,  1, true",
        "0x1235, 0x8180, www.Example.com,  1, false", // another id
        "0x1234, 0x0180, www.Example.com,  1, false", // a query
        "0x1234, 0x8180, www.Example.org,  1, false", // another name
        "0x1234, 0x8180, ww.Example.com,   1, false",
        "0x1234, 0x8180, www.Example.com, 28, false" // another type
    })
    void onlyTheSameQuestionIsAnswered(String id, String flags, String name, int type, boolean answers) {
        ByteBuffer answer = message(Integer.decode(id), Integer.decode(flags), name, type);
        assertThat(Upstreams.answers(query(), answer)).isEqualTo(answers);
        for (int length = 0; length < 12; length++) {
            assertThat(Upstreams.answers(query(), answer.duplicate().limit(length)))
                    .isFalse();
        }
    }

    @Test
    void withoutAQuestionOnlyAFailureIsAnAnswer() {
        ByteBuffer nothing = ByteBuffer.allocate(12).putShort(0, (short) ID);
        assertThat(Upstreams.answers(query(), nothing.putShort(2, (short) 0x8181)))
                .isTrue();
        assertThat(Upstreams.answers(query(), nothing.putShort(2, (short) 0x8180)))
                .isFalse();
    }

    /** A forger who knows the id, and not the question, comes first. */
    @Test
    void aForgedAnswerIsPassedOver() throws Exception {
        try (DatagramSocket resolver = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> serve(resolver));
            Upstreams upstreams = new Upstreams(
                    List.of((InetSocketAddress) resolver.getLocalSocketAddress()), Duration.ofSeconds(60));

            ByteBuffer answer = upstreams.ask(query(), false);

            assertThat(answer.getShort(answer.position() + 2)).isEqualTo((short) 0x8180);
            assertThat(answer.remaining()).isEqualTo(query().remaining());
        }
    }

    private static void serve(DatagramSocket resolver) {
        try {
            DatagramPacket packet = new DatagramPacket(new byte[512], 512);
            resolver.receive(packet);
            for (ByteBuffer answer :
                    List.of(message(ID, 0x8180, "evil.example", 1), message(ID, 0x8180, "www.example.com", 1))) {
                byte[] bytes = new byte[answer.remaining()];
                answer.get(bytes);
                resolver.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
