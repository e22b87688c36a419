package dev.proa.node.services;

import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.client.ObjectKey;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.dns.ClusterZone;
import dev.proa.node.dns.DnsServer;
import dev.proa.node.dns.Upstreams;
import dev.proa.node.network.PodNetwork;
import dev.proa.node.network.PodNetwork.Port;
import dev.proa.node.network.RoutedNetwork;
import dev.proa.node.proxy.NftServiceProxy;
import dev.proa.node.proxy.ServiceChange;
import dev.proa.node.proxy.ServiceTable;
import dev.proa.node.proxy.ServiceWatcher;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that connects the pods of a node: the pod network, the service proxy and a DNS server on the network's gateway
 * address. In the order of a node's start:
 *
 * <pre>{@code
 * NodeNetwork network = NodeNetwork.open(config);         // pods can be attached
 * network.follow(services, slices, supervisor, clock);    // services and DNS answer
 * }</pre>
 */
public final class NodeNetwork implements AutoCloseable {
    /**
     * How often packet rules are checked, since reloading a firewall may remove the rules of others; kube-proxy does so by its
     * {@code syncPeriod}.
     */
    public static final Duration RESYNC_EACH = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(NodeNetwork.class);
    private static final Path RESOLVERS = Path.of("/etc/resolv.conf");
    private static final int DNS_PORT = 53;

    private final Config config;
    private final RoutedNetwork pods;
    private final NftServiceProxy proxy;
    private final ClusterZone zone;
    private final DnsServer dns;
    private final Deque<ServiceWatcher> watchers = new ArrayDeque<>();
    private final Deque<Loop> resyncs = new ArrayDeque<>();

    /**
     * The configuration of a node's network.
     *
     * @param node its name
     * @param pods addresses and where leases are kept
     * @param domain of the cluster: {@code cluster.local}
     * @param dnsService the address that pods ask
     */
    public record Config(String node, RoutedNetwork.Config pods, String domain, Inet4Address dnsService) {}

    private NodeNetwork(Config config, RoutedNetwork pods, NftServiceProxy proxy, ClusterZone zone, DnsServer dns) {
        this.config = config;
        this.pods = pods;
        this.proxy = proxy;
        this.zone = zone;
        this.dns = dns;
    }

    /**
     * Sets up the network in the calling thread's namespace. What an earlier instance set up keeps working meanwhile.
     *
     * @throws IOException when the state directory cannot be used, or DNS cannot be served on the gateway's address
     * @throws dev.proa.node.linux.netlink.NetlinkException when the kernel lacks a feature or the process a capability
     */
    public static NodeNetwork open(Config config) throws IOException {
        RoutedNetwork pods = RoutedNetwork.open(config.pods);
        NftServiceProxy proxy = null;
        try {
            proxy = NftServiceProxy.open(
                    config.pods.linkPrefix() + "-services",
                    config.pods.serviceRange(),
                    config.pods.podRange(),
                    config.pods.exposed(),
                    address ->
                            config.pods.place() != null && config.pods.place().isOther(address));
            ClusterZone zone = new ClusterZone(
                    config.domain, List.of(config.pods.serviceRange(), config.pods.podRange()), config.dnsService);
            NodeNetwork network = new NodeNetwork(config, pods, proxy, zone, openDns(config, zone));
            for (String protocol : List.of("TCP", "UDP")) {
                network.reserve(new Port(protocol, network.dnsAddress().getPort()));
            }
            return network;
        } catch (IOException | RuntimeException e) {
            pods.close();
            if (proxy != null) {
                proxy.close();
            }
            throw e;
        }
    }

    /** The pod network. */
    public PodNetwork pods() {
        return pods;
    }

    /** Reserves a port for the node itself, against host ports, node ports and external addresses of services. */
    public void reserve(Port port) {
        pods.reserve(port);
        proxy.reserve(port);
    }

    /** The address of this node's DNS server, an endpoint of the DNS service. */
    public InetSocketAddress dnsAddress() {
        return dns.address();
    }

    /**
     * Starts the DNS server, and updates proxy and DNS from these informers once they have synced. Returns at once.
     *
     * @param supervisor runs the loops
     * @param others further listeners
     */
    public ServiceWatcher follow(
            Informer<Service> services,
            Informer<EndpointSlice> slices,
            Supervisor supervisor,
            Clock clock,
            ServiceWatcher.Listener... others) {
        ServiceWatcher watcher = new ServiceWatcher(services, slices, supervisor, clock);
        watcher.follow(this::update);
        for (ServiceWatcher.Listener other : others) {
            watcher.follow(other);
        }
        watchers.addFirst(watcher);
        dns.start(supervisor.group("dns"));
        watcher.start();
        resyncs.addFirst(supervisor.group("network").every(RESYNC_EACH, "node-network-resync", self -> {
            pods.resync();
            proxy.resync();
        }));
        return watcher;
    }

    private void update(List<ServiceChange> changes) {
        List<ServiceTable.Service> changed = new ArrayList<>();
        List<ObjectKey> gone = new ArrayList<>();
        for (ServiceChange change : changes) {
            zone.update(change.key(), change.service(), change.slices());
            ServiceTable.Service service = change.service() == null
                    ? null
                    : ServiceTable.Service.of(change.service(), change.slices(), config.node);
            if (service == null) {
                gone.add(change.key());
            } else {
                changed.add(service.clusterAddresses().contains(config.dnsService) ? withOwnServer(service) : service);
            }
        }
        proxy.update(changed, gone);
    }

    /** Pods ask the DNS server of their own node, which answers as long as this node runs, whatever the API says. */
    private ServiceTable.Service withOwnServer(ServiceTable.Service dnsService) {
        InetSocketAddress own = dns.address();
        return dnsService.withEndpoint(
                new ServiceTable.Endpoint(config.pods.gateway(), own.getPort(), true, true, false, true));
    }

    /** Stops watching and the DNS server. Pods stay connected and services reachable. */
    @Override
    public void close() {
        watchers.forEach(ServiceWatcher::close);
        resyncs.forEach(Loop::close);
        dns.close();
        proxy.close();
        pods.close();
    }

    /** Removes all links, routes and rules of this node for good. Call it before {@link #close}. */
    public void uninstall() {
        watchers.forEach(ServiceWatcher::close);
        resyncs.forEach(Loop::close);
        proxy.uninstall();
        pods.uninstall();
    }

    private static DnsServer openDns(Config config, ClusterZone zone) throws IOException {
        Inet4Address gateway = config.pods.gateway();
        Upstreams upstreams = Upstreams.read(RESOLVERS, Set.of(gateway, config.dnsService));
        try {
            return DnsServer.open(new InetSocketAddress(gateway, DNS_PORT), zone, upstreams);
        } catch (IOException e) {
            // Pods never see the port: they use the service's address, and the proxy knows this endpoint.
            LOG.info("{}; another port is taken", e.getMessage());
            return DnsServer.open(new InetSocketAddress(gateway, 0), zone, upstreams);
        }
    }
}
