package dev.proa.node.network;

import dev.proa.node.linux.Namespaces;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * A node's network namespace and addresses, in a cluster whose nodes are namespaces of one machine.
 *
 * @param namespace the file of its network namespace
 * @param address by which it is reached from the machine and from other nodes
 * @param router the gateway to all that is not on this node
 * @param machine the machine's address; sockets bound to it on the machine reach the cluster's pods
 * @param nodes the addresses of all nodes, and the machine's
 */
public record NodeNamespace(
        Path namespace, Inet4Address address, Inet4Address router, Inet4Address machine, Cidr nodes) {
    /** Whether an address is another node's, the router's or the machine's. */
    public boolean isOther(Inet4Address some) {
        return nodes.contains(some) && !some.equals(address);
    }

    /** A new unconnected socket in the node's namespace. Runs a short-lived thread. */
    public Socket socket() throws IOException {
        return Namespaces.callIn(namespace, SocketChannel::open).socket();
    }
}
