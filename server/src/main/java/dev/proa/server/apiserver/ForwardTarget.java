package dev.proa.server.apiserver;

/**
 * Where a request goes that somebody else answers: a kubelet, a pod or a service.
 *
 * @param secure whether by TLS
 * @param node whose kubelet it is: it is shown the API server's certificate for kubelets, and has to show that of the node; empty for all
 *     others
 * @param host address
 * @param uri path and query, escaped
 */
public record ForwardTarget(boolean secure, String node, String host, int port, String uri) {}
