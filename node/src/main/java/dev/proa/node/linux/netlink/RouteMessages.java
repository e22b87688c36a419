package dev.proa.node.linux.netlink;

import dev.proa.node.linux.netlink.NetlinkCodec.Reply;
import dev.proa.node.linux.netlink.NetlinkCodec.Request;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The messages of rtnetlink(7) that a pod network needs, for IPv4. Pure: they are sent by a {@link RouteSocket}. */
public final class RouteMessages {
    static final int NEW_LINK = 16;
    static final int DELETE_LINK = 17;
    static final int GET_LINK = 18;
    static final int NEW_ADDRESS = 20;
    static final int DELETE_ADDRESS = 21;
    static final int GET_ADDRESS = 22;
    static final int NEW_ROUTE = 24;
    static final int DELETE_ROUTE = 25;
    static final int GET_ROUTE = 26;
    static final int NEW_RULE = 32;
    static final int DELETE_RULE = 33;

    private static final int AF_UNSPEC = 0;
    private static final int AF_INET = 2;

    private static final int LINK_UP = 0x1;
    private static final int LINK_ADDRESS = 1;
    private static final int LINK_NAME = 3;
    private static final int LINK_MTU = 4;
    private static final int LINK_MASTER = 10;
    private static final int LINK_INFO = 18;
    private static final int LINK_FAMILIES = 26;
    private static final int LINK_GROUP = 27;
    private static final int LINK_NAMESPACE_FD = 28;
    private static final int AF_INET6 = 10;
    private static final int INET_CONFIGURATION = 1;
    private static final int ACCEPT_REDIRECTS = 4;
    private static final int ROUTE_LOCALNET = 26;
    private static final int INET6_ADDRESS_GENERATION = 8;
    private static final int GENERATE_NONE = 1;
    private static final int INFO_KIND = 1;
    private static final int INFO_DATA = 2;
    private static final int VETH_PEER = 1;

    private static final int ADDRESS_ADDRESS = 1;
    private static final int ADDRESS_LOCAL = 2;

    private static final int ROUTE_DESTINATION = 1;
    private static final int ROUTE_OUT_LINK = 4;
    private static final int ROUTE_GATEWAY = 5;
    private static final int ROUTE_PRIORITY = 6;
    private static final int ROUTE_SOURCE = 7;
    private static final int ROUTE_TABLE = 15;
    private static final int TABLE_MAIN = 254;
    private static final int RULE_TO_TABLE = 1;
    private static final int RULE_SOURCE = 2;
    private static final int RULE_PRIORITY = 6;
    private static final int RULE_TABLE = 15;
    private static final int PROTOCOL_STATIC = 4;
    private static final int SCOPE_LINK = 253;

    private RouteMessages() {}

    /**
     * A network interface.
     *
     * @param kind of a virtual one ({@code veth}, {@code bridge}), or empty
     * @param master the index of the bridge it belongs to, or 0
     */
    public record Link(int index, String name, String kind, boolean up, int mtu, int master) {}

    /** The type of a route. */
    public enum RouteType {
        UNICAST(1),
        LOCAL(2),
        BLACKHOLE(6),
        UNREACHABLE(7),
        OTHER(0);

        final int number;

        RouteType(int number) {
            this.number = number;
        }

        static RouteType of(int number) {
            for (RouteType type : values()) {
                if (type.number == number) {
                    return type;
                }
            }
            return OTHER;
        }
    }

    /**
     * A route of the main table.
     *
     * @param destination null with {@code prefix} 0 for the default route
     * @param gateway null for what is on the link itself
     * @param link index of the interface; 0 for none
     * @param source the address that packets of this machine get, or null
     * @param metric the lower, the better
     */
    public record Route(
            RouteType type,
            @Nullable Inet4Address destination,
            int prefix,
            @Nullable Inet4Address gateway,
            int link,
            @Nullable Inet4Address source,
            int metric) {

        /** A route to what is directly behind a link. */
        public static Route onLink(Inet4Address destination, int prefix, int link, @Nullable Inet4Address source) {
            return new Route(RouteType.UNICAST, destination, prefix, null, link, source, 0);
        }

        /** The route for everything that no other route covers. */
        public static Route byDefault(Inet4Address gateway, int link) {
            return new Route(RouteType.UNICAST, null, 0, gateway, link, null, 0);
        }

        /** A route to what a gateway passes on. */
        public static Route by(
                Inet4Address destination, int prefix, Inet4Address gateway, @Nullable Inet4Address source) {
            return new Route(RouteType.UNICAST, destination, prefix, gateway, 0, source, 0);
        }

        /** Packets to there are answered with "host unreachable". */
        public static Route unreachable(Inet4Address destination, int prefix, int metric) {
            return new Route(RouteType.UNREACHABLE, destination, prefix, null, 0, null, metric);
        }
    }

