package dev.proa.delivery.traffic;

import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.argo.Rollout;
import java.util.List;

/**
 * Makes routers by the entry proxy. The configuration names the Service that the proxy enters: {@code proa.dev/entry: {service: hello}}; the
 * annotation {@value #ENTRY} of that Service must name the Rollout's stable Service (with ping-pong, its ping Service).
 */
public final class EntryRouterFactory implements TrafficRouterFactory {
    /** The name under which Rollouts ask for these routers. */
    public static final String TYPE = "proa.dev/entry";

    /**
     * The annotation that makes a Service one that the proxy enters. Its value is the name of the Service whose pods get the requests, or a JSON
     * list of rules: {@code [{"host": "shop.example", "path": "/api", "service": "api-stable", "sticky": "version", "preview":
     * "api-next"}, ...]}, where {@code sticky} names a cookie that keeps a client at its version, and {@code preview} a Service whose pods get a
     * copy of each GET and HEAD while they are of another version.
     */
    public static final String ENTRY = "proa.dev/entry";

    private final Client client;
    private final Clock clock;

    public EntryRouterFactory(Client client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public List<String> problems(Rollout rollout, MapValue configuration) {
        return configuration.string("service").isEmpty()
                ? List.of("name the Service that the entry proxy enters, as service")
                : List.of();
    }

    @Override
    public TrafficRouter router(Rollout rollout, MapValue configuration, Services services) {
        return new EntryRouter(client, clock, rollout, configuration.string("service"), services);
    }
}
