package dev.proa.node.services;

import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.node.dns.ClusterZone;
import dev.proa.node.dns.DnsServer;
import dev.proa.node.dns.Upstreams;
import dev.proa.node.network.PodNetwork;
import dev.proa.node.network.PodNetwork.HostPort;
import dev.proa.node.network.PodNetwork.Port;
import dev.proa.node.network.RoutedNetwork;
import dev.proa.node.proxy.NftServiceProxy;
import dev.proa.node.proxy.ServiceProxy;
import dev.proa.node.proxy.ServiceTable;
import dev.proa.node.proxy.ServiceWatcher;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that connects the pods of a node: the pod network, the service proxy and a DNS server on the network's gateway
 * address. In the order of a node's start:
 *
 * <pre>{@code
 * NodeNetwork network = NodeNetwork.open(config);         // pods can be attached
 * bootstrap.dns(network.dnsAddress());                    // the endpoint of service kube-dns
 * network.follow(serviceInformer, sliceInformer, clock);  // services and DNS answer
 * }</pre>
 */
public final class NodeNetwork implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeNetwork.class);
    private static final Path RESOLVERS = Path.of("/etc/resolv.conf");
    private static final int DNS_PORT = 53;

    private final Config config;
    private final RoutedNetwork pods;
    private final NftServiceProxy proxy;
    private final DnsServer dns;
    private final Deque<ServiceWatcher> watchers = new ArrayDeque<>();
    private final Deque<Resync> resyncs = new ArrayDeque<>();
    private final AtomicInteger serial = new AtomicInteger();

    /**
     * The configuration of a node's network.
     *
     * @param node its name
     * @param pods addresses and where leases are kept
     * @param domain of the cluster: {@code cluster.local}
     * @param dnsService the address that pods ask
     */
    public record Config(String node, RoutedNetwork.Config pods, String domain, Inet4Address dnsService) {}

    private NodeNetwork(Config config, RoutedNetwork pods, NftServiceProxy proxy, DnsServer dns) {
        this.config = config;
        this.pods = pods;
        this.proxy = proxy;
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
            NodeNetwork network = new NodeNetwork(config, pods, proxy, openDns(config));
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

    /** The service proxy. */
    public ServiceProxy proxy() {
        return proxy;
    }

    /** Reserves a port for the node itself, against host ports, node ports and external addresses of services. */
    public void reserve(Port port) {
        pods.reserve(port);
        proxy.reserve(port);
    }

    /** Calls {@code listener} with the host ports of this node's pods, now and after every change. */
    public void followHostPorts(Consumer<Set<HostPort>> listener) {
        pods.followHostPorts(listener);
    }

    /** The address of this node's DNS server, an endpoint of the DNS service. */
    public InetSocketAddress dnsAddress() {
        return dns.address();
    }

    /**
     * Starts the DNS server, and updates proxy and DNS from these informers once they have synced. Returns at once.
     *
     * @param others further listeners
     */
    public ServiceWatcher follow(
            Informer<Service> services,
            Informer<EndpointSlice> slices,
            Clock clock,
            ServiceWatcher.Listener... others) {
        ServiceWatcher watcher = new ServiceWatcher(services, slices, clock);
        watcher.follow((s, e) -> proxy.sync(ServiceTable.of(s, e, config.node)));
        watcher.follow((s, e) -> dns.publish(ClusterZone.of(
                config.domain,
                List.of(config.pods.serviceRange(), config.pods.podRange()),
                config.dnsService,
                s,
                e,
                serial.incrementAndGet())));
        for (ServiceWatcher.Listener other : others) {
            watcher.follow(other);
        }
        watchers.addFirst(watcher);
        dns.start();
        watcher.start();
        resyncs.addFirst(Resync.start(clock, () -> {
            pods.resync();
            proxy.resync();
        }));
        return watcher;
    }

    /** Stops watching and the DNS server. Pods stay connected and services reachable. */
    @Override
    public void close() {
        watchers.forEach(ServiceWatcher::close);
        resyncs.forEach(Resync::close);
        dns.close();
        proxy.close();
        pods.close();
    }

    /** Removes all links, routes and rules of this node for good. Call it before {@link #close}. */
    public void uninstall() {
        watchers.forEach(ServiceWatcher::close);
        resyncs.forEach(Resync::close);
        proxy.uninstall();
        pods.uninstall();
    }

    private static DnsServer openDns(Config config) throws IOException {
        Inet4Address gateway = config.pods.gateway();
        Upstreams upstreams = Upstreams.read(RESOLVERS, Set.of(gateway, config.dnsService));
        ClusterZone nothing = ClusterZone.empty(config.domain);
        try {
            return DnsServer.open(new InetSocketAddress(gateway, DNS_PORT), nothing, upstreams);
        } catch (IOException e) {
            // Pods never see the port: they use the service's address, and the proxy knows this endpoint.
            LOG.info("{}; another port is taken", e.getMessage());
            return DnsServer.open(new InetSocketAddress(gateway, 0), nothing, upstreams);
        }
    }
}
