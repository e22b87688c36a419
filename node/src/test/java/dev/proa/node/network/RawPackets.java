package dev.proa.node.network;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.Sockets;
import dev.proa.node.linux.netlink.RouteSocket;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Packets as a process with {@code CAP_NET_RAW} can make them: with any source. */
final class RawPackets {
    private static final int PROTOCOL_RAW = 255;
    private static final int UDP = 17;
    private static final int ETHERNET_ARP = 0x0806;
    private static final int ETHERNET_IPV4 = 0x0800;

    private RawPackets() {}

    /** Sends a datagram from a namespace with whatever source address. */
    static void sendDatagram(Path from, String source, String destination, int port, String text) throws IOException {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer packet = ByteBuffer.allocate(28 + payload.length);
        packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity());
        packet.putInt(0).put((byte) 64).put((byte) UDP).putShort((short) 0); // the kernel fills in the checksum
        packet.put(Inet4Address.ofLiteral(source).getAddress());
        packet.put(Inet4Address.ofLiteral(destination).getAddress());
        packet.putShort((short) 40_000).putShort((short) port);
        packet.putShort((short) (8 + payload.length)).putShort((short) 0).put(payload);
        Namespaces.callIn(from, () -> {
            int socket = Sockets.open(Sockets.AF_INET, Sockets.SOCK_RAW, PROTOCOL_RAW);
            try {
                Sockets.connect(socket, internetAddress(destination));
                Sockets.send(socket, packet.array());
            } finally {
                Descriptors.close(socket);
            }
            return null;
        });
    }

    /** Asks on {@code eth0} who has {@code wanted}, in the name of {@code sender}: whoever answers remembers that one. */
    static void askWhoHas(Path from, String sender, String wanted) throws IOException {
        byte[] hardware = {2, 0, 0, 0, 0, 1};
        ByteBuffer frame = ByteBuffer.allocate(42);
        frame.putInt(-1).putShort((short) -1).put(hardware).putShort((short) ETHERNET_ARP);
        frame.putShort((short) 1)
                .putShort((short) ETHERNET_IPV4)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) 1);
        frame.put(hardware).put(Inet4Address.ofLiteral(sender).getAddress());
        frame.put(new byte[6]).put(Inet4Address.ofLiteral(wanted).getAddress());
        Namespaces.callIn(from, () -> {
            int socket = Sockets.open(Sockets.AF_PACKET, Sockets.SOCK_RAW, swapped(ETHERNET_ARP));
            try {
                Sockets.bind(socket, linkAddress());
                Sockets.send(socket, frame.array());
            } finally {
                Descriptors.close(socket);
            }
            return null;
        });
    }

    private static byte[] internetAddress(String address) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.nativeOrder())
                .putShort((short) Sockets.AF_INET)
                .putShort((short) 0)
                .put(Inet4Address.ofLiteral(address).getAddress())
                .array();
    }

    private static byte[] linkAddress() throws ErrnoException {
        try (RouteSocket routes = RouteSocket.open()) {
            return ByteBuffer.allocate(20)
                    .order(ByteOrder.nativeOrder())
                    .putShort((short) Sockets.AF_PACKET)
                    .putShort((short) swapped(ETHERNET_ARP))
                    .putInt(routes.link("eth0").index())
                    .array();
        }
    }

    private static int swapped(int protocol) {
        return Short.toUnsignedInt(Short.reverseBytes((short) protocol));
    }
}
