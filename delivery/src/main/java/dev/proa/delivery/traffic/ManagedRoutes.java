package dev.proa.delivery.traffic;

import dev.proa.delivery.argo.CanaryStrategy;
import dev.proa.delivery.argo.ManagedRoute;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.argo.RolloutTrafficRouting;
import dev.proa.delivery.argo.WeightDestination;
import dev.proa.delivery.traffic.TrafficRouterFactory.Services;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a Rollout says of its traffic, whichever router splits it.
 *
 * @param names of the routes that steps may add, in order of precedence
 * @param total what all weights add up to
 */
record ManagedRoutes(List<String> names, int total) {
    ManagedRoutes {
        names = List.copyOf(names);
    }

    static ManagedRoutes of(Rollout rollout) {
        CanaryStrategy canary = rollout.spec().strategy().canary();
        RolloutTrafficRouting routing = canary == null ? null : canary.trafficRouting();
        return routing == null
                ? new ManagedRoutes(List.of(), 100)
                : new ManagedRoutes(
                        routing.managedRoutes().stream().map(ManagedRoute::name).toList(), routing.maxTrafficWeight());
    }

    /** The weights by the names of services: the canary, the additional destinations, and the stable version with the rest. */
    Map<String, Integer> shares(int weight, List<WeightDestination> additional, Services services) {
        Map<String, Integer> shares = new LinkedHashMap<>();
        shares.put(services.canary(), weight);
        int rest = total - weight;
        for (WeightDestination each : additional) {
            shares.merge(each.serviceName(), each.weight(), Integer::sum);
            rest -= each.weight();
        }
        if (rest < 0) {
            throw new TrafficException("the weights add up to " + (total - rest) + ", more than " + total);
        }
        shares.merge(services.stable(), rest, Integer::sum);
        return shares;
    }
}
