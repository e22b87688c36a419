package dev.proa.node.linux.netlink;

import dev.proa.node.linux.Errno;
import dev.proa.node.linux.netlink.NetlinkCodec.Reply;
import dev.proa.node.linux.netlink.NetlinkCodec.Request;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The IPv4 connections that the kernel tracks in the network namespace in whose thread this was opened (ctnetlink). Safe for
 * use by many threads.
 */
public final class ConnectionTracking implements AutoCloseable {
    private static final int SUBSYSTEM = 1 << 8;
    private static final int GET = SUBSYSTEM | 1;
    private static final int DELETE = SUBSYSTEM | 2;
    private static final int FAMILY_IP = 2;
    private static final int GENERIC_HEADER = 4;

    private static final int TUPLE_ORIGINAL = 1;
    private static final int TUPLE_REPLY = 2;
    private static final int ID = 12;
    private static final int TUPLE_IP = 1;
    private static final int TUPLE_PROTOCOL = 2;
    private static final int IP_SOURCE = 1;
    private static final int IP_DESTINATION = 2;
    private static final int PROTOCOL_NUMBER = 1;
    private static final int PROTOCOL_SOURCE_PORT = 2;
    private static final int PROTOCOL_DESTINATION_PORT = 3;

    private final NetlinkSocket socket;

    private ConnectionTracking(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * A connection: its destination as the client named it, and the peer that answers, which differs when it was translated.
     *
     * @param id the kernel's, or 0
     */
    public record Flow(
            int protocol,
            Inet4Address source,
            int sourcePort,
            Inet4Address destination,
            int destinationPort,
            Inet4Address answering,
            int answeringPort,
            int id) {}

    /** Opens a socket in the calling thread's network namespace. */
    public static ConnectionTracking open() {
        return new ConnectionTracking(NetlinkSocket.open(NetlinkSocket.NETFILTER));
    }

    /** All connections of a protocol (17 is UDP). Takes time in proportion to all connections of the machine. */
    public List<Flow> list(int protocol) {
        Request request = new Request(GET, NetlinkCodec.FLAG_DUMP, header().toByteArray());
        return socket.query("list the tracked connections", request).stream()
                .map(ConnectionTracking::flow)
                .filter(Objects::nonNull)
                .filter(flow -> flow.protocol == protocol)
                .toList();
    }

    /** Deletes a connection's entry; its next packet then starts a new one. Idempotent. */
    public void delete(Flow flow) {
        try {
            socket.execute("forget the connection " + flow, deletion(flow));
        } catch (NetlinkException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        socket.close();
    }

    static Request deletion(Flow flow) {
        AttributeWriter out = header().nest(
                        TUPLE_ORIGINAL,
                        tuple -> tuple.nest(
                                        TUPLE_IP,
                                        ip -> ip.bytes(IP_SOURCE, flow.source.getAddress())
                                                .bytes(IP_DESTINATION, flow.destination.getAddress()))
                                .nest(
                                        TUPLE_PROTOCOL,
                                        protocol -> protocol.u8(PROTOCOL_NUMBER, flow.protocol)
                                                .be16(PROTOCOL_SOURCE_PORT, flow.sourcePort)
                                                .be16(PROTOCOL_DESTINATION_PORT, flow.destinationPort)));
        if (flow.id != 0) {
            out.be32(ID, flow.id);
        }
        return new Request(DELETE, NetlinkCodec.FLAG_ACK, out.toByteArray());
    }

    static @Nullable Flow flow(Reply.Data reply) {
        ByteBuffer payload = reply.payload();
        if (payload.remaining() < GENERIC_HEADER || payload.get(0) != FAMILY_IP) {
            return null;
        }
        Attributes attributes = Attributes.parse(payload.slice(GENERIC_HEADER, payload.remaining() - GENERIC_HEADER)
                .order(ByteOrder.nativeOrder()));
        Attributes original = attributes.nested(TUPLE_ORIGINAL);
        Attributes answer = attributes.nested(TUPLE_REPLY);
        Inet4Address source = address(original.nested(TUPLE_IP).bytes(IP_SOURCE));
        Inet4Address destination = address(original.nested(TUPLE_IP).bytes(IP_DESTINATION));
        Inet4Address answering = address(answer.nested(TUPLE_IP).bytes(IP_SOURCE));
        if (source == null || destination == null || answering == null) {
            return null;
        }
        Attributes protocol = original.nested(TUPLE_PROTOCOL);
        return new Flow(
                protocol.u8(PROTOCOL_NUMBER, 0),
                source,
                protocol.be16(PROTOCOL_SOURCE_PORT, 0),
                destination,
                protocol.be16(PROTOCOL_DESTINATION_PORT, 0),
                answering,
                answer.nested(TUPLE_PROTOCOL).be16(PROTOCOL_SOURCE_PORT, 0),
                attributes.be32(ID, 0));
    }

    private static AttributeWriter header() {
        return new AttributeWriter().raw8(FAMILY_IP).raw8(0).rawBe16(0);
    }

    private static @Nullable Inet4Address address(byte @Nullable [] bytes) {
        if (bytes == null || bytes.length != 4) {
            return null;
        }
        try {
            return (Inet4Address) InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
