package dev.proa.node.machine;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.Namespaces.Kind;
import dev.proa.node.linux.netlink.NetlinkException;
import dev.proa.node.linux.netlink.RouteMessages.Link;
import dev.proa.node.linux.netlink.RouteMessages.Route;
import dev.proa.node.linux.netlink.RouteSocket;
import dev.proa.node.linux.nftables.NfTables;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.RoutedNetwork;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network of a cluster on this machine: a namespace that routes between the nodes, and a link from there to the
 * machine. {@link NodeLinks} connects the nodes, which have a namespace each.
 *
 * <pre>
 *   machine: proa3 10.90.3.1 ──veth── up0 :router 10.90.3.254: n0 ──veth── eth0 10.90.3.2 :node 0, its pods
 *                                                              n1 ──veth── eth0 10.90.3.3 :node 1, its pods
 * </pre>
 *
 * Pod and service ranges are the same in every cluster: only the router and the nodes have routes to them. The machine
 * has such a route for packets from its address on the cluster's link only, so a socket bound to that address reaches
 * the pods of this cluster. Decision record 0023.
 *
 * <p>The network outlives the process, and is found again. Thread-safe.
 */
public final class ClusterNetwork implements AutoCloseable {
    /** The directory that records which addresses and ports clusters use on this machine. */
    public static final Path MACHINE_STATE = Path.of("/run/proa");

    private static final Logger LOG = LoggerFactory.getLogger(ClusterNetwork.class);
    private static final String UPLINK = "up0";
    private static final int WORST_METRIC = 1_000_000;
    private static final Path IPV6 = Path.of("/proc/sys/net/ipv6");
    private static final Path OWN_NAMESPACE = Path.of("/proc/thread-self/ns/net");

    private final Config config;
    private final AddressPlan plan;
    private final ClusterLeases leases;
    private final RouteSocket routes;
    private final NfTables tables;
    private final MachineRules rules;
    private final IpForwarding forwarding;
    private final Path router;
    private final int mtu;
    private final NodeLinks nodes;
    private final PublishedPorts ports;
    private final Deque<AutoCloseable> open;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * The configuration of a cluster's network.
     *
     * @param directory of the cluster's, for this alone
     * @param podRange of all pods
     * @param serviceRange of all cluster addresses of services
     * @param exposed whether other machines reach the nodes' published ports
     * @param machineDirectory where the clusters of this machine record what they use of it
     */
    public record Config(Path directory, Cidr podRange, Cidr serviceRange, boolean exposed, Path machineDirectory) {}

    /** @param open gets what is opened, the last one first */
    private ClusterNetwork(Config config, Deque<AutoCloseable> open) throws IOException {
        this.config = config;
        this.open = open;
        routes = opened(RouteSocket.open());
        tables = opened(NfTables.open());
        Files.createDirectories(config.directory);
        leases = new ClusterLeases(config.machineDirectory);
        plan = new AddressPlan(leases.acquire(config.directory, NodeLinks.numberIn(config.directory), this::unused));
        NodeLinks.describe(config.directory, plan, config.podRange, config.serviceRange);
        router = NodeLinks.router(config.directory);
        int machine = Descriptors.open(OWN_NAMESPACE, Descriptors.O_RDONLY);
        open.addFirst(() -> Descriptors.close(machine));
        mtu = routes.uplinkMtu();
        nodes = new NodeLinks(config.directory, plan, config.podRange, config.serviceRange, mtu);
        forwarding = opened(IpForwarding.open(config.machineDirectory, plan.link(), config.directory));
        rules = new MachineRules(plan, config.podRange, config.exposed, forwarding.before(), Files.exists(IPV6));
        HeldPorts held = opened(new HeldPorts(Path.of("/proc/self/fd/" + machine), plan.loopback()));
        ports = new PublishedPorts(
                config.directory.resolve("ports"), held, (gone, come) -> tables.commit(rules.publish(gone, come)));
        tables.commit(rules.install(ports.published())); // before the link exists
        ports.hold();
        routes.up(routes.link("lo").index());
        makeRouter();
        forwarding.turnOn();
    }