    /**
     * One end of a veth pair.
     *
     * @param namespace a descriptor of the network namespace it goes to, or -1 for this one
     * @param group that it belongs to from its first moment on, 0 for the one that links belong to unless told otherwise
     */
    public record VethEnd(String name, int namespace, int group) {
        /** An end that is in no particular group. */
        public VethEnd(String name, int namespace) {
            this(name, namespace, 0);
        }
    }

    /** Creates a pair of connected interfaces; the kernel lets only the first one be up from the start. */
    public static Request newVeth(VethEnd one, VethEnd other, int mtu) {
        AttributeWriter out = linkHeader(0, true);
        vethEnd(out, one, mtu);
        out.nest(
                LINK_INFO,
                info -> info.string(INFO_KIND, "veth")
                        .nest(
                                INFO_DATA,
                                data -> data.nest(VETH_PEER, peer -> {
                                    linkFields(peer, 0, false);
                                    vethEnd(peer, other, mtu);
                                })));
        return create(NEW_LINK, out);
    }

    /** Creates a link without parameters of its own: {@code bridge}, {@code dummy}. */
    public static Request newLink(String name, String kind, int mtu) {
        AttributeWriter out = linkHeader(0, true).string(LINK_NAME, name);
        if (mtu > 0) {
            out.u32(LINK_MTU, mtu);
        }
        out.nest(LINK_INFO, info -> info.string(INFO_KIND, kind));
        return create(NEW_LINK, out);
    }

    /** Brings a link up. */
    public static Request linkUp(int index) {
        return new Request(
                NEW_LINK, NetlinkCodec.FLAG_ACK, linkHeader(index, true).toByteArray());
    }

    /** Puts a link into a bridge. */
    public static Request setMaster(int index, int master) {
        return new Request(
                NEW_LINK,
                NetlinkCodec.FLAG_ACK,
                linkHeader(index, false).u32(LINK_MASTER, master).toByteArray());
    }

    /** Sets the hardware address of a link. */
    public static Request setHardwareAddress(int index, byte[] address) {
        return new Request(
                NEW_LINK,
                NetlinkCodec.FLAG_ACK,
                linkHeader(index, false).bytes(LINK_ADDRESS, address).toByteArray());
    }

    /** Puts a link into a group. */
    public static Request setGroup(int index, int group) {
        return new Request(
                NEW_LINK,
                NetlinkCodec.FLAG_ACK,
                linkHeader(index, false).u32(LINK_GROUP, group).toByteArray());
    }

    /**
     * Allows packets from and to 127.0.0.0/8 on a link, as the sysctl {@code route_localnet} does, and ignores ICMP
     * redirects ({@code accept_redirects}).
     */
    public static Request routeLoopback(int index) {
        AttributeWriter out = linkHeader(index, false)
                .nest(
                        LINK_FAMILIES,
                        families -> families.nest(
                                AF_INET,
                                inet -> inet.nest(
                                        INET_CONFIGURATION,
                                        values -> values.u32(ROUTE_LOCALNET, 1).u32(ACCEPT_REDIRECTS, 0))));
        return new Request(NEW_LINK, NetlinkCodec.FLAG_ACK, out.toByteArray());
    }

    /** Keeps the kernel from generating an IPv6 link-local address for a link. */
    public static Request withoutIpv6Address(int index) {
        AttributeWriter out = linkHeader(index, false)
                .nest(
                        LINK_FAMILIES,
                        families ->
                                families.nest(AF_INET6, inet6 -> inet6.u8(INET6_ADDRESS_GENERATION, GENERATE_NONE)));
        return new Request(NEW_LINK, NetlinkCodec.FLAG_ACK, out.toByteArray());
    }

