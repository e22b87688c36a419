package dev.proa.node.network;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.netlink.NetlinkException;
import dev.proa.node.linux.netlink.RouteMessages.Link;
import dev.proa.node.linux.netlink.RouteMessages.Route;
import dev.proa.node.linux.netlink.RouteMessages.VethEnd;
import dev.proa.node.linux.netlink.RouteSocket;
import dev.proa.node.linux.nftables.NfTables;
import dev.proa.node.network.AddressLeases.Lease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pod network of a node without a bridge: each pod is behind a veth pair of its own, and the node routes.
 *
 * <pre>
 *   pod: eth0 10.244.0.5/32, default via 10.244.0.1 ──veth──► node: proaXXXXXXXXXX, route 10.244.0.5/32
 *                                                             node: lo 10.244.0.1/32 (the gateway)
 * </pre>
 *
 * All packets between pods pass the node's routing, hence its connection tracking and its rules, so a service whose endpoint
 * is on the same node needs nothing of bridge filters or hairpin modes (decision record 0021).
 *
 * <p>The network namespace is the node's own and forwards packets. The node owns its range: packets to pods that do not
 * exist are answered as unreachable, and packets to service addresses that no rule matches are routed to loopback,
 * where the kernel drops them. The route to the loopback link, rather than an unreachable one, lets the node itself
 * start a connection to a service address.
 */
public final class RoutedNetwork implements PodNetwork {
    /**
     * The group of links (of rtnetlink) that lead to pods, nodes and clusters of this machine, by which packet rules
     * know them whatever their names. Packets from any other link, except loopback, come from outside the cluster.
     */
    public static final int LINK_GROUP = 0x70726f61;

    private static final Logger LOG = LoggerFactory.getLogger(RoutedNetwork.class);
    private static final Path FORWARD = Path.of("/proc/sys/net/ipv4/ip_forward");
    private static final int LINK_NAME_MAX = 15;
    private static final int LINK_HASH_LENGTH = 10;
    private static final int WORST_METRIC = 1_000_000;
    private static final Path IPV6 = Path.of("/proc/sys/net/ipv6");

    private final Config config;
    private final RouteSocket routes;
    private final NfTables tables;
    private final NetworkRules rules;
    private final AddressLeases leases;
    private final Inet4Address gateway;
    private final int mtu;
    private final Set<Port> reserved = ConcurrentHashMap.newKeySet();
    /** The sandboxes that are fully connected; the packet rules, the last step, cover exactly these. */
    private final Set<String> connected = ConcurrentHashMap.newKeySet();

    /** Locks by sandbox, which is attached or detached by one thread at a time. */
    private final ConcurrentHashMap<String, Object> locks = new ConcurrentHashMap<>();

    /**
     * The configuration of a node's network.
     *
     * @param stateDirectory where leases are kept
     * @param podRange of all pods of the cluster
     * @param nodeRange of the pods of this node, part of {@code podRange}
     * @param serviceRange of all cluster addresses of services
     * @param linkPrefix how the names of this node's interfaces and tables start, one to five letters or digits; different
     *     for different nodes in one network namespace
     * @param exposed whether packets from outside the cluster reach host ports; they never reach anything else
     * @param place the node's place in its cluster's network; null for a single node
     */
    public record Config(
            Path stateDirectory,
            Cidr podRange,
            Cidr nodeRange,
            Cidr serviceRange,
            String linkPrefix,
            boolean exposed,
            @Nullable NodeNamespace place) {
        public Config {
            if (linkPrefix.isEmpty() || linkPrefix.length() > LINK_NAME_MAX - LINK_HASH_LENGTH) {
                throw new IllegalArgumentException("The prefix of link names has one to five letters: " + linkPrefix);
            }
            if (!podRange.contains(nodeRange.network()) || nodeRange.prefix() > 29) {
                throw new IllegalArgumentException("The node's range " + nodeRange + " must lie in the pods' range "
                        + podRange + " and have at least 8 addresses");
            }
        }

        /** The usual ranges, for a single node. */
        public static Config usual(Path stateDirectory) {
            return new Config(
                    stateDirectory,
                    Cidr.parse("10.244.0.0/16"),
                    Cidr.parse("10.244.0.0/24"),
                    Cidr.parse("10.96.0.0/16"),
                    "proa",
                    false,
                    null);
        }

        /** The address by which pods reach the node. */
        public Inet4Address gateway() {
            return nodeRange.at(1);
        }
    }

