package dev.proa.node.proxy;

import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The services of a cluster and their endpoints, as a service proxy needs to know them. IPv4 only. */
public record ServiceTable(List<Service> services) {
    /** A cluster without services. */
    public static final ServiceTable EMPTY = new ServiceTable(List.of());

    public ServiceTable {
        services = List.copyOf(services);
    }

    /** Protocols that services can have, with their IP protocol numbers. */
    public enum Protocol {
        TCP(6),
        UDP(17),
        SCTP(132);

        private final int number;

        Protocol(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }

        /** The protocol of this name; TCP for the empty one; null for an unknown one. */
        public static @Nullable Protocol of(String name) {
            return switch (name) {
                case "", "TCP" -> TCP;
                case "UDP" -> UDP;
                case "SCTP" -> SCTP;
                default -> null;
            };
        }
    }

    /**
     * A service.
     *
     * @param clusterAddresses inside of the cluster
     * @param externalAddresses {@code externalIPs} and those of a load balancer: treated like node ports
     * @param affinity how long a client stays with its endpoint (session affinity), or null
     * @param externalLocal {@code externalTrafficPolicy: Local}
     * @param internalLocal {@code internalTrafficPolicy: Local}
     */
    public record Service(
            String namespace,
            String name,
            List<Inet4Address> clusterAddresses,
            List<Inet4Address> externalAddresses,
            List<Port> ports,
            @Nullable Duration affinity,
            boolean externalLocal,
            boolean internalLocal) {
        public Service {
            clusterAddresses = List.copyOf(clusterAddresses);
            externalAddresses = List.copyOf(externalAddresses);
            ports = List.copyOf(ports);
        }

        /**
         * Reads a service and its EndpointSlices. Lenient: what cannot be read is ignored.
         *
         * @param service object of {@code v1} Service
         * @param slices its objects of {@code discovery.k8s.io/v1} EndpointSlice
         * @param node the name of this node, for endpoints that are local
         * @return null for one that needs no proxy: headless, without a cluster address, or of another proxy
         */
        public static @Nullable Service of(MapValue service, Collection<MapValue> slices, String node) {
            return new ServiceReader(node).read(service, slices);
        }

        /** The namespace and name of the Service. */
        public ObjectKey key() {
            return new ObjectKey(namespace, name);
        }

        /** The service with one endpoint for all of its ports. */
        public Service withEndpoint(Endpoint endpoint) {
            return new Service(
                    namespace,
                    name,
                    clusterAddresses,
                    externalAddresses,
                    ports.stream()
                            .map(port -> new Port(
                                    port.name(), port.protocol(), port.port(), port.nodePort(), List.of(endpoint)))
                            .toList(),
                    affinity,
                    externalLocal,
                    internalLocal);
        }

        /**
         * The service without these external addresses. Users can write any address into a service, but must not take
         * over those of the cluster or of the machine.
         */
        Service withoutExternalAddresses(Predicate<Inet4Address> these) {
            return externalAddresses.stream().noneMatch(these)
                    ? this
                    : new Service(
                            namespace,
                            name,
                            clusterAddresses,
                            externalAddresses.stream().filter(these.negate()).toList(),
                            ports,
                            affinity,
                            externalLocal,
                            internalLocal);
        }
    }

    /**
     * A port of a service.
     *
     * @param name empty where a service has only one port
     * @param nodePort 0 for none
     */
    public record Port(String name, Protocol protocol, int port, int nodePort, List<Endpoint> endpoints) {
        public Port {
            endpoints = List.copyOf(endpoints);
        }

        /** {@code tcp/80}, unique within the service. */
        String id() {
            return protocol.name().toLowerCase(Locale.ROOT) + "/" + port;
        }
    }

    /**
     * An endpoint of a port.
     *
     * @param ready takes new connections
     * @param serving answers, whether terminating or not
     * @param terminating is being deleted
     * @param local on this node
     */
    public record Endpoint(
            Inet4Address address, int port, boolean ready, boolean serving, boolean terminating, boolean local) {}
}
