package dev.proa.delivery.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.argo.SetMirrorRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The contract for HTTPRoutes. */
class GatewayRouterTest extends TrafficRouterContract {
    @Override
    TrafficRouterFactory factory() {
        return factory(client);
    }

    @Override
    TrafficRouterFactory factory(Client client) {
        return new GatewayRouterFactory(client, Clock.system());
    }

    @Override
    MapValue configuration() {
        return MapValue.of("httpRoute", "hello", "namespace", "default");
    }

    @Override
    void prepare() {
        client.resource(GatewayRouter.HTTP_ROUTE).create(new AnyObject(yaml("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: hello, namespace: default}
                spec:
                  parentRefs: [{name: gateway}]
                  rules:
                    - matches: [{path: {type: PathPrefix, value: /docs}}]
                      backendRefs: [{name: docs, port: 80}]
                    - matches: [{path: {type: PathPrefix, value: /}}]
                      backendRefs: [{name: hello-stable, port: 80}, {name: hello-canary, port: 80}]
                """)));
    }

    private AnyObject route() {
        return client.resource(GatewayRouter.HTTP_ROUTE).in("default").get("hello");
    }

    @Override
    MapValue state() {
        return route().value().map("spec");
    }

    private List<MapValue> rules() {
        ListValue rules = state().list("rules");
        List<MapValue> all = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            all.add(rules.map(i));
        }
        return all;
    }

    @Override
    Map<String, Integer> weights() {
        Map<String, Integer> weights = new TreeMap<>();
        ListValue backends = rules().getLast().list("backendRefs");
        for (int i = 0; i < backends.size(); i++) {
            int weight = (int) backends.map(i).integer("weight", 1);
            if (weight > 0) {
                weights.put(backends.map(i).string("name"), weight);
            }
        }
        return weights;
    }

    @Override
    List<String> headerRoutes() {
        return rules().stream()
                .filter(rule -> rule.list("matches").map(0).has("headers"))
                .map(rule -> rule.list("matches").map(0).list("headers").map(0).string("value") + " to "
                        + rule.list("backendRefs").map(0).string("name"))
                .toList();
    }

    @Override
    List<String> mirrorRoutes() {
        return rules().stream()
                .filter(rule -> rule.has("filters"))
                .map(rule -> rule.list("filters").map(0).map("requestMirror"))
                .map(mirror -> "shadow " + mirror.integer("percent", 0) + " to "
                        + mirror.map("backendRef").string("name"))
                .toList();
    }

    @Test
    void addedRulesNarrowTheUsersOwn() {
        router(100).setWeight(10, List.of());
        router(100).setMirrorRoute(new SetMirrorRoute(yaml("""
                        name: shadow
                        percentage: 5
                        match:
                          - method: {exact: POST}
                            path: {regex: "/v[0-9]+/.*"}
                            headers: {X-Team: {prefix: "a.b"}}
                        """)));
        assertThat(rules()).hasSize(3);
        assertThat(rules().getFirst()).isEqualTo(yaml("""
                matches:
                  - path: {type: RegularExpression, value: "/v[0-9]+/.*"}
                    method: POST
                    headers: [{type: RegularExpression, name: X-Team, value: '\\Qa.b\\E.*'}]
                backendRefs: [{name: hello-stable, port: 80, weight: 90}, {name: hello-canary, port: 80, weight: 10}]
                filters: [{type: RequestMirror, requestMirror: {backendRef: {name: hello-canary, port: 80}, percent: 5}}]
                """));
        router(100).setWeight(50, List.of());
        assertThat(rules().getFirst().list("backendRefs").map(1).integer("weight", 0))
                .isEqualTo(50);
    }

    @Test
    void weightsHoldOnceTheGatewayHasSeenThem() {
        router(100).setWeight(20, List.of());
        assertThat(router(100).verifyWeight(20, List.of())).isEmpty();
        long generation = route().metadata().generation();
        accept("True", generation - 1);
        assertThat(router(100).verifyWeight(20, List.of())).isEqualTo(Optional.of(false));
        accept("True", generation);
        assertThat(router(100).verifyWeight(20, List.of())).isEqualTo(Optional.of(true));
        accept("False", generation);
        assertThat(router(100).verifyWeight(20, List.of())).isEqualTo(Optional.of(false));
    }

    private void accept(String status, long generation) {
        MapValue condition = MapValue.of("type", "Accepted", "status", status, "observedGeneration", generation);
        client.resource(GatewayRouter.HTTP_ROUTE)
                .in("default")
                .patchStatus(
                        "hello",
                        Patch.merge(MapValue.of(
                                "status",
                                MapValue.of(
                                        "parents", ListValue.of(MapValue.of("conditions", ListValue.of(condition)))))));
    }

    @Test
    void routesOfOtherNamespacesAreRefused() {
        Rollout rollout = new Rollout(yaml("metadata: {name: hello, namespace: default}"));
        assertThat(factory().problems(rollout, configuration())).isEmpty();
        assertThat(factory().problems(rollout, configuration().with("namespace", "other")))
                .containsExactly("namespace must be the Rollout's own, \"default\"");
    }
}
