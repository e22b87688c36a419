package dev.proa.node.machine;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.Namespaces.Kind;
import dev.proa.node.linux.netlink.RouteMessages.Route;
import dev.proa.node.linux.netlink.RouteMessages.VethEnd;
import dev.proa.node.linux.netlink.RouteSocket;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.NodeNamespace;
import dev.proa.node.network.RoutedNetwork;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Connects nodes to the router of a {@link ClusterNetwork}. Each node has a number, from which its address follows. It
 * is leased by a small file in the network's directory, so that nodes of several processes have different ones:
 *
 * <pre>
 *   nodes/0:    web-0
 *               10.244.0.0/24
 * </pre>
 *
 * A node keeps its number until it is removed, whether its process runs or not. Thread-safe.
 */
public final class NodeLinks {
    private static final String NODE_LINK = "eth0";
    private static final String NUMBER = "number";
    private static final String RANGES = "ranges";

    private final AddressPlan plan;
    private final Path router;
    private final Path leases;
    private final Cidr podRange;
    private final Cidr serviceRange;
    private final int mtu;

    /** There is no network of a cluster on this machine. */
    public static final class NoNetworkException extends IOException {
        private static final long serialVersionUID = 1;

        NoNetworkException(String message) {
            super(message);
        }
    }

    /** A node's lease. @param pods the range of its pods; null for a node whose routes are not set up */
    private record Lease(String node, @Nullable Cidr pods) {}

    NodeLinks(Path directory, AddressPlan plan, Cidr podRange, Cidr serviceRange, int mtu) throws IOException {
        this.plan = plan;
        this.router = router(directory);
        this.leases = Files.createDirectories(directory.resolve("nodes"));
        this.podRange = podRange;
        this.serviceRange = serviceRange;
        this.mtu = mtu;
    }

    /**
     * Finds the network of a cluster that another process has opened in the calling thread's network namespace.
     *
     * @param machineDirectory where the clusters of this machine record what they use of it
     * @param machine the machine's address on the link to the cluster, where pods reach the API server
     * @throws NoNetworkException when there is no such network here
     */
    public static NodeLinks find(Path machineDirectory, Inet4Address machine) throws IOException {
        AddressPlan plan = AddressPlan.ofMachine(machine);
        Path directory = plan == null ? null : new ClusterLeases(machineDirectory).holder(plan.number());
        if (plan == null || directory == null || !Namespaces.isBound(router(directory))) {
            throw new NoNetworkException("This machine has no network of the cluster whose API server pods reach at "
                    + machine.getHostAddress() + "; a node joins on the machine of the cluster only, as the same user");
        }
        String[] ranges = Files.readString(directory.resolve(RANGES)).strip().split(" ");
        try (RouteSocket routes = RouteSocket.open()) {
            return new NodeLinks(directory, plan, Cidr.parse(ranges[0]), Cidr.parse(ranges[1]), routes.uplinkMtu());
        }
    }

    /** Records what {@link #find} needs to know. */
    static void describe(Path directory, AddressPlan plan, Cidr podRange, Cidr serviceRange) throws IOException {
        write(directory.resolve(NUMBER), Integer.toString(plan.number()));
        write(directory.resolve(RANGES), podRange + " " + serviceRange);
    }

    /** The number of the network in a directory, or -1. */
    static int numberIn(Path directory) throws IOException {
        try {
            return Integer.parseInt(Files.readString(directory.resolve(NUMBER)).strip());
        } catch (NoSuchFileException | NumberFormatException e) {
            return -1;
        }
    }

    static Path router(Path directory) {
        return directory.resolve("router");
    }

    /** The range of all pods of the cluster. */
    public Cidr podRange() {
        return podRange;
    }

    /** The range of all cluster addresses of services. */
    public Cidr serviceRange() {
        return serviceRange;
    }

    /** The range of the cluster's nodes and of what connects them. */
    public Cidr nodeRange() {
        return plan.nodes();
    }

    /** The address of a node, which is leased to it unless it has one. */
    public Inet4Address address(String node) throws IOException {
        return plan.node(MachineLock.hold(leases, () -> number(node)));
    }

    /** Whether a node has an address. */
    public boolean has(String node, String address) throws IOException {
        int number = find(node, MachineLock.hold(leases, this::all));
        return number >= 0 && plan.node(number).getHostAddress().equals(address);
    }

