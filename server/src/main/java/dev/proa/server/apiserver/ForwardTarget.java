package dev.proa.server.apiserver;

/**
 * Where a request goes that somebody else answers: a kubelet, a pod or a service.
 *
 * @param secure whether by TLS
 * @param kubelet whether to show the API server's certificate for kubelets, and to expect one of the cluster's authority
 * @param host address or name
 * @param uri path and query
 */
public record ForwardTarget(boolean secure, boolean kubelet, String host, int port, String uri) {}
