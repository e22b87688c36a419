package dev.proa.delivery.traffic;

import dev.proa.delivery.argo.SetHeaderRoute;
import dev.proa.delivery.argo.SetMirrorRoute;
import dev.proa.delivery.argo.WeightDestination;
import java.util.List;
import java.util.Optional;

/**
 * Splits the traffic of one Rollout between its canary and its stable version, and further versions of an experiment.
 *
 * <p>All methods block, and may be called again at any time with the same arguments: a router compares with what is there and writes only
 * differences, so that a controller that was killed goes on by asking for the same again. A router remembers nothing that is not in the
 * objects which it writes. Weights are shares of {@code maxTrafficWeight} (100 unless the Rollout says otherwise); the stable version gets
 * what the canary and the additional destinations leave.
 *
 * <p>Every method throws a {@link TrafficException} when the Rollout's configuration or an object that it names does not allow it; errors of
 * the API pass through.
 */
public interface TrafficRouter {
    /** The name by which the Rollout asked for it, as {@code argoproj-labs/gatewayAPI}; for messages. */
    String type();

    /**
     * Tells which pod templates the versions have now. Called before {@link #setWeight}.
     *
     * @param canaryHash empty when there is no canary
     * @param stableHash empty before the first version is stable
     */
    void updateHash(String canaryHash, String stableHash, List<WeightDestination> additional);

    /** Gives the canary {@code weight} and each additional destination its own. */
    void setWeight(int weight, List<WeightDestination> additional);

    /** Whether the weights that {@link #setWeight} asked for hold; empty when the router cannot tell. */
    Optional<Boolean> verifyWeight(int weight, List<WeightDestination> additional);

    /** Sends requests with the route's headers to the canary, or removes the route when it matches nothing. */
    void setHeaderRoute(SetHeaderRoute route);

    /** Sends copies of the route's requests to the canary, or removes the route when it matches nothing. */
    void setMirrorRoute(SetMirrorRoute route);

    /** Removes all routes that the Rollout lists as {@code managedRoutes}. */
    void removeManagedRoutes();
}
