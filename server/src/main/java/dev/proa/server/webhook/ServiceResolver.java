package dev.proa.server.webhook;

import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Finds an address behind a service, as kube-apiserver with {@code --enable-aggregator-routing}: it connects to the endpoints themselves,
 * since the machine of the API server need not route the addresses of services. Safe for any thread.
 */
public final class ServiceResolver {
    /** Not {@code services}: so Kubernetes says here. */
    private static final Resource SERVICE = new Resource("", "service");

    private static final String OF_SERVICE = "kubernetes.io/service-name";

    private final RandomGenerator random;

    /** @param random chooses among endpoints; must be safe for any thread */
    public ServiceResolver(RandomGenerator random) {
        this.random = random;
    }

    /** @param host an IP address, or the DNS name of a service of type ExternalName */
    public record Address(String host, int port) {}

    /**
     * An address of a service: one of its ready endpoints, chosen at random.
     *
     * @param port of the service, not of its endpoints
     * @throws StatusException 404 when there is no such service; 503 when it has no such port, or no endpoint that is ready
     */
    public Address resolve(Snapshot snapshot, String namespace, String name, int port) {
        StoredObject service = snapshot.get(new Key("services", namespace, name));
        if (service == null) {
            throw StatusException.notFound(SERVICE, name);
        }
        MapValue spec = service.value().map("spec");
        if (spec.string("type").equals("ExternalName")) {
            return new Address(spec.string("externalName"), port);
        }
        String portName = portName(spec.list("ports"), port, name);
        List<Address> ready = new ArrayList<>();
        for (StoredObject slice : snapshot.list("endpointslices.discovery.k8s.io", namespace, null)) {
            if (slice.value().map("metadata").map("labels").string(OF_SERVICE).equals(name)) {
                addReady(slice.value(), portName, ready);
            }
        }
        if (ready.isEmpty()) {
            throw StatusException.serviceUnavailable("no endpoints available for service \"" + name + "\"");
        }
        return ready.get(random.nextInt(ready.size()));
    }

    private static String portName(ListValue ports, int port, String service) {
        for (int i = 0; i < ports.size(); i++) {
            if (ports.map(i).integer("port", 0) == port) {
                return ports.map(i).string("name");
            }
        }
        throw StatusException.serviceUnavailable("no service port " + port + " found for service \"" + service + "\"");
    }

    private static void addReady(MapValue slice, String portName, List<Address> ready) {
        ListValue ports = slice.list("ports");
        ListValue endpoints = slice.list("endpoints");
        for (int i = 0; i < ports.size(); i++) {
            if (!ports.map(i).string("name").equals(portName) || !ports.map(i).has("port")) {
                continue;
            }
            int number = (int) ports.map(i).integer("port", 0);
            for (int j = 0; j < endpoints.size(); j++) {
                MapValue conditions = endpoints.map(j).map("conditions");
                boolean isReady = !conditions.has("ready") || conditions.bool("ready");
                ListValue addresses = endpoints.map(j).list("addresses");
                if (isReady && !addresses.isEmpty()) {
                    ready.add(new Address(String.valueOf(addresses.get(0)), number));
                }
            }
        }
    }
}
