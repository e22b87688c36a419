package dev.proa.server.apiserver;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;

/**
 * The target of a forwarded request: a kubelet, a pod or a service.
 *
 * @param secure whether by TLS
 * @param node whose kubelet it is: it is shown the API server's certificate for kubelets, and has to show that of the
 *     node; empty for all
 * others
 * @param host address
 * @param uri path and query, escaped
 * @param prefix the path before which the answer's links have to be led, so that they come through the proxy again;
 *     empty when the answer
 * goes as it is
 */
public record ForwardTarget(boolean secure, String node, String host, int port, String uri, String prefix) {
    private static final int KUBELET_PORT = 10250;

    /** One whose answers go as they are. */
    ForwardTarget(boolean secure, String node, String host, int port, String uri) {
        this(secure, node, host, port, uri, "");
    }

    /**
     * The kubelet of a node, at the address and port that the node tells.
     *
     * @param uri path and query, escaped
     * @throws dev.proa.api.status.StatusException when it tells none, or one that must not be connected to
     */
    public static ForwardTarget kubelet(MapValue node, String uri) {
        String name = node.map("metadata").string("name");
        MapValue status = node.map("status");
        long port = status.map("daemonEndpoints").map("kubeletEndpoint").integer("Port", KUBELET_PORT);
        String address = address(name, status.list("addresses"));
        ProxiedAddress.checkKubelet(address);
        return new ForwardTarget(true, name, address, (int) port, uri);
    }

    private static String address(String node, ListValue addresses) {
        // Not their names, which need somebody who resolves them.
        for (String type : new String[] {"InternalIP", "ExternalIP"}) {
            for (int i = 0; i < addresses.size(); i++) {
                if (addresses.map(i).string("type").equals(type)) {
                    return addresses.map(i).string("address");
                }
            }
        }
        throw StatusException.serviceUnavailable(
                "no preferred addresses found for node " + node + "; its kubelet has not reported any yet");
    }

    ForwardTarget withPrefix(String path) {
        return new ForwardTarget(secure, node, host, port, uri, path);
    }
}
