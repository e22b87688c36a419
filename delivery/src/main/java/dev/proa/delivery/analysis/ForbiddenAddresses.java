package dev.proa.delivery.analysis;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.function.UnaryOperator;

/**
 * Refuses addresses at which only the machine itself is to be reached: loopback, unspecified and link-local ones. What listens there often asks
 * nobody who he is, and Argo Rollouts, in a pod, would find nothing. A name that is resolved to another address a moment later gets past.
 */
final class ForbiddenAddresses implements UnaryOperator<URI> {
    /**
     * The same URI. Blocks while its host is looked up; one that cannot be found is left for the request to fail at.
     *
     * @throws IllegalArgumentException when its host is, or also is, such an address
     */
    @Override
    public URI apply(URI uri) {
        try {
            for (InetAddress address : InetAddress.getAllByName(uri.getHost())) {
                if (address.isLoopbackAddress() || address.isAnyLocalAddress() || address.isLinkLocalAddress()) {
                    throw new IllegalArgumentException("\"" + uri.getHost()
                            + "\" is an address of the controller's machine (" + address.getHostAddress()
                            + "), which metrics must not ask: name a Service, or the machine's address");
                }
            }
        } catch (UnknownHostException e) {
            return uri; // the request says so with more detail
        }
        return uri;
    }
}
