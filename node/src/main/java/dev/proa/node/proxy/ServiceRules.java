package dev.proa.node.proxy;

import dev.proa.node.proxy.ServiceTable.Endpoint;
import dev.proa.node.proxy.ServiceTable.Port;
import dev.proa.node.proxy.ServiceTable.Protocol;
import dev.proa.node.proxy.ServiceTable.Service;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The packet rules of some services, as comparable values. For each port of a service there are up to three chains:
 *
 * <pre>
 *   entries                    chains
 *   cluster address ─────────► cluster/NS/NAME/tcp/80    any endpoint
 *   node port,       ────────► external/NS/NAME/tcp/80   hide the client's address ──► cluster/...
 *   external address             (policy Local: ──► local/..., without hiding)
 *                              local/NS/NAME/tcp/80      an endpoint on this node
 *   any of them ─────────────► refuse                    when nobody is there
 * </pre>
 *
 * @param chains by name
 * @param entries which chain a destination leads to
 * @param datagrams the endpoints of each UDP destination
 */
record ServiceRules(Map<String, Chain> chains, Map<Entry, String> entries, Map<Entry, Set<Backend>> datagrams) {

    /** Rejects with a TCP reset or an ICMP message. */
    static final String REFUSE = "refuse";
    /** Drops packets: the endpoints are on other nodes, and the traffic policy is {@code Local}. */
    static final String IGNORE = "ignore";

    static final ServiceRules NONE = new ServiceRules(Map.of(), Map.of(), Map.of());

    /** The target of connections. */
    record Backend(Inet4Address address, int port) {}

    /** A destination. @param address null for each address of the node */
    record Entry(@Nullable Inet4Address address, Protocol protocol, int port) {}

    /** The rules of a chain. */
    sealed interface Chain {
        /** Chooses a backend. @param affinity for how long a client keeps its backend, or null */
        record Balance(List<Backend> backends, @Nullable Duration affinity) implements Chain {}

        /** Masquerades, so that replies pass here, and continues. */
        record Hide(String next) implements Chain {}

        /** Sends pods and this node to all endpoints, others only to local ones. */
        record Local(String cluster, String local) implements Chain {}
    }

    /** The rules of one service. */
    static ServiceRules of(Service service) {
        Builder builder = new Builder();
        for (Port port : service.ports()) {
            builder.port(service, port);
        }
        return new ServiceRules(builder.chains, builder.entries, builder.datagrams);
    }

    /** Whether packets for this chain are rejected or dropped, which only filters may do. */
    static boolean refuses(String chain) {
        return chain.equals(REFUSE) || chain.equals(IGNORE);
    }

    private static final class Builder {
        private static final Comparator<Backend> ORDER = Comparator.comparing((Backend b) -> Integer.toUnsignedLong(
                        java.nio.ByteBuffer.wrap(b.address.getAddress()).getInt()))
                .thenComparing(Backend::port);

        final Map<String, Chain> chains = new LinkedHashMap<>();
        final Map<Entry, String> entries = new LinkedHashMap<>();
        final Map<Entry, Set<Backend>> datagrams = new HashMap<>();

        void port(Service service, Port port) {
            String id = service.namespace() + "/" + service.name() + "/" + port.id();
            List<Backend> all = usable(port.endpoints(), false);
            boolean external =
                    port.nodePort() != 0 || !service.externalAddresses().isEmpty();
            boolean needsLocal = service.internalLocal() || (external && service.externalLocal());
            List<Backend> local = needsLocal ? usable(port.endpoints(), true) : List.of();
            String clusterChain = balance("cluster/" + id, all, service.affinity());
            String localChain = needsLocal ? balance("local/" + id, local, service.affinity()) : clusterChain;
            if (localChain.equals(REFUSE) && !all.isEmpty()) {
                localChain = IGNORE;
            }
            for (Inet4Address address : service.clusterAddresses()) {
                boolean here = service.internalLocal();
                enter(address, port.protocol(), port.port(), here ? localChain : clusterChain, here ? local : all);
            }
            if (!external) {
                return;
            }
            String externalChain = external(id, service, clusterChain, localChain);
            for (Inet4Address address : service.externalAddresses()) {
                enter(address, port.protocol(), port.port(), externalChain, all);
            }
            if (port.nodePort() != 0) {
                enter(null, port.protocol(), port.nodePort(), externalChain, all);
            }
        }

        private String external(String id, Service service, String clusterChain, String localChain) {
            if (clusterChain.equals(REFUSE)) {
                return REFUSE;
            }
            String name = "external/" + id;
            chains.put(
                    name,
                    service.externalLocal() ? new Chain.Local(clusterChain, localChain) : new Chain.Hide(clusterChain));
            return name;
        }

        private String balance(String name, List<Backend> backends, @Nullable Duration affinity) {
            if (backends.isEmpty()) {
                return REFUSE;
            }
            chains.put(name, new Chain.Balance(backends, backends.size() == 1 ? null : affinity));
            return name;
        }

        private void enter(
                @Nullable Inet4Address address, Protocol protocol, int port, String chain, List<Backend> answering) {
            Entry entry = new Entry(address, protocol, port);
            entries.put(entry, chain);
            if (protocol == Protocol.UDP) {
                datagrams.put(entry, Set.copyOf(answering));
            }
        }

        /** The ready endpoints; if there are none, those that are terminating but still serving. */
        private static List<Backend> usable(List<Endpoint> endpoints, boolean onlyLocal) {
            List<Backend> ready = new ArrayList<>();
            List<Backend> leaving = new ArrayList<>();
            for (Endpoint endpoint : endpoints) {
                if (onlyLocal && !endpoint.local()) {
                    continue;
                }
                Backend backend = new Backend(endpoint.address(), endpoint.port());
                if (endpoint.ready()) {
                    ready.add(backend);
                } else if (endpoint.serving() && endpoint.terminating()) {
                    leaving.add(backend);
                }
            }
            List<Backend> usable = ready.isEmpty() ? leaving : ready;
            usable.sort(ORDER);
            return List.copyOf(usable);
        }
    }
}
