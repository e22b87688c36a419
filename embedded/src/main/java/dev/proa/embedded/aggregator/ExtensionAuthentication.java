package dev.proa.embedded.aggregator;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.rbac.v1.Role;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.server.aggregator.FrontProxy;
import dev.proa.server.authentication.Authenticators;
import dev.proa.server.pki.Certificates;
import dev.proa.server.pki.Pki;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keeps the ConfigMap {@code extension-apiserver-authentication} in {@code kube-system}, by which extension API servers learn whom to believe: the
 * authority of clients, and that of the front proxy with the headers in which it speaks. What others added to it stays. With it comes the
 * role by which it may be read.
 */
final class ExtensionAuthentication {
    private static final String NAMESPACE = "kube-system";
    private static final String NAME = "extension-apiserver-authentication";
    private static final String READER = "extension-apiserver-authentication-reader";

    private final Client client;
    private final Authenticators authenticators;
    private final X509Certificate frontProxy;

    /** @param frontProxy the authority of the certificate that this server shows to extension servers */
    ExtensionAuthentication(Client client, Authenticators authenticators, X509Certificate frontProxy) {
        this.client = client;
        this.authenticators = authenticators;
        this.frontProxy = frontProxy;
    }

    /** Makes, or completes, both. */
    void reconcile() {
        configMap();
        role();
    }

    private void configMap() {
        ResourceClient<ConfigMap> maps = client.resource(ConfigMap.KIND).in(NAMESPACE);
        ConfigMap before = maps.find(NAME);
        MapValue data = before == null ? MapValue.EMPTY : before.value().map("data");
        MapValue combined = combined(data);
        if (before == null) {
            create(maps, MapValue.of("metadata", MapValue.of("name", NAME, "namespace", NAMESPACE), "data", combined));
        } else if (!combined.equals(data)) {
            update(maps, new ConfigMap(before.value().with("data", combined)));
        }
    }

    /** Extension servers believe this server only: other proxies, of which flags tell, speak to it and not to them. */
    private MapValue combined(MapValue data) {
        Map<String, Object> all = new TreeMap<>();
        all.put("client-ca-file", certificates(data.string("client-ca-file"), authenticators.clientAuthorities()));
        all.put(
                "requestheader-client-ca-file",
                certificates(data.string("requestheader-client-ca-file"), List.of(frontProxy)));
        all.put("requestheader-allowed-names", names(data, "requestheader-allowed-names", Pki.FRONT_PROXY));
        all.put(
                "requestheader-extra-headers-prefix",
                names(data, "requestheader-extra-headers-prefix", FrontProxy.EXTRA));
        all.put("requestheader-group-headers", names(data, "requestheader-group-headers", FrontProxy.GROUP));
        all.put("requestheader-uid-headers", names(data, "requestheader-uid-headers", FrontProxy.UID));
        all.put("requestheader-username-headers", names(data, "requestheader-username-headers", FrontProxy.USER));
        return MapValue.copyOf(all);
    }

    /** Those certificates and some more, each once. */
    private static String certificates(String bundle, List<X509Certificate> added) {
        return Stream.concat(Certificates.readable(bundle).stream(), added.stream())
                .distinct()
                .map(Certificates::pem)
                .collect(Collectors.joining());
    }

    /** A JSON array of names with one more, as text; what is none of that is replaced. */
    private static String names(MapValue data, String key, String added) {
        Set<Object> all = new LinkedHashSet<>();
        try {
            if (Json.decode(data.string(key).getBytes(StandardCharsets.UTF_8)) instanceof ListValue names) {
                names.forEach(all::add);
            }
        } catch (DecodeException e) {
            all.clear();
        }
        all.add(added);
        return new String(Json.encode(ListValue.copyOf(all)), StandardCharsets.UTF_8);
    }

    private void role() {
        ResourceClient<Role> roles = client.resource(Role.KIND).in(NAMESPACE);
        if (roles.find(READER) != null) {
            return;
        }
        MapValue rule = MapValue.of(
                "apiGroups", ListValue.of(""),
                "resources", ListValue.of("configmaps"),
                "resourceNames", ListValue.of(NAME),
                "verbs", ListValue.of("get", "list", "watch"));
        create(
                roles,
                MapValue.of(
                        "metadata",
                        MapValue.of(
                                "name",
                                READER,
                                "namespace",
                                NAMESPACE,
                                "annotations",
                                MapValue.of("rbac.authorization.kubernetes.io/autoupdate", "true"),
                                "labels",
                                MapValue.of("kubernetes.io/bootstrapping", "rbac-defaults")),
                        "rules",
                        ListValue.of(rule)));
    }

    private static <T extends KubeObject> void create(ResourceClient<T> client, MapValue object) {
        Kind<T> kind = client.kind();
        try {
            client.create(kind.of(object.with("apiVersion", kind.apiVersion()).with("kind", kind.kind())));
        } catch (StatusException e) {
            if (e.code() != 409) { // somebody was faster: the next time completes it
                throw e;
            }
        }
    }

    private static <T extends KubeObject> void update(ResourceClient<T> client, T object) {
        try {
            client.update(object);
        } catch (StatusException e) {
            if (e.code() != 404 && e.code() != 409) { // the next time
                throw e;
            }
        }
    }
}