    private RoutedNetwork(Config config, RouteSocket routes, NfTables tables) throws IOException {
        this.config = config;
        this.routes = routes;
        this.tables = tables;
        this.gateway = config.gateway();
        this.leases = new AddressLeases(config.stateDirectory, config.nodeRange);
        claimRanges();
        this.mtu = routes.uplinkMtu();
        reconcile();
        this.rules = new NetworkRules(config, Files.exists(IPV6));
        tables.commit(rules.install(leases.all(), reserved));
        Files.writeString(FORWARD, "1"); // when the rules stand that say what may pass
        leases.all().forEach(lease -> connected.add(lease.sandboxId()));
    }

    /**
     * Sets up the network in the calling thread's namespace, to which the object stays bound. What an earlier instance
     * attached stays attached.
     *
     * @throws NetlinkException when the kernel lacks a feature or the process a capability
     * @throws IOException when the state directory cannot be used
     */
    public static RoutedNetwork open(Config config) throws IOException {
        RouteSocket routes = RouteSocket.open();
        NfTables tables = null;
        try {
            tables = NfTables.open();
            return new RoutedNetwork(config, routes, tables);
        } catch (IOException | RuntimeException e) {
            routes.close();
            if (tables != null) {
                tables.close();
            }
            throw e;
        }
    }

    /**
     * Installs the rules on trial in the calling thread's network namespace, which it changes.
     *
     * @throws NetlinkException when the kernel lacks a part of nf_tables
     */
    public static void tryRules() {
        NetworkRules rules = new NetworkRules(Config.usual(Path.of("/")), Files.exists(IPV6));
        try (NfTables tables = NfTables.open()) {
            tables.commit(rules.install(List.of(), Set.of()));
        }
    }

