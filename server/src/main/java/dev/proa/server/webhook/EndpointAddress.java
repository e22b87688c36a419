package dev.proa.server.webhook;

import dev.proa.api.status.StatusException;
import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * Checks the addresses of endpoints before the API server connects to them: users write them, and must not reach through it what only
 * its machine can, such as that machine itself or a cloud's metadata.
 */
public final class EndpointAddress {
    private EndpointAddress() {}

    /**
     * Lets addresses pass that are global or private, and names, which are those of services of type ExternalName.
     *
     * @throws StatusException for any other address
     */
    public static void check(String host) {
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            return;
        }
        check(address);
    }

    /**
     * Lets addresses pass that are global or private: Kubernetes' {@code IsProxyableIP}.
     *
     * @throws StatusException for any other address
     */
    public static void check(InetAddress address) {
        if (address.isLoopbackAddress()) {
            throw notAllowed();
        }
        checkRouted(address);
    }

    /**
     * The same, but lets this machine itself pass, too.
     *
     * @throws StatusException for any other address
     */
    public static void checkRouted(InetAddress address) {
        boolean broadcast = address instanceof Inet4Address v4 && v4.getAddress()[0] == -1;
        if (broadcast || address.isAnyLocalAddress() || address.isLinkLocalAddress() || address.isMulticastAddress()) {
            throw notAllowed();
        }
    }

    /** The refusal of an address. */
    public static StatusException notAllowed() {
        return StatusException.badRequest("address not allowed");
    }
}
