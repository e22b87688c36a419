package dev.proa.server.apiserver;

import dev.proa.api.status.StatusException;
import dev.proa.server.webhook.EndpointAddress;
import java.net.InetAddress;

/**
 * Checks the addresses that a proxy may connect to: users write the addresses of pods and nodes, and must not reach
 * through the API server what only it can reach, such as its own machine or a cloud's metadata.
 */
final class ProxiedAddress {
    private ProxiedAddress() {}

    /**
     * For pods and services: Kubernetes' {@code IsProxyableIP}, global unicast only.
     *
     * @throws StatusException for any other, and for what is no address
     */
    static void check(String text) {
        EndpointAddress.check(parsed(text));
    }

    /** For kubelets, which may be on this machine: they have to prove whose they are. */
    static void checkKubelet(String text) {
        EndpointAddress.checkRouted(parsed(text));
    }

    private static InetAddress parsed(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw EndpointAddress.notAllowed();
        }
    }
}