    /** Removes a link, and the other end of a pair with it. */
    public static Request deleteLink(int index) {
        return new Request(
                DELETE_LINK, NetlinkCodec.FLAG_ACK, linkHeader(index, false).toByteArray());
    }

    /** Asks for one link. */
    public static Request getLink(String name) {
        return new Request(
                GET_LINK, 0, linkHeader(0, false).string(LINK_NAME, name).toByteArray());
    }

    /** Asks for all links. */
    public static Request listLinks() {
        return new Request(
                GET_LINK, NetlinkCodec.FLAG_DUMP, linkHeader(0, false).toByteArray());
    }

    /** Adds an address to a link; one that is there is left as it is. */
    public static Request addAddress(int link, Inet4Address address, int prefix) {
        AttributeWriter out = new AttributeWriter()
                .raw8(AF_INET)
                .raw8(prefix)
                .raw8(0)
                .raw8(0)
                .raw32(link)
                .bytes(ADDRESS_LOCAL, address.getAddress())
                .bytes(ADDRESS_ADDRESS, address.getAddress());
        return new Request(
                NEW_ADDRESS,
                NetlinkCodec.FLAG_ACK | NetlinkCodec.FLAG_CREATE | NetlinkCodec.FLAG_REPLACE,
                out.toByteArray());
    }

    /** Removes an address from a link. */
    public static Request deleteAddress(int link, Inet4Address address, int prefix) {
        AttributeWriter out = new AttributeWriter()
                .raw8(AF_INET)
                .raw8(prefix)
                .raw8(0)
                .raw8(0)
                .raw32(link)
                .bytes(ADDRESS_LOCAL, address.getAddress());
        return new Request(DELETE_ADDRESS, NetlinkCodec.FLAG_ACK, out.toByteArray());
    }

    /** Adds a route, or replaces the one to the same destination with the same metric. */
    public static Request putRoute(Route route) {
        return new Request(
                NEW_ROUTE, NetlinkCodec.FLAG_ACK | NetlinkCodec.FLAG_CREATE | NetlinkCodec.FLAG_REPLACE, route(route));
    }

    /** As {@link #putRoute(Route)}, in another table, which {@link #newRule} leads to. */
    public static Request putRoute(Route route, int table) {
        return new Request(
                NEW_ROUTE,
                NetlinkCodec.FLAG_ACK | NetlinkCodec.FLAG_CREATE | NetlinkCodec.FLAG_REPLACE,
                route(route, table));
    }

    /** Removes a route. */
    public static Request deleteRoute(Route route) {
        return new Request(DELETE_ROUTE, NetlinkCodec.FLAG_ACK, route(route));
    }

    /**
     * Adds a routing rule: packets with this source address use a table before the main one.
     *
     * @param priority of the rule, less than the main table's 32766
     */
    public static Request newRule(Inet4Address source, int table, int priority) {
        return create(NEW_RULE, rule(source, table, priority));
    }

    /** Undoes {@link #newRule}. */
    public static Request deleteRule(Inet4Address source, int table, int priority) {
        return new Request(
                DELETE_RULE,
                NetlinkCodec.FLAG_ACK,
                rule(source, table, priority).toByteArray());
    }

    private static AttributeWriter rule(Inet4Address source, int table, int priority) {
        return new AttributeWriter()
                .raw8(AF_INET)
                .raw8(0)
                .raw8(32)
                .raw8(0)
                .raw8(0)
                .raw8(0)
                .raw8(0)
                .raw8(RULE_TO_TABLE)
                .raw32(0)
                .bytes(RULE_SOURCE, source.getAddress())
                .u32(RULE_PRIORITY, priority)
                .u32(RULE_TABLE, table);
    }

    /** Asks for all IPv4 routes of all tables. */
    public static Request listRoutes() {
        return new Request(
                GET_ROUTE,
                NetlinkCodec.FLAG_DUMP,
                new AttributeWriter()
                        .raw8(AF_INET)
                        .raw8(0)
                        .raw8(0)
                        .raw8(0)
                        .raw8(0)
                        .raw8(0)
                        .raw8(0)
                        .raw8(0)
                        .raw32(0)
                        .toByteArray());
    }

