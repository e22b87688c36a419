package dev.proa.node.server;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.http.StrongTls;
import dev.proa.node.kubelet.resource.PodResources;

/**
 * What a kubelet tells of its configuration at {@code /configz}, by the names of {@code KubeletConfiguration}: of its fields those that
 * matter here, with what is in force. Auditors such as {@code kube-bench} read it.
 */
final class KubeletConfigz {
    private KubeletConfigz() {}

    /** @param port that the kubelet listens on */
    static MapValue of(String address, int port) {
        MapValue authentication = MapValue.of(
                "anonymous", MapValue.of("enabled", false),
                "webhook", MapValue.of("enabled", true, "cacheTTL", AccessReviews.TOKENS.toMinutes() + "m0s"));
        MapValue authorization = MapValue.of(
                "mode",
                "Webhook",
                "webhook",
                MapValue.of(
                        "cacheAuthorizedTTL",
                        AccessReviews.ALLOWED.toMinutes() + "m0s",
                        "cacheUnauthorizedTTL",
                        AccessReviews.DENIED.toSeconds() + "s"));
        return MapValue.of(
                "kubeletconfig",
                MapValue.builder()
                        .put("enableServer", true)
                        .put("address", address)
                        .put("port", (long) port)
                        .put("readOnlyPort", 0L)
                        .put("authentication", authentication)
                        .put("authorization", authorization)
                        .put("tlsCipherSuites", ListValue.copyOf(StrongTls.SUITES))
                        .put("tlsMinVersion", "VersionTLS12")
                        .put("podPidsLimit", PodResources.MOST_PROCESSES)
                        .put("seccompDefault", true)
                        .put("enableSystemLogQuery", true)
                        .build());
    }
}
