package dev.proa.node.proxy;

import dev.proa.node.proxy.ServiceTable.Endpoint;
import dev.proa.node.proxy.ServiceTable.Port;
import dev.proa.node.proxy.ServiceTable.Protocol;
import dev.proa.node.proxy.ServiceTable.Service;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Service tables in few words. */
final class Tables {
    private Tables() {}

    static ServiceTable table(Service... services) {
        return new ServiceTable(List.of(services));
    }

    static Service service(String name, String address, Port... ports) {
        return new Service(
                "default",
                name,
                List.of(Inet4Address.ofLiteral(address)),
                List.of(),
                List.of(ports),
                null,
                false,
                false);
    }

    static Service withAffinity(Service s, @Nullable Duration affinity) {
        return new Service(
                s.namespace(),
                s.name(),
                s.clusterAddresses(),
                s.externalAddresses(),
                s.ports(),
                affinity,
                s.externalLocal(),
                s.internalLocal());
    }

    static Service withPolicies(Service s, boolean externalLocal, boolean internalLocal) {
        return new Service(
                s.namespace(),
                s.name(),
                s.clusterAddresses(),
                s.externalAddresses(),
                s.ports(),
                s.affinity(),
                externalLocal,
                internalLocal);
    }

    static Service withExternalAddress(Service s, String address) {
        return new Service(
                s.namespace(),
                s.name(),
                s.clusterAddresses(),
                List.of(Inet4Address.ofLiteral(address)),
                s.ports(),
                s.affinity(),
                s.externalLocal(),
                s.internalLocal());
    }

    static Port tcp(int port, int nodePort, Endpoint... endpoints) {
        return new Port("", Protocol.TCP, port, nodePort, List.of(endpoints));
    }

    static Port udp(int port, int nodePort, Endpoint... endpoints) {
        return new Port("", Protocol.UDP, port, nodePort, List.of(endpoints));
    }

    static Endpoint ready(String address, int port) {
        return new Endpoint(Inet4Address.ofLiteral(address), port, true, true, false, true);
    }

    static Endpoint elsewhere(String address, int port) {
        return new Endpoint(Inet4Address.ofLiteral(address), port, true, true, false, false);
    }

    static Endpoint leaving(String address, int port) {
        return new Endpoint(Inet4Address.ofLiteral(address), port, false, true, true, true);
    }

    static Endpoint unready(String address, int port) {
        return new Endpoint(Inet4Address.ofLiteral(address), port, false, false, false, true);
    }
}