    /** The link that a message describes, or null when it is about something else. */
    public static @Nullable Link link(Reply.Data reply) {
        ByteBuffer payload = reply.payload();
        if (reply.type() != NEW_LINK || payload.remaining() < 16) {
            return null;
        }
        Attributes attributes = attributes(payload, 16);
        String name = attributes.string(LINK_NAME);
        String kind = attributes.nested(LINK_INFO).string(INFO_KIND);
        return new Link(
                payload.getInt(4),
                name == null ? "" : name,
                kind == null ? "" : kind,
                (payload.getInt(8) & LINK_UP) != 0,
                attributes.u32(LINK_MTU, 0),
                attributes.u32(LINK_MASTER, 0));
    }

    /** The route of the main table that a message describes, or null when it is about something else. */
    public static @Nullable Route route(Reply.Data reply) {
        ByteBuffer payload = reply.payload();
        if (reply.type() != NEW_ROUTE || payload.remaining() < 12 || payload.get(0) != AF_INET) {
            return null;
        }
        Attributes attributes = attributes(payload, 12);
        if (attributes.u32(ROUTE_TABLE, Byte.toUnsignedInt(payload.get(4))) != TABLE_MAIN) {
            return null;
        }
        return new Route(
                RouteType.of(payload.get(7)),
                address(attributes.bytes(ROUTE_DESTINATION)),
                payload.get(1),
                address(attributes.bytes(ROUTE_GATEWAY)),
                attributes.u32(ROUTE_OUT_LINK, 0),
                address(attributes.bytes(ROUTE_SOURCE)),
                attributes.u32(ROUTE_PRIORITY, 0));
    }

    private static byte[] route(Route route) {
        return route(route, TABLE_MAIN);
    }

    private static byte[] route(Route route, int table) {
        boolean onLink = route.type == RouteType.UNICAST && route.gateway == null;
        AttributeWriter out = new AttributeWriter()
                .raw8(AF_INET)
                .raw8(route.prefix)
                .raw8(0)
                .raw8(0)
                .raw8(table > 0xff ? 0 : table)
                .raw8(PROTOCOL_STATIC)
                .raw8(onLink ? SCOPE_LINK : 0)
                .raw8(route.type.number)
                .raw32(0);
        address(out, ROUTE_DESTINATION, route.destination);
        address(out, ROUTE_GATEWAY, route.gateway);
        if (route.link != 0) {
            out.u32(ROUTE_OUT_LINK, route.link);
        }
        address(out, ROUTE_SOURCE, route.source);
        if (table > 0xff) {
            out.u32(ROUTE_TABLE, table);
        }
        if (route.metric != 0) {
            out.u32(ROUTE_PRIORITY, route.metric);
        }
        return out.toByteArray();
    }

    private static void address(AttributeWriter out, int type, @Nullable Inet4Address address) {
        if (address != null) {
            out.bytes(type, address.getAddress());
        }
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

    private static void vethEnd(AttributeWriter out, VethEnd end, int mtu) {
        out.string(LINK_NAME, end.name);
        if (mtu > 0) {
            out.u32(LINK_MTU, mtu);
        }
        if (end.group != 0) {
            out.u32(LINK_GROUP, end.group);
        }
        if (end.namespace >= 0) {
            out.u32(LINK_NAMESPACE_FD, end.namespace);
        }
    }

    private static AttributeWriter linkHeader(int index, boolean up) {
        return linkFields(new AttributeWriter(), index, up);
    }

    private static AttributeWriter linkFields(AttributeWriter out, int index, boolean up) {
        return out.raw8(AF_UNSPEC)
                .raw8(0)
                .raw16(0)
                .raw32(index)
                .raw32(up ? LINK_UP : 0)
                .raw32(up ? LINK_UP : 0);
    }

    private static Request create(int type, AttributeWriter out) {
        return new Request(
                type,
                NetlinkCodec.FLAG_ACK | NetlinkCodec.FLAG_CREATE | NetlinkCodec.FLAG_EXCLUSIVE,
                out.toByteArray());
    }

    private static Attributes attributes(ByteBuffer payload, int header) {
        return Attributes.parse(
                payload.slice(header, payload.remaining() - header).order(ByteOrder.nativeOrder()));
    }
}
