package dev.proa.node.agent;

import dev.proa.image.registry.RegistryMirror;
import dev.proa.node.machine.NodeLinks;
import java.net.Inet4Address;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a node whose containers run on this machine. Everything else, such as the range of its pods, it
 * learns from the API.
 *
 * @param name of the Node object
 * @param directory for everything of this node that outlives the process
 * @param images the store of images, an OCI layout; several nodes may share it
 * @param mirror of registries, asked for at each pull; gives null when there is none
 * @param log the log of this process, which administrators can read through the kubelet; may not exist
 * @param links connects the node to the other nodes of its cluster
 * @param clusterDomain {@code cluster.local}
 * @param clusterDns the address of the DNS service, for pods with {@code dnsPolicy: ClusterFirst}
 * @param clientAuthority the CA of those who call the kubelet
 * @param serving gives the certificate of the kubelet's server, asked again every ten seconds; null to request one with CertificateSigningRequests
 */
public record NodeConfig(
        String name,
        Path directory,
        Path images,
        Supplier<@Nullable RegistryMirror> mirror,
        Path log,
        NodeLinks links,
        String clusterDomain,
        Inet4Address clusterDns,
        X509Certificate clientAuthority,
        @Nullable Supplier<NodeCertificate> serving) {

    /** The file of the node's network namespace. */
    Path namespace() {
        return directory.resolve("namespace");
    }
}
