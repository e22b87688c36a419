package dev.proa.node.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.Tries;
import dev.proa.node.linux.netlink.NetlinkCodec.Reply;
import dev.proa.node.linux.netlink.NetlinkCodec.Request;
import dev.proa.node.linux.netlink.RouteMessages.Route;
import dev.proa.node.linux.netlink.RouteMessages.RouteType;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NetlinkCodecTest {
    private static final int TRIES = 300;

    private static List<byte[]> payloads(Random random, int most) {
        List<byte[]> payloads = new ArrayList<>();
        for (int i = random.nextInt(random.nextBoolean() ? 4 : 256); i > 0; i--) {
            payloads.add(Tries.bytes(random, most));
        }
        return payloads;
    }

    @Test
    void attributesComeBackAsTheyWereWritten() {
        Tries.run(TRIES, random -> attributesComeBack(payloads(random, 40)));
    }

    private static void attributesComeBack(List<byte[]> values) {
        AttributeWriter out = new AttributeWriter();
        for (int i = 0; i < values.size(); i++) {
            out.bytes(i + 1, values.get(i));
        }
        Attributes in = Attributes.parse(ByteBuffer.wrap(out.toByteArray()));

        assertThat(out.length() % 4).isZero();
        for (int i = 0; i < values.size(); i++) {
            assertThat(in.bytes(i + 1)).isEqualTo(values.get(i));
        }
        assertThat(in.find(values.size() + 1)).isNull();
    }

    @Test
    void nestedAttributesComeBack() {
        Tries.run(
                TRIES,
                random ->
                        nestedAttributesComeBack(random.nextInt(), (short) random.nextInt(), Tries.text(random, 255)));
    }

    private static void nestedAttributesComeBack(int number, short port, String text) {
        AttributeWriter out = new AttributeWriter()
                .u32(1, number)
                .nest(
                        2,
                        nested -> nested.be32(1, number)
                                .nest(2, deeper -> deeper.be16(3, port))
                                .string(4, text.replace("\0", "")));
        Attributes in = Attributes.parse(ByteBuffer.wrap(out.toByteArray()));

        assertThat(in.u32(1, 0)).isEqualTo(number);
        assertThat(in.nested(2).be32(1, 0)).isEqualTo(number);
        assertThat(in.nested(2).nested(2).be16(3, 0)).isEqualTo(Short.toUnsignedInt(port));
        assertThat(in.nested(2).string(4))
                .isEqualTo(new String(
                        text.replace("\0", "").getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        java.nio.charset.StandardCharsets.UTF_8));
    }

    @Test
    void anyBytesCanBeRead() {
        Tries.run(TRIES, random -> {
            byte[] bytes = Tries.bytes(random, 255);
            for (int i = 0; i < bytes.length; i++) {
                if (random.nextInt(2) == 0) {
                    bytes[i] &= 0x1f; // else hardly a length would fit
                }
            }
            NetlinkCodec.decode(ByteBuffer.wrap(bytes));
            Attributes.parse(ByteBuffer.wrap(bytes)).types();
        });
    }

    @Test
    void messagesAreFramed() {
        Tries.run(TRIES, random -> messagesAreFramed(payloads(random, 30)));
    }

    private static void messagesAreFramed(List<byte[]> payloads) {
        List<Request> requests =
                payloads.stream().map(p -> new Request(40, 4, p)).toList();
        List<Reply> replies = NetlinkCodec.decode(ByteBuffer.wrap(NetlinkCodec.encode(requests, 7)));

        assertThat(replies).hasSize(payloads.size());
        for (int i = 0; i < replies.size(); i++) {
            Reply.Data data = (Reply.Data) replies.get(i);
            assertThat(data.sequence()).isEqualTo(7 + i);
            assertThat(data.type()).isEqualTo(40);
            assertThat(data.flags()).isEqualTo(5);
            assertThat(data.payload().remaining()).isEqualTo(payloads.get(i).length);
        }
    }

    @Test
    void routesComeBackAsTheyWereWritten() {
        Tries.run(TRIES, random -> {
            Route route = route(random);
            byte[] payload = RouteMessages.putRoute(route).payload();

            assertThat(RouteMessages.route(new Reply.Data(
                            1,
                            RouteMessages.NEW_ROUTE,
                            0,
                            ByteBuffer.wrap(payload).order(ByteOrder.nativeOrder()))))
                    .isEqualTo(route);
        });
    }

    private static Route route(Random random) {
        return new Route(
                Tries.pick(random, RouteType.UNICAST, RouteType.UNREACHABLE),
                address(random),
                1 + random.nextInt(32),
                random.nextBoolean() ? null : address(random),
                random.nextInt(101),
                random.nextBoolean() ? null : address(random),
                random.nextInt(10_001));
    }

    private static Inet4Address address(Random random) {
        return Inet4Address.ofLiteral(random.nextInt(256) + "." + random.nextInt(256) + "." + random.nextInt(256) + "."
                + random.nextInt(256));
    }

    @Test
    void theKernelsOwnWordsAreRead() {
        ByteBuffer message = ByteBuffer.allocate(36 + 12).order(ByteOrder.nativeOrder());
        message.putInt(48).putShort((short) 2).putShort((short) 0x300).putInt(9).putInt(0);
        message.putInt(-22).putInt(100).position(36);
        message.putShort((short) 11)
                .putShort((short) 1)
                .put("broken\0".getBytes(java.nio.charset.StandardCharsets.UTF_8));

        assertThat(NetlinkCodec.decode(message.flip().limit(48))).containsExactly(new Reply.Outcome(9, 22, "broken"));
    }
}
