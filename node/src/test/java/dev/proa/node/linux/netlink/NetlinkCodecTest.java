package dev.proa.node.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.linux.netlink.NetlinkCodec.Reply;
import dev.proa.node.linux.netlink.NetlinkCodec.Request;
import dev.proa.node.linux.netlink.RouteMessages.Route;
import dev.proa.node.linux.netlink.RouteMessages.RouteType;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class NetlinkCodecTest {
    @Property
    void attributesComeBackAsTheyWereWritten(@ForAll List<byte @Size(max = 40) []> values) {
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

    @Property
    void nestedAttributesComeBack(@ForAll int number, @ForAll short port, @ForAll String text) {
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

    @Property
    void anyBytesCanBeRead(@ForAll byte[] bytes) {
        NetlinkCodec.decode(ByteBuffer.wrap(bytes));
        Attributes.parse(ByteBuffer.wrap(bytes)).types();
    }

    @Property
    void messagesAreFramed(@ForAll List<byte @Size(max = 30) []> payloads) {
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

    @Property
    void routesComeBackAsTheyWereWritten(@ForAll("routes") Route route) {
        byte[] payload = RouteMessages.putRoute(route).payload();

        assertThat(RouteMessages.route(new Reply.Data(
                        1, RouteMessages.NEW_ROUTE, 0, ByteBuffer.wrap(payload).order(ByteOrder.nativeOrder()))))
                .isEqualTo(route);
    }

    @Provide
    Arbitrary<Route> routes() {
        Arbitrary<Inet4Address> address = Arbitraries.integers()
                .between(0, 255)
                .list()
                .ofSize(4)
                .map(bytes -> Inet4Address.ofLiteral(
                        bytes.get(0) + "." + bytes.get(1) + "." + bytes.get(2) + "." + bytes.get(3)));
        return Combinators.combine(
                        Arbitraries.of(RouteType.UNICAST, RouteType.UNREACHABLE),
                        address,
                        Arbitraries.integers().between(1, 32),
                        address.injectNull(0.5),
                        Arbitraries.integers().between(0, 100),
                        address.injectNull(0.5),
                        Arbitraries.integers().between(0, 10_000))
                .as(Route::new);
    }

    @Example
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
