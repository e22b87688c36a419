package dev.proa.server.apiserver;

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
    /** One whose answers go as they are. */
    ForwardTarget(boolean secure, String node, String host, int port, String uri) {
        this(secure, node, host, port, uri, "");
    }

    ForwardTarget withPrefix(String path) {
        return new ForwardTarget(secure, node, host, port, uri, path);
    }
}
