package dev.proa.node.network;

import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.netlink.RouteSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** A pod network without connections: each pod has a namespace with loopback only, and a made-up address. */
public final class LoopbackNetwork implements PodNetwork {
    private final AtomicInteger next = new AtomicInteger(2);

    @Override
    public List<String> attach(String sandboxId, Path namespace, List<HostPort> ports) {
        try {
            if (!Namespaces.isBound(namespace)) {
                Namespaces.create(Namespaces.Kind.NETWORK, namespace);
            }
            Namespaces.callIn(namespace, () -> {
                try (RouteSocket routes = RouteSocket.open()) {
                    routes.up(routes.link("lo").index());
                    return routes;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.of("10.244.0." + next.getAndIncrement());
    }

    @Override
    public void detach(String sandboxId, Path namespace) {
        try {
            Namespaces.release(namespace);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void reserve(Port port) {
        throw new UnsupportedOperationException("nothing listens where nothing leads");
    }

    @Override
    public Set<Port> reserved() {
        return Set.of();
    }

    @Override
    public String gateway() {
        return "10.244.0.1";
    }

    @Override
    public void close() {}
}
