package dev.proa.node.server;

import java.util.List;
import java.util.Set;

/**
 * What a caller needs for a request to a kubelet: a verb on one of some subresources of the node, as with {@code
 * KubeletFineGrainedAuthz} (KEP-2862).
 *
 * @param verb empty for methods that no verb stands for
 * @param subresources in the order in which they are asked for; one suffices
 */
record KubeletRight(String verb, List<String> subresources) {
    private static final String PROXY = "proxy";
    /** Paths, by their first segment, that run commands or reach ports of containers. */
    private static final Set<String> STREAMS = Set.of("exec", "attach", "portForward");

    /**
     * @param method of HTTP
     * @param path as it was sent
     */
    static KubeletRight of(String method, String path) {
        String first = path.substring(1).split("/", 2)[0];
        return switch (first) {
            case "pods", "runningpods" -> new KubeletRight(verb(method), List.of("pods", PROXY));
            case "healthz" -> new KubeletRight(verb(method), List.of("healthz", PROXY));
            case "configz" -> new KubeletRight(verb(method), List.of("configz", PROXY));
            case "stats", "metrics", "checkpoint", "statusz" -> new KubeletRight(verb(method), List.of(first));
            case "logs" -> new KubeletRight(verb(method), List.of("log"));
            case "flagz" -> new KubeletRight(verb(method), List.of("configz"));
            // WebSockets open streams by GET: with Kubernetes, who may get nodes/proxy runs commands in every
            // container.
            case String stream when STREAMS.contains(stream) -> new KubeletRight("create", List.of(PROXY));
            default -> new KubeletRight(verb(method), List.of(PROXY));
        };
    }

    private static String verb(String method) {
        return switch (method) {
            case "POST" -> "create";
            case "GET" -> "get";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> "delete";
            default -> "";
        };
    }
}
