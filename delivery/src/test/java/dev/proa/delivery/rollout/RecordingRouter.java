package dev.proa.delivery.rollout;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.argo.SetHeaderRoute;
import dev.proa.delivery.argo.SetMirrorRoute;
import dev.proa.delivery.argo.WeightDestination;
import dev.proa.delivery.traffic.TrafficRouter;
import dev.proa.delivery.traffic.TrafficRouterFactory;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A router that only remembers: what holds now, and each change of the canary's weight. */
final class RecordingRouter implements TrafficRouterFactory, TrafficRouter {
    final List<Integer> weights = new ArrayList<>();
    final Set<String> routes = new LinkedHashSet<>();
    List<WeightDestination> additional = List.of();
    String canary = "";
    String stable = "";
    Optional<Boolean> verified = Optional.empty();

    @Override
    public String type() {
        return "test/recording";
    }

    @Override
    public List<String> problems(Rollout rollout, MapValue configuration) {
        return List.of();
    }

    @Override
    public TrafficRouter router(Rollout rollout, MapValue configuration, Services services) {
        return this;
    }

    @Override
    public void updateHash(String canaryHash, String stableHash, List<WeightDestination> more) {
        canary = canaryHash;
        stable = stableHash;
    }

    @Override
    public void setWeight(int weight, List<WeightDestination> more) {
        if (weights.isEmpty() || weights.getLast() != weight) {
            weights.add(weight);
        }
        additional = more;
    }

    @Override
    public Optional<Boolean> verifyWeight(int weight, List<WeightDestination> more) {
        return verified;
    }

    @Override
    public void setHeaderRoute(SetHeaderRoute route) {
        change("header " + route.name(), !route.match().isEmpty());
    }

    @Override
    public void setMirrorRoute(SetMirrorRoute route) {
        change("mirror " + route.name(), !route.match().isEmpty());
    }

    private void change(String route, boolean present) {
        if (present) {
            routes.add(route);
        } else {
            routes.remove(route);
        }
    }

    @Override
    public void removeManagedRoutes() {
        routes.clear();
    }
}
