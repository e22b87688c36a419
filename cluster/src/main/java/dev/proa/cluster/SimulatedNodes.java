package dev.proa.cluster;

import dev.proa.api.core.v1.Service;
import dev.proa.api.value.Quantity;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.node.kubelet.Kubelet;
import dev.proa.node.kubelet.NodeInfo;
import dev.proa.node.kubelet.NodeRegistration;
import dev.proa.node.kubelet.PodSource;
import dev.proa.node.simulated.SimulatedRuntime;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Starts simulated nodes: any number of them in one process, sharing one informer of pods. */
final class SimulatedNodes {
    private final Function<String, Client> clients;
    private final PodSource pods;
    private final Informer<Service> services;
    private final Path directory;
    private final Clock clock;

    /** @param clients makes a client that acts as the node of a name */
    SimulatedNodes(
            Function<String, Client> clients, PodSource pods, Informer<Service> services, Path directory, Clock clock) {
        this.clients = clients;
        this.pods = pods;
        this.services = services;
        this.directory = directory;
        this.clock = clock;
    }

    /** Starts a node; returns once it is registered. */
    RunningNode start(String name, int index, long seed) throws InterruptedException {
        Client client = clients.apply(name);
        String range = Addresses.nodeRange(index);
        SimulatedRuntime runtime = new SimulatedRuntime(clock, range, new SplittableRandom(seed));
        Map<String, Quantity> capacity = NodeObjects.capacity(true, directory);
        String address = "192.0.2." + (index % 254 + 1); // TEST-NET-1: leads nowhere
        NodeInfo info = new NodeInfo(
                name,
                address,
                List.of(Addresses.DNS_SERVICE),
                Addresses.DOMAIN,
                256L << 30,
                NodeObjects.allocatable(capacity));
        NodeRegistration registration = new NodeRegistration(
                client, NodeObjects.node(name, address, range, runtime.version(), 0, capacity, Set.of()), clock);
        Kubelet kubelet = new Kubelet(
                client,
                runtime,
                info,
                pods,
                services,
                directory.resolve(name),
                registration,
                clock,
                new SplittableRandom(seed + 1));
        kubelet.start();
        return new RunningNode() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void close() {
                kubelet.close();
                runtime.close();
            }
        };
    }
}