    @Override
    public List<String> attach(String sandboxId, Path namespace, List<HostPort> ports) {
        for (HostPort port : ports) {
            if (reserved.contains(port.port())) {
                throw new IllegalArgumentException("Port " + port.hostPort() + "/" + port.protocol()
                        + " of this node is its own; choose another host port");
            }
        }
        synchronized (lock(sandboxId)) {
            Lease lease = leases.acquire(sandboxId, ports);
            String link = linkName(sandboxId);
            try {
                if (!connected.contains(sandboxId) || !Namespaces.isBound(namespace) || routes.findLink(link) == null) {
                    connect(lease, link, namespace);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("Could not connect pod sandbox " + sandboxId + " to the network", e);
            }
            return List.of(lease.address().getHostAddress());
        }
    }

    @Override
    public void detach(String sandboxId, Path namespace) {
        synchronized (lock(sandboxId)) {
            Lease lease = leases.find(sandboxId);
            if (lease != null) {
                removeRules(lease);
            }
            routes.deleteLink(linkName(sandboxId));
            try {
                Namespaces.release(namespace);
            } catch (IOException e) {
                throw new UncheckedIOException("Could not remove the network namespace " + namespace, e);
            }
            leases.release(sandboxId);
        }
        locks.remove(sandboxId);
    }

    @Override
    public void reserve(Port port) {
        if (reserved.add(port)) {
            tables.commit(rules.reserve(port));
        }
    }

    @Override
    public Set<Port> reserved() {
        return Set.copyOf(reserved);
    }

    @Override
    public @Nullable Path nodeNamespace() {
        NodeNamespace place = config.place;
        return place == null ? null : place.namespace();
    }

    @Override
    public String gateway() {
        return gateway.getHostAddress();
    }

    /** Restores rules that were removed, for example by {@code nft flush ruleset}. */
    public synchronized void resync() {
        if (!tables.has(rules.table())) {
            LOG.warn("Somebody has removed table {}; all rules of the pod network are made again", rules.table());
            tables.commit(rules.install(leases.all(), reserved));
        }
    }

    /** Closes descriptors. Pods stay connected. */
    @Override
    public void close() {
        routes.close();
        tables.close();
    }

    /**
     * Removes the links, routes, rules and leases of this network; pods' namespaces stay, and forwarding stays enabled.
     */
    public void uninstall() {
        for (Link link : ownLinks()) {
            routes.deleteLink(link.name());
        }
        for (Lease lease : leases.all()) {
            leases.release(lease.sandboxId());
        }
        int loopback = routes.link("lo").index();
        routes.deleteRoute(serviceRoute(loopback));
        routes.deleteRoute(unreachable(config.serviceRange));
        routes.deleteRoute(otherPods());
        routes.deleteRoute(unreachable(config.nodeRange));
        routes.deleteAddress(loopback, gateway, 32);
        tables.deleteTable(rules.table(), rules.families());
    }

    /** Adds routes that keep packets to the cluster's ranges from leaving the cluster. */
    private void claimRanges() {
        routes.putRoute(unreachable(config.nodeRange));
        routes.putRoute(otherPods());
        routes.putRoute(unreachable(config.serviceRange));
        int loopback = routes.link("lo").index();
        routes.up(loopback);
        routes.addAddress(loopback, gateway, 32);
        routes.putRoute(serviceRoute(loopback));
    }

    private Route otherPods() {
        NodeNamespace place = config.place;
        return place == null
                ? unreachable(config.podRange)
                : Route.by(config.podRange.network(), config.podRange.prefix(), place.router(), null);
    }

    private static Route unreachable(Cidr range) {
        return Route.unreachable(range.network(), range.prefix(), WORST_METRIC);
    }

    private Route serviceRoute(int loopback) {
        return Route.onLink(config.serviceRange.network(), config.serviceRange.prefix(), loopback, gateway);
    }

    /**
     * Removes what a crash or reboot left behind: leases without a link and links without a lease. The route to a pod
     * is created last, so a link without a route is incomplete.
     */
    private void reconcile() {
        Set<Integer> routed = new HashSet<>();
        routes.routes().stream().filter(r -> r.prefix() == 32).forEach(r -> routed.add(r.link()));
        Set<String> links = new HashSet<>();
        for (Link link : ownLinks()) {
            if (routed.contains(link.index())) {
                links.add(link.name());
                routes.setGroup(link.index(), LINK_GROUP);
            } else {
                routes.deleteLink(link.name());
            }
        }
        for (Lease lease : leases.all()) {
            if (!links.remove(linkName(lease.sandboxId()))) {
                leases.release(lease.sandboxId());
            }
        }
        links.forEach(routes::deleteLink);
    }

    private List<Link> ownLinks() {
        int length = config.linkPrefix.length() + LINK_HASH_LENGTH;
        return routes.links().stream()
                .filter(l -> l.kind().equals("veth")
                        && l.name().startsWith(config.linkPrefix)
                        && l.name().length() == length)
                .toList();
    }

    private void connect(Lease lease, String link, Path namespace) throws IOException {
        routes.deleteLink(link);
        Namespaces.ensure(Namespaces.Kind.NETWORK, namespace);
        int descriptor = Descriptors.open(namespace, Descriptors.O_RDONLY);
        try {
            routes.addVeth(new VethEnd(link, -1, LINK_GROUP), new VethEnd("eth0", descriptor), mtu);
        } finally {
            Descriptors.close(descriptor);
        }
        int index = routes.link(link).index();
        routes.withoutIpv6Address(index); // before the other end is up, which is when the kernel makes one
        routes.routeLoopback(index);
        configurePod(lease.address(), namespace);
        routes.putRoute(Route.onLink(lease.address(), 32, index, gateway));
        addRules(lease);
    }

    private void configurePod(Inet4Address address, Path namespace) throws IOException {
        try (RouteSocket pod = Namespaces.callIn(namespace, RouteSocket::open)) {
            pod.up(pod.link("lo").index());
            int eth0 = pod.link("eth0").index();
            pod.up(eth0);
            pod.addAddress(eth0, address, 32);
            pod.putRoute(Route.onLink(gateway, 32, eth0, null));
            pod.putRoute(Route.byDefault(gateway, eth0));
        }
    }

    private void addRules(Lease lease) {
        if (!connected.contains(lease.sandboxId())) {
            tables.commit(rules.add(lease));
            connected.add(lease.sandboxId());
        }
    }

    private void removeRules(Lease lease) {
        if (connected.remove(lease.sandboxId())) {
            tables.commit(rules.remove(lease));
        }
    }

    private Object lock(String sandboxId) {
        return locks.computeIfAbsent(sandboxId, id -> new Object());
    }

    private String linkName(String sandboxId) {
        return linkName(config.linkPrefix, sandboxId);
    }

    /** The name of the node's end of the link to a sandbox. */
    static String linkName(String prefix, String sandboxId) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(sandboxId.getBytes(StandardCharsets.UTF_8));
            return prefix + HexFormat.of().formatHex(hash).substring(0, LINK_HASH_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
