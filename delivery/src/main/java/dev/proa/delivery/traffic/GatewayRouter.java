package dev.proa.delivery.traffic;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.argo.SetHeaderRoute;
import dev.proa.delivery.argo.SetMirrorRoute;
import dev.proa.delivery.argo.WeightDestination;
import dev.proa.delivery.traffic.TrafficRouterFactory.Services;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Splits traffic by the backends and rules of HTTPRoutes. */
final class GatewayRouter implements TrafficRouter {
    static final Kind<AnyObject> HTTP_ROUTE =
            Kind.any("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes", true);
    /** The annotation that has the rules which were added for managed routes, by their names. */
    static final String MANAGED = "proa.dev/managed-routes";

    private final Client client;
    private final Clock clock;
    private final String namespace;
    private final List<String> routes;
    private final ManagedRoutes managed;
    private final Services services;

    GatewayRouter(
            Client client,
            Clock clock,
            String namespace,
            List<String> routes,
            ManagedRoutes managed,
            Services services) {
        this.client = client;
        this.clock = clock;
        this.namespace = namespace;
        this.routes = List.copyOf(routes);
        this.managed = managed;
        this.services = services;
    }

    @Override
    public String type() {
        return GatewayRouterFactory.TYPE;
    }

    /** Gateways follow the Services, in whose selectors the hashes are. */
    @Override
    public void updateHash(String canaryHash, String stableHash, List<WeightDestination> additional) {}

    @Override
    public void setWeight(int weight, List<WeightDestination> additional) {
        var shares = managed.shares(weight, additional, services);
        change(rules -> rules.weighted(shares));
    }

    /** They hold once the route has them and each gateway has accepted the route in this generation. */
    @Override
    public Optional<Boolean> verifyWeight(int weight, List<WeightDestination> additional) {
        var shares = managed.shares(weight, additional, services);
        boolean seen = true;
        for (String name : routes) {
            AnyObject route = route(name);
            HttpRules rules = rules(route);
            if (!rules.weighted(shares).equals(rules)) {
                return Optional.of(false);
            }
            var parents = route.value().map("status").list("parents");
            seen &= !parents.isEmpty();
            for (int i = 0; i < parents.size(); i++) {
                if (!accepted(parents.map(i), route.metadata().generation())) {
                    return Optional.of(false);
                }
            }
        }
        return seen ? Optional.of(true) : Optional.empty();
    }

    private static boolean accepted(MapValue parent, long generation) {
        var conditions = parent.list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            MapValue condition = conditions.map(i);
            if (condition.string("type").equals("Accepted")) {
                return condition.string("status").equals("True")
                        && condition.integer("observedGeneration", 0) >= generation;
            }
        }
        return false;
    }

    @Override
    public void setHeaderRoute(SetHeaderRoute route) {
        change(rules ->
                route.match().isEmpty() ? rules.without(route.name()) : rules.with(route, services, managed.names()));
    }

    @Override
    public void setMirrorRoute(SetMirrorRoute route) {
        change(rules ->
                route.match().isEmpty() ? rules.without(route.name()) : rules.with(route, services, managed.names()));
    }

    @Override
    public void removeManagedRoutes() {
        change(rules -> {
            HttpRules rest = rules;
            for (String name : managed.names()) {
                rest = rest.without(name);
            }
            return rest;
        });
    }

    private AnyObject route(String name) {
        AnyObject route = client.resource(HTTP_ROUTE).in(namespace).find(name);
        if (route == null) {
            throw new TrafficException("there is no HTTPRoute \"" + name + "\" in namespace \"" + namespace + "\"");
        }
        if (!rules(route).splits(services)) {
            throw new TrafficException("HTTPRoute \"" + name + "\" has no rule with the backends \"" + services.stable()
                    + "\" and \"" + services.canary() + "\": add both to a rule");
        }
        return route;
    }

    private static HttpRules rules(AnyObject route) {
        String added = route.annotations().getOrDefault(MANAGED, "");
        return HttpRules.read(
                route.value().map("spec").list("rules"), added.isEmpty() ? MapValue.EMPTY : Json.decodeMap(added));
    }

    private void change(UnaryOperator<HttpRules> change) {
        for (String name : routes) {
            Conflicts.retry(clock, () -> {
                AnyObject route = route(name);
                HttpRules before = rules(route);
                HttpRules after = change.apply(before);
                if (!after.equals(before)) {
                    client.resource(HTTP_ROUTE).in(namespace).update(new AnyObject(written(route, after)));
                }
            });
        }
    }

    private static MapValue written(AnyObject route, HttpRules rules) {
        MapValue added = rules.managed();
        return route.value()
                .withMap("spec", spec -> spec.with("rules", rules.all()))
                .withMap(
                        "metadata",
                        metadata -> metadata.withMap(
                                "annotations",
                                annotations -> added.isEmpty()
                                        ? annotations.without(MANAGED)
                                        : annotations.with(MANAGED, Json.toString(added))));
    }
}
