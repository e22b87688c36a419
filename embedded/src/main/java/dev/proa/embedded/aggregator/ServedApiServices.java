package dev.proa.embedded.aggregator;

import dev.proa.api.apiregistration.v1.APIService;
import dev.proa.api.value.MapValue;
import dev.proa.server.aggregator.ApiServices;
import dev.proa.server.aggregator.ApiServices.Entry;
import dev.proa.server.aggregator.ExtensionClients;
import dev.proa.server.aggregator.Priority;
import dev.proa.server.aggregator.RemoteApi;
import dev.proa.server.aggregator.RemoteApi.Documents;
import dev.proa.server.aggregator.RemoteApi.Trust;
import dev.proa.server.catalog.ServedApis;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API services that make a difference: those that extension servers serve, and those with other priorities than usual. What is
 * served is replaced only when one of them changes. Thread-safe.
 */
final class ServedApiServices {
    private static final Logger LOG = LoggerFactory.getLogger(ServedApiServices.class);
    /** So many bytes of OpenAPI v2 are kept of all extension servers together. */
    static final int MOST_SWAGGER = 4 * RemoteDocuments.MOST_SWAGGER;

    private final ServedApis apis;
    private final ExtensionClients clients;
    private final Map<String, Entry> byName = new HashMap<>();
    /** The API services whose OpenAPI v2 would be too much. */
    private final Set<String> leftOut = new HashSet<>();

    private ApiServices published = ApiServices.NONE;

    ServedApiServices(ServedApis apis, ExtensionClients clients) {
        this.apis = apis;
        this.clients = clients;
    }

    /** Puts an API service in force as it is now. */
    synchronized void put(APIService service) {
        Entry before = byName.get(service.name());
        Entry entry = entry(service, before == null ? null : before.remote());
        if (entry == null) {
            byName.remove(service.name());
        } else {
            byName.put(service.name(), entry);
        }
        publish();
    }

    synchronized void remove(String name) {
        byName.remove(name);
        leftOut.remove(name);
        publish();
    }

    /** The extension server of an API service; null when it has none. */
    synchronized @Nullable RemoteApi remote(String name) {
        Entry entry = byName.get(name);
        return entry == null ? null : entry.remote();
    }

    /** Changes what an extension server said of itself, unless the API service is another by now. */
    synchronized void documents(String name, RemoteApi asked, UnaryOperator<Documents> change) {
        Entry entry = byName.get(name);
        RemoteApi remote = entry == null ? null : entry.remote();
        if (entry == null || remote == null || !isSame(asked, remote)) {
            return;
        }
        byName.put(
                name,
                new Entry(
                        entry.group(),
                        entry.version(),
                        entry.priority(),
                        with(remote, remote.available(), bounded(name, remote.documents(), change))));
        publish();
    }

    /** The changed documents; with OpenAPI v2 as it was when that of all servers together would become too large. */
    private Documents bounded(String name, Documents before, UnaryOperator<Documents> change) {
        Documents after = change.apply(before);
        long all = after.swagger().size();
        for (Map.Entry<String, Entry> other : byName.entrySet()) {
            RemoteApi remote = other.getValue().remote();
            if (remote != null && !other.getKey().equals(name)) {
                all += remote.documents().swagger().size();
            }
        }
        if (all <= MOST_SWAGGER || after.swagger().size() <= before.swagger().size()) {
            leftOut.remove(name);
            return after;
        }
        if (leftOut.add(name)) {
            LOG.warn(
                    "OpenAPI v2 of {} is not told: that of all extension servers would have more than {} bytes",
                    name,
                    MOST_SWAGGER);
        }
        return after.withOpenApi(after.openApi(), before.swagger());
    }

    private void publish() {
        ApiServices services = ApiServices.of(byName.values());
        if (services.equals(published)) {
            return;
        }
        published = services;
        Set<Trust> used = new HashSet<>();
        services.remotes().forEach(remote -> used.add(remote.trust()));
        apis.replace(catalog -> catalog.withApiServices(services));
        clients.keepOnly(used);
    }

    /** What an API service makes different; null for nothing. */
    private static @Nullable Entry entry(APIService service, @Nullable RemoteApi before) {
        MapValue spec = service.value().map("spec");
        String group = spec.string("group");
        String version = spec.string("version");
        Priority priority =
                new Priority((int) spec.integer("groupPriorityMinimum", 0), (int) spec.integer("versionPriority", 0));
        if (spec.has("service")) {
            RemoteApi remote = remote(spec, ApiServiceConditions.isAvailable(service));
            Documents documents = before != null && isSame(before, remote) ? before.documents() : Documents.NONE;
            return new Entry(group, version, priority, with(remote, remote.available(), documents));
        }
        return priority.equals(Priority.usual(group, version)) ? null : new Entry(group, version, priority, null);
    }

    private static RemoteApi remote(MapValue spec, boolean available) {
        MapValue service = spec.map("service");
        return new RemoteApi(
                spec.string("group"),
                spec.string("version"),
                service.string("namespace"),
                service.string("name"),
                (int) service.integer("port", 443),
                new Trust(authorities(spec.string("caBundle")), spec.bool("insecureSkipTLSVerify")),
                available,
                Documents.NONE);
    }

    private static String authorities(String bundle) {
        return new String(Base64.getMimeDecoder().decode(bundle), StandardCharsets.UTF_8);
    }

    private static RemoteApi with(RemoteApi api, boolean available, Documents documents) {
        return new RemoteApi(
                api.group(),
                api.version(),
                api.namespace(),
                api.service(),
                api.port(),
                api.trust(),
                available,
                documents);
    }

    /** Whether the same server is meant, whatever is known of it. */
    private static boolean isSame(RemoteApi one, RemoteApi other) {
        return with(one, false, Documents.NONE).equals(with(other, false, Documents.NONE));
    }
}
