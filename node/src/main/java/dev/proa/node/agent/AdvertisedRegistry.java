package dev.proa.node.agent;

import dev.proa.api.core.v1.ConfigMap;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a cluster's registry is, as the cluster tells its nodes: by ConfigMap {@code cluster-registry} in {@code kube-public}. It is not in
 * {@code local-registry-hosting} (KEP-1755), which is for tools that push without credentials.
 *
 * @param url by which nodes reach it, with HTTPS; it takes their client certificates
 * @param host by which names of its own images begin: {@code localhost:5001}
 */
public record AdvertisedRegistry(URI url, String host) {
    public static final String NAMESPACE = "kube-public";
    public static final String NAME = "cluster-registry";
    private static final String URL = "url";
    private static final String HOST = "host";

    /** The ConfigMap that tells it. */
    public ConfigMap toConfigMap() {
        return ConfigMap.of(NAMESPACE, NAME).withData(Map.of(URL, url.toString(), HOST, host));
    }

    /**
     * What a ConfigMap tells; null when it tells of none.
     *
     * @throws IllegalArgumentException when the URL is malformed
     */
    static @Nullable AdvertisedRegistry of(ConfigMap map) {
        String url = map.data().getOrDefault(URL, "");
        return url.isEmpty()
                ? null
                : new AdvertisedRegistry(URI.create(url), map.data().getOrDefault(HOST, ""));
    }
}
