package dev.proa.delivery.traffic;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.argo.Rollout;
import java.util.List;

/** Makes the routers of one type. Safe for any thread. */
public interface TrafficRouterFactory {
    /** The name under {@code spec.strategy.canary.trafficRouting.plugins} by which Rollouts ask for these routers. */
    String type();

    /** What is wrong with the {@code configuration} under that name, each as a sentence; empty when it is right. Asks nobody. */
    List<String> problems(Rollout rollout, MapValue configuration);

    /**
     * The router of {@code rollout}, as it is now. Cheap: it is made for each reconciliation. When the Rollout takes turns between two
     * services (ping-pong), {@code services} has them in their present parts.
     */
    TrafficRouter router(Rollout rollout, MapValue configuration, Services services);

    /**
     * The services of the two versions.
     *
     * @param canary the name of the service that selects the canary
     * @param stable the name of the service that selects the stable version
     */
    record Services(String canary, String stable) {}
}
