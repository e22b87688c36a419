package dev.proa.image.registry;

import java.net.URI;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A registry that has images of other registries. Its requests name the registry that is meant by the parameter {@code ns}, as
 * containerd does. It gets no credentials of other registries; a client certificate tells it who asks.
 *
 * @param url of its root: {@code https://127.0.0.1:5001}
 * @param tls the issuers to trust and the certificate to show; null for those of the JVM and none
 * @param ownHost by which the names of its own images begin, as in {@code localhost:5001}: nobody else is asked for these;
 *     empty when that is not known
 */
public record RegistryMirror(URI url, @Nullable SSLContext tls, String ownHost) {
    public RegistryMirror {
        boolean known = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
        boolean bare = url.getPath() == null
                || url.getPath().isEmpty()
                || url.getPath().equals("/");
        if (!known || url.getHost() == null || !bare || url.getRawQuery() != null || url.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "\"" + url + "\" is no URL of a registry; it has to be like https://127.0.0.1:5001");
        }
        url = URI.create(url.getScheme() + "://" + url.getRawAuthority());
    }
}
