package dev.proa.node.agent;

import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.clock.Clock;
import dev.proa.client.http.Connection;
import dev.proa.client.http.HttpTransport;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.linux.Directory;
import dev.proa.node.machine.ClusterNetwork;
import dev.proa.node.machine.NodeLinks;
import dev.proa.node.network.Cidr;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * A node in a process of its own, which knows its cluster by a kubeconfig only. What it needs to know it asks the API:
 * the address of the DNS service, its range of pod addresses, and where the API server is in the cluster's network on
 * this machine.
 */
public final class JoinedNode implements AutoCloseable {
    /** The file that says by which address {@link NodeLinks#find} finds the cluster's network. */
    private static final String MACHINE = "machine";

    private static final String CLUSTER_DOMAIN = "cluster.local";

    private final Client client;
    private final Supervisor supervisor;
    private final SandboxNode node;

    private JoinedNode(Client client, Supervisor supervisor, SandboxNode node) {
        this.client = client;
        this.supervisor = supervisor;
        this.node = node;
    }

    /**
     * Starts a node; returns once it is registered. It renews its certificates in time, and keeps them in its directory. An API server that is not reachable yet is waited for.
     *
     * @param connection of user {@code system:node:NAME} in group {@code system:nodes}, or by a bootstrap token: with it the node orders
     *     its first certificate
     * @param name of the Node object
     * @param directory for everything of the node that outlives the process
     * @param images the store of images; null for one of its own
     * @param registry the cluster's registry, which is asked first for every image
     * @throws UnmetRequirements when this machine lacks something
     * @throws IllegalArgumentException when the kubeconfig has no CA
     */
    public static JoinedNode start(
            Connection connection,
            String name,
            Path directory,
            @Nullable Path images,
            RegistrySource registry,
            Clock clock)
            throws InterruptedException {
        X509Certificate authority = authority(connection);
        HttpTransport transport = new HttpTransport(connection);
        Client client = new Client(transport);
        Supervisor supervisor = new Supervisor(clock, new SecureRandom());
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            SandboxNode.require(directory);
            NodeIdentity identity = new NodeIdentity(name, directory, authority, transport, client, clock);
            identity.take();
            Inet4Address machine = AwaitApi.answer(
                    "the endpoint of service kubernetes in the network of this machine",
                    clock,
                    () -> apiServer(client));
            String dns = AwaitApi.answer("service kube-dns", clock, () -> clusterDns(client));
            Files.writeString(directory.resolve(MACHINE), machine.getHostAddress());
            NodeConfig config = new NodeConfig(
                    name,
                    directory,
                    images == null ? directory.resolve("images") : images,
                    new MirrorLookup(registry, client, transport::connection),
                    directory.resolve("node.log"),
                    NodeLinks.find(ClusterNetwork.MACHINE_STATE, machine),
                    CLUSTER_DOMAIN,
                    Cidr.parseAddress(dns),
                    authority,
                    null);
            SandboxNode node = SandboxNode.start(config, client, supervisor, clock);
            supervisor.group("certificates").run("kubelet-client", loop -> identity.renew());
            return new JoinedNode(client, supervisor, node);
        } catch (IOException e) {
            supervisor.close();
            client.close();
            throw new UncheckedIOException("Node " + name + " could not be started: " + e.getMessage(), e);
        } catch (RuntimeException | InterruptedException e) {
            supervisor.close();
            client.close();
            throw e;
        }
    }

    /**
     * Removes a stopped node from this machine, with its containers and its data. Does nothing where there is none.
     *
     * @param images the store of images that it used; null for one of its own
     */
    public static void remove(String name, Path directory, @Nullable Path images) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        NodeRemoval.remove(name, directory, images == null ? directory.resolve("images") : images, links(directory));
        Directory.delete(directory);
    }

    private static @Nullable NodeLinks links(Path directory) throws IOException {
        try {
            return NodeLinks.find(
                    ClusterNetwork.MACHINE_STATE,
                    Cidr.parseAddress(
                            Files.readString(directory.resolve(MACHINE)).strip()));
        } catch (NoSuchFileException e) {
            return null; // it never joined
        } catch (NodeLinks.NoNetworkException e) {
            return null; // the cluster is gone
        }
    }

    private static X509Certificate authority(Connection connection) {
        String pem = connection.authority();
        if (pem == null) {
            throw new IllegalArgumentException("The kubeconfig of a node needs a certificate-authority: by it the node"
                    + " knows the API server, and those who may ask for logs and exec");
        }
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
        } catch (CertificateException e) {
            throw new IllegalArgumentException(
                    "The certificate-authority of the kubeconfig cannot be read: " + e.getMessage(), e);
        }
    }

    private static @Nullable Inet4Address apiServer(Client client) {
        for (EndpointSlice slice : client.resource(EndpointSlice.KIND)
                .in("default")
                .list(ListOptions.labels("kubernetes.io/service-name=kubernetes"))) {
            for (var endpoint : slice.endpoints()) {
                return Cidr.parseAddress(endpoint.addresses().getFirst());
            }
        }
        return null;
    }

    private static @Nullable String clusterDns(Client client) {
        Service service = client.resource(Service.KIND).in("kube-system").find("kube-dns");
        return service == null ? null : service.spec().clusterIP();
    }

    /** Stops the node; its containers keep running. */
    @Override
    public void close() {
        node.close();
        supervisor.close();
        client.close();
    }

    @Override
    public String toString() {
        return node.toString();
    }
}
