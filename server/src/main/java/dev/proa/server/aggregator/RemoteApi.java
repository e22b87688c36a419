package dev.proa.server.aggregator;

import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/**
 * A group and version that an extension API server serves: an APIService with a service, and what is known of that server. Immutable.
 *
 * @param namespace of the service
 * @param service its name
 * @param port of the service
 * @param trust which certificate the extension server has to show
 * @param available whether requests are passed on, as the condition {@code Available} says
 */
public record RemoteApi(
        String group,
        String version,
        String namespace,
        String service,
        int port,
        Trust trust,
        boolean available,
        Documents documents) {

    /**
     * Which certificates of an extension server are good.
     *
     * @param authorities those of the authorities as PEM text; empty for those that the JDK trusts
     * @param any whether nothing is examined
     */
    public record Trust(String authorities, boolean any) {}

    /**
     * What an extension server said of itself.
     *
     * @param discovery the entry of the version in aggregated discovery, without its freshness; null when it never was told
     * @param current whether the server told it when it was last asked
     * @param openApi the paths of OpenAPI v3 that are this API's, from its index
     * @param swagger this API in OpenAPI v2
     */
    public record Documents(@Nullable MapValue discovery, boolean current, MapValue openApi, RemoteSwagger swagger) {
        public static final Documents NONE = new Documents(null, false, MapValue.EMPTY, RemoteSwagger.NONE);

        public Documents withDiscovery(@Nullable MapValue told, boolean now) {
            return new Documents(told, now, openApi, swagger);
        }

        public Documents withOpenApi(MapValue paths, RemoteSwagger told) {
            return new Documents(discovery, current, paths, told);
        }
    }

    /** The name that the certificate of the extension server has to show. */
    public String host() {
        return service + "." + namespace + ".svc";
    }

    /** The path of the group and version: all below it is passed on. */
    public String path() {
        return group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
    }

    /** The entry in aggregated discovery. */
    public MapValue discoveryEntry() {
        MapValue told = documents.discovery();
        MapValue entry = told == null ? MapValue.of("version", version) : told;
        return entry.with("freshness", documents.current() ? "Current" : "Stale");
    }
}
