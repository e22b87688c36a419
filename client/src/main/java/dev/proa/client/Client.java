package dev.proa.client;

import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;

/**
 * The API of a cluster as typed resources, over any {@link Transport}.
 *
 * <pre>{@code
 * Client client = new Client(transport);
 * Pod pod = client.resource(Pod.KIND).in("default").get("web");
 * client.resource(Deployment.KIND).update(deployment.withSpec(s -> s.withReplicas(3)));
 * }</pre>
 *
 * Safe for any thread. Errors that the server answers are {@link dev.proa.api.status.StatusException}s, failures to
 * reach it {@link Transport.TransportException}s.
 */
public final class Client implements AutoCloseable {
    private final Transport transport;

    public Client(Transport transport) {
        this.transport = transport;
    }

    /** The objects of a kind, in all namespaces until {@link ResourceClient#in} names one. */
    public <T extends KubeObject> ResourceClient<T> resource(Kind<T> kind) {
        return new ResourceClient<>(transport, kind, "");
    }

    /** Asks the server which resources it serves (discovery). */
    public Discovery discovery() {
        return new Discovery(transport);
    }

    public Transport transport() {
        return transport;
    }

    @Override
    public void close() {
        transport.close();
    }
}