    /**
     * Creates a node's namespace and its link to the router, unless they exist. The node sets up its packet rules
     * itself. Service addresses are reached through the node with the lowest number.
     *
     * @param namespace the file by which it is to be kept
     * @param pods the range of the node's pods
     */
    public NodeNamespace connect(String node, Path namespace, Cidr pods) throws IOException {
        int number = MachineLock.hold(leases, () -> {
            int leased = number(node);
            write(
                    leases.resolve(Integer.toString(leased)),
                    node); // services are not routed by it before it has its routes
            return leased;
        });
        NodeNamespace place =
                new NodeNamespace(namespace, plan.node(number), plan.router(), plan.machine(), plan.nodes());
        Namespaces.ensure(Kind.NETWORK, namespace);
        String link = link(number);
        try (RouteSocket inside = Namespaces.callIn(router, RouteSocket::open);
                RouteSocket outside = Namespaces.callIn(namespace, RouteSocket::open)) {
            if (inside.findLink(link) == null || outside.findLink(NODE_LINK) == null) {
                inside.deleteLink(link);
                outside.deleteLink(NODE_LINK);
                pair(inside, link, 0, namespace, NODE_LINK, mtu);
            }
            int outer = inside.link(link).index();
            int inner = outside.link(NODE_LINK).index();
            inside.withoutIpv6Address(outer);
            outside.withoutIpv6Address(inner); // before the other end is up, which is when the kernel makes one
            outside.routeLoopback(inner); // for node ports at 127.0.0.1 whose endpoints are on other nodes
            outside.up(outside.link("lo").index());
            outside.up(inner);
            outside.addAddress(inner, place.address(), 32);
            outside.putRoute(Route.onLink(place.router(), 32, inner, place.address()));
            outside.putRoute(Route.byDefault(place.router(), inner));
            inside.putRoute(Route.onLink(place.address(), 32, outer, plan.router()));
            inside.putRoute(Route.by(pods.network(), pods.prefix(), place.address(), null));
            MachineLock.hold(leases, () -> {
                write(leases.resolve(Integer.toString(number)), node + "\n" + pods);
                return routeServices(inside);
            });
        }
        return place;
    }

    /** Removes a node's namespace and its link, and releases its address. Idempotent. */
    public void remove(String node, Path namespace) throws IOException {
        Namespaces.release(namespace);
        int number = MachineLock.hold(leases, () -> {
            int leased = find(node, all());
            if (leased >= 0) {
                Files.deleteIfExists(leases.resolve(Integer.toString(leased)));
            }
            return leased;
        });
        if (number >= 0 && Namespaces.isBound(router)) {
            try (RouteSocket inside = Namespaces.callIn(router, RouteSocket::open)) {
                inside.deleteLink(link(number));
                MachineLock.hold(leases, () -> routeServices(inside));
            }
        }
    }

    /** Routes service addresses to the first node that is connected; returns whether there is one. Call it with the lock. */
    private boolean routeServices(RouteSocket inside) throws IOException {
        for (var lease : all().entrySet()) {
            if (lease.getValue().pods != null && inside.findLink(link(lease.getKey())) != null) {
                inside.putRoute(
                        Route.by(serviceRange.network(), serviceRange.prefix(), plan.node(lease.getKey()), null));
                return true;
            }
        }
        return false;
    }

    private static String link(int number) {
        return "n" + number;
    }

    /** The number of a node: the one it has, else the lowest free one. */
    private int number(String node) throws IOException {
        SortedMap<Integer, Lease> taken = all();
        int leased = find(node, taken);
        if (leased >= 0) {
            return leased;
        }
        int free = 0;
        while (taken.containsKey(free)) {
            free++;
        }
        plan.node(free); // or there are too many
        write(leases.resolve(Integer.toString(free)), node);
        return free;
    }

    /** The number that a node has, or -1. */
    private static int find(String node, SortedMap<Integer, Lease> taken) {
        for (var lease : taken.entrySet()) {
            if (lease.getValue().node.equals(node)) {
                return lease.getKey();
            }
        }
        return -1;
    }

    private SortedMap<Integer, Lease> all() throws IOException {
        SortedMap<Integer, Lease> all = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(leases, "[0-9]*")) {
            for (Path file : files) {
                List<String> lines = Files.readAllLines(file);
                all.put(
                        Integer.valueOf(file.getFileName().toString()),
                        new Lease(lines.getFirst(), lines.size() < 2 ? null : Cidr.parse(lines.get(1))));
            }
        }
        return all;
    }

    private static void write(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling("new-" + file.getFileName());
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Makes a link from here to another namespace. */
    static void pair(RouteSocket here, String link, int group, Path there, String peer, int mtu) throws IOException {
        int descriptor = Descriptors.open(there, Descriptors.O_RDONLY);
        try {
            here.addVeth(new VethEnd(link, -1, group), new VethEnd(peer, descriptor, RoutedNetwork.LINK_GROUP), mtu);
        } finally {
            Descriptors.close(descriptor);
        }
    }
}
