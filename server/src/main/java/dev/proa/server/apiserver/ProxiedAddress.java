package dev.proa.server.apiserver;

import dev.proa.api.status.StatusException;
import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * Where a proxy may lead: users write the addresses of pods and nodes, and must not reach through the API server what is reachable from
 * it alone, such as its own machine or a cloud's metadata.
 */
final class ProxiedAddress {
    private ProxiedAddress() {}

    /**
     * For pods and services: Kubernetes' {@code IsProxyableIP}, global unicast only.
     *
     * @throws StatusException for any other, and for what is no address
     */
    static void check(String text) {
        InetAddress address = parsed(text);
        if (address.isLoopbackAddress()) {
            throw notAllowed();
        }
        checkRouted(address);
    }

    /** For kubelets, which may be on this machine: they have to prove whose they are. */
    static void checkKubelet(String text) {
        checkRouted(parsed(text));
    }

    private static void checkRouted(InetAddress address) {
        boolean broadcast = address instanceof Inet4Address v4 && v4.getAddress()[0] == -1;
        if (broadcast || address.isAnyLocalAddress() || address.isLinkLocalAddress() || address.isMulticastAddress()) {
            throw notAllowed();
        }
    }

    private static InetAddress parsed(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw notAllowed();
        }
    }

    private static StatusException notAllowed() {
        return StatusException.badRequest("address not allowed");
    }
}