    /**
     * Creates what is missing of the network, in the calling thread's network namespace.
     *
     * @throws NetlinkException when the kernel lacks a feature or the process a capability
     * @throws IOException when a directory cannot be used, or no addresses are left
     */
    public static ClusterNetwork open(Config config) throws IOException {
        Deque<AutoCloseable> open = new ArrayDeque<>();
        try {
            return new ClusterNetwork(config, open);
        } catch (IOException | RuntimeException e) {
            close(open);
            throw e;
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.addFirst(part);
        return part;
    }

    private static void close(Deque<AutoCloseable> open) {
        for (AutoCloseable part : open) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("{} did not close", part, e);
            }
        }
    }

    /** The machine's address on the link to this cluster: where pods reach it, and what to bind to in order to reach them. */
    public Inet4Address machineAddress() {
        return plan.machine();
    }

    /** Where published ports are reached on this machine: 127.0.0.1 for its first cluster, 127.0.0.2 for the second. */
    public Inet4Address loopbackAddress() {
        return plan.loopback();
    }

    /** The nodes of the cluster on this machine. */
    public NodeLinks nodes() {
        return nodes;
    }

    /** The ports of the cluster's nodes that the machine publishes. */
    public PublishedPorts ports() {
        return ports;
    }

    /**
     * Restores the machine's rules for this cluster if they were removed, for example by a firewall reload. Call it
     * periodically.
     */
    public void resync() {
        ports.whileUnchanged(published -> {
            if (!tables.has(plan.table())) {
                LOG.warn("Somebody has removed table {}; all rules of the cluster are made again", plan.table());
                tables.commit(rules.install(published));
            }
        });
    }

    /** Closes descriptors. Everything stays connected. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            ports.close();
            close(open);
        }
    }

    /** Removes the cluster's network from the machine, except the nodes' namespaces, and releases its addresses. */
    public void uninstall() throws IOException {
        ports.release();
        forwarding.leave();
        routes.deleteRule(plan.machine(), plan.routingTable(), plan.rulePriority());
        routes.deleteLink(plan.link());
        Namespaces.release(router);
        tables.deleteTable(plan.table(), rules.families());
        Files.deleteIfExists(config.directory.resolve("ports"));
        leases.release(config.directory);
    }

    /**
     * Whether nothing else on this machine uses the addresses. Remains of deleted clusters do not count, nor does a
     * route that covers the range of all clusters, such as 10.0.0.0/8 of a company network: no other number would be
     * better.
     */
    private boolean unused(int number) {
        AddressPlan candidate = new AddressPlan(number);
        Link link = routes.findLink(candidate.link());
        int own = link == null ? -1 : link.index();
        return routes.routes().stream()
                .noneMatch(route -> route.link() != own
                        && route.prefix() > AddressPlan.ALL.prefix()
                        && route.destination() != null
                        && (candidate.nodes().contains(route.destination())
                                || new Cidr(route.destination(), route.prefix())
                                        .contains(candidate.nodes().network())));
    }

    private void makeRouter() throws IOException {
        Namespaces.ensure(Kind.NETWORK, router);
        if (Files.exists(IPV6)) { // otherwise nodes could configure it by router advertisements
            Namespaces.callIn(router, () -> {
                Files.writeString(IPV6.resolve("conf/all/disable_ipv6"), "1");
                return Files.writeString(IPV6.resolve("conf/default/disable_ipv6"), "1");
            });
        }
        try (RouteSocket inside = Namespaces.callIn(router, RouteSocket::open)) {
            if (routes.findLink(plan.link()) == null || inside.findLink(UPLINK) == null) {
                routes.deleteLink(plan.link());
                inside.deleteLink(UPLINK);
                NodeLinks.pair(routes, plan.link(), RoutedNetwork.LINK_GROUP, router, UPLINK, mtu);
            }
            int outer = routes.link(plan.link()).index();
            int inner = inside.link(UPLINK).index();
            routes.withoutIpv6Address(outer);
            inside.withoutIpv6Address(inner);
            routes.routeLoopback(outer);
            int loopback = inside.link("lo").index();
            inside.up(loopback);
            inside.addAddress(loopback, plan.router(), 32);
            inside.up(inner);
            inside.putRoute(Route.onLink(plan.machine(), 32, inner, plan.router()));
            inside.putRoute(Route.byDefault(plan.machine(), inner));
            for (Cidr range : List.of(config.podRange, config.serviceRange, plan.nodes())) {
                inside.putRoute(Route.unreachable(range.network(), range.prefix(), WORST_METRIC));
            }
            machineRoutes(outer);
        }
        Namespaces.callIn(router, () -> {
            Path settings = Path.of("/proc/sys/net/ipv4");
            // Strict reverse path filtering: packets from a node's link must have a source that is routed there.
            Files.writeString(settings.resolve("conf/all/rp_filter"), "1");
            Files.writeString(settings.resolve("ip_forward"), "1");
            return true;
        });
    }

    private void machineRoutes(int link) {
        routes.addAddress(link, plan.machine(), 32);
        routes.putRoute(Route.onLink(plan.router(), 32, link, plan.machine()));
        routes.putRoute(Route.by(plan.nodes().network(), plan.nodes().prefix(), plan.router(), plan.machine()));
        for (Cidr range : List.of(config.podRange, config.serviceRange)) {
            routes.putRoute(Route.by(range.network(), range.prefix(), plan.router(), null), plan.routingTable());
        }
        routes.addRule(plan.machine(), plan.routingTable(), plan.rulePriority());
    }
}
