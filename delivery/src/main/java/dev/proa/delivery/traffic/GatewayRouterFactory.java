package dev.proa.delivery.traffic;

import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.argo.Rollout;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes routers by HTTPRoutes of the Gateway API, with the configuration of Argo's plugin: {@code argoproj-labs/gatewayAPI: {httpRoute: hello,
 * namespace: default}} or {@code httpRoutes: [{name: hello}]}. Each rule of a route that has the stable Service as a backend is split; the
 * canary Service must be a backend of it, too.
 */
public final class GatewayRouterFactory implements TrafficRouterFactory {
    /** The name under which Rollouts ask for these routers. */
    public static final String TYPE = "argoproj-labs/gatewayAPI";

    private final Client client;
    private final Clock clock;

    public GatewayRouterFactory(Client client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public List<String> problems(Rollout rollout, MapValue configuration) {
        for (String other : List.of("grpcRoute", "grpcRoutes", "tcpRoute", "tcpRoutes", "tlsRoute", "tlsRoutes")) {
            if (configuration.has(other)) {
                return List.of(other + " is not supported: use httpRoute or httpRoutes");
            }
        }
        String namespace = configuration.string("namespace");
        if (!namespace.isEmpty() && !namespace.equals(rollout.namespace())) {
            // Whoever may write Rollouts in one namespace would write the routes of another with the controller's
            // rights.
            return List.of("namespace must be the Rollout's own, \"" + rollout.namespace() + "\"");
        }
        return routes(configuration).isEmpty() ? List.of("name an HTTPRoute, as httpRoute") : List.of();
    }

    @Override
    public TrafficRouter router(Rollout rollout, MapValue configuration, Services services) {
        return new GatewayRouter(
                client, clock, rollout.namespace(), routes(configuration), ManagedRoutes.of(rollout), services);
    }

    private static List<String> routes(MapValue configuration) {
        List<String> names = new ArrayList<>();
        if (!configuration.string("httpRoute").isEmpty()) {
            names.add(configuration.string("httpRoute"));
        }
        for (int i = 0; i < configuration.list("httpRoutes").size(); i++) {
            names.add(configuration.list("httpRoutes").map(i).string("name"));
        }
        return names;
    }
}
