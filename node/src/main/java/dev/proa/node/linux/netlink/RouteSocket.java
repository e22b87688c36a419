package dev.proa.node.linux.netlink;

import dev.proa.node.linux.Errno;
import dev.proa.node.linux.netlink.NetlinkCodec.Request;
import dev.proa.node.linux.netlink.RouteMessages.Link;
import dev.proa.node.linux.netlink.RouteMessages.Route;
import dev.proa.node.linux.netlink.RouteMessages.VethEnd;
import java.net.Inet4Address;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Links, addresses and routes of the network namespace in whose thread it was opened. Safe for use by many threads. */
public final class RouteSocket implements AutoCloseable {
    private static final int DEFAULT_MTU = 1500;
    private static final int FAMILY_NOT_SUPPORTED = 97;
    private static final int ADDRESS_NOT_AVAILABLE = 99;

    private final NetlinkSocket socket;

    private RouteSocket(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Opens a socket in the calling thread's network namespace. */
    public static RouteSocket open() {
        return new RouteSocket(NetlinkSocket.open(NetlinkSocket.ROUTE));
    }

    /** All links. */
    public List<Link> links() {
        return socket.query("list the network links", RouteMessages.listLinks()).stream()
                .map(RouteMessages::link)
                .filter(Objects::nonNull)
                .toList();
    }

    /** The link of this name, or null. */
    public @Nullable Link findLink(String name) {
        try {
            return RouteMessages.link(socket.query("look up link " + name, RouteMessages.getLink(name))
                    .getFirst());
        } catch (NetlinkException e) {
            if (e.is(Errno.ENODEV)) {
                return null;
            }
            throw e;
        }
    }

    /** The link of this name. */
    public Link link(String name) {
        Link link = findLink(name);
        if (link == null) {
            throw new NetlinkException("look up link " + name, Errno.ENODEV, null);
        }
        return link;
    }

    /** Creates a veth pair, the first end up; fails with EEXIST when one of the names is taken. */
    public void addVeth(VethEnd one, VethEnd other, int mtu) {
        socket.execute("create link " + one.name(), RouteMessages.newVeth(one, other, mtu));
    }

    /** Creates a link of a kind without parameters and brings it up, unless it is there. */
    public Link ensureLink(String name, String kind, int mtu) {
        Link link = findLink(name);
        if (link == null) {
            socket.execute("create link " + name, RouteMessages.newLink(name, kind, mtu));
        } else if (!link.up()) {
            up(link.index());
        }
        return link(name);
    }

    /** Removes the link of this name, if there is one. */
    public void deleteLink(String name) {
        Link link = findLink(name);
        if (link != null) {
            ignoring(Errno.ENODEV, "delete link " + name, RouteMessages.deleteLink(link.index()));
        }
    }

    /** Brings a link up. */
    public void up(int link) {
        socket.execute("bring link " + link + " up", RouteMessages.linkUp(link));
    }

    /** Puts a link into a group, by which packet rules know it. */
    public void setGroup(int link, int group) {
        socket.execute("put link " + link + " into group " + group, RouteMessages.setGroup(link, group));
    }

    /** Keeps the kernel from generating an IPv6 link-local address for a link; does nothing where there is no IPv6. */
    public void withoutIpv6Address(int link) {
        ignoring(FAMILY_NOT_SUPPORTED, "keep link " + link + " without IPv6", RouteMessages.withoutIpv6Address(link));
    }

    /**
     * Allows packets from and to 127.0.0.0/8 on a link ({@code route_localnet}), and ignores ICMP redirects from it.
     */
    public void routeLoopback(int link) {
        socket.execute("route loopback addresses by link " + link, RouteMessages.routeLoopback(link));
    }

    /** Puts a link into a bridge. */
    public void setMaster(int link, int bridge) {
        socket.execute("put link " + link + " into bridge " + bridge, RouteMessages.setMaster(link, bridge));
    }

    /** Sets the hardware address of a link, six bytes. */
    public void setHardwareAddress(int link, byte[] address) {
        socket.execute("set the hardware address of link " + link, RouteMessages.setHardwareAddress(link, address));
    }

    /** Adds an address to a link, unless it is there. */
    public void addAddress(int link, Inet4Address address, int prefix) {
        socket.execute(
                "add address " + address.getHostAddress() + "/" + prefix,
                RouteMessages.addAddress(link, address, prefix));
    }

    /** Removes an address from a link, if it has it. */
    public void deleteAddress(int link, Inet4Address address, int prefix) {
        ignoring(
                ADDRESS_NOT_AVAILABLE,
                "delete address " + address.getHostAddress(),
                RouteMessages.deleteAddress(link, address, prefix));
    }

    /** Adds or replaces a route. */
    public void putRoute(Route route) {
        socket.execute("add the route to " + destination(route), RouteMessages.putRoute(route));
    }

    /** Adds or replaces a route of another table than the main one. */
    public void putRoute(Route route, int table) {
        socket.execute("add the route to " + destination(route), RouteMessages.putRoute(route, table));
    }

    /** Adds a rule: packets with this source address use {@code table} first. Idempotent. */
    public void addRule(Inet4Address source, int table, int priority) {
        ignoring(
                Errno.EEXIST,
                "add the rule for packets from " + source.getHostAddress(),
                RouteMessages.newRule(source, table, priority));
    }

    /** Undoes {@link #addRule}. Idempotent. */
    public void deleteRule(Inet4Address source, int table, int priority) {
        ignoring(
                Errno.ENOENT,
                "delete the rule for packets from " + source.getHostAddress(),
                RouteMessages.deleteRule(source, table, priority));
    }

    /** Removes a route, if it is there. */
    public void deleteRoute(Route route) {
        ignoring(Errno.ESRCH, "delete the route to " + destination(route), RouteMessages.deleteRoute(route));
    }

    /** The IPv4 routes of the main table. */
    public List<Route> routes() {
        return socket.query("list the routes", RouteMessages.listRoutes()).stream()
                .map(RouteMessages::route)
                .filter(Objects::nonNull)
                .toList();
    }

    /** The MTU of the link that the default route leads to: larger packets would be fragmented. 1500 where there is no default route. */
    public int uplinkMtu() {
        int uplink = routes().stream()
                .filter(route -> route.prefix() == 0 && route.link() != 0)
                .mapToInt(Route::link)
                .findFirst()
                .orElse(0);
        return links().stream()
                .filter(link -> link.index() == uplink)
                .mapToInt(Link::mtu)
                .findFirst()
                .orElse(DEFAULT_MTU);
    }

    @Override
    public void close() {
        socket.close();
    }

    private static String destination(Route route) {
        Inet4Address destination = route.destination();
        return destination == null ? "anywhere" : destination.getHostAddress();
    }

    private void ignoring(int errno, String doing, Request request) {
        try {
            socket.execute(doing, request);
        } catch (NetlinkException e) {
            if (!e.is(errno)) {
                throw e;
            }
        }
    }
}
