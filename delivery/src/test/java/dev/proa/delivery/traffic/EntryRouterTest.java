package dev.proa.delivery.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.core.v1.Service;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.traffic.TrafficRouterFactory.Services;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The contract for the entry proxy. */
class EntryRouterTest extends TrafficRouterContract {
    @Override
    TrafficRouterFactory factory() {
        return factory(client);
    }

    @Override
    TrafficRouterFactory factory(Client client) {
        return new EntryRouterFactory(client, Clock.system());
    }

    @Override
    MapValue configuration() {
        return MapValue.of("service", "hello");
    }

    @Override
    void prepare() {
        client.resource(Service.KIND).create(new Service(yaml("""
                apiVersion: v1
                kind: Service
                metadata: {name: hello, namespace: default, annotations: {proa.dev/entry: hello-stable}}
                spec: {ports: [{port: 80}]}
                """)));
    }

    private Split split() {
        return Split.read(state(), "hello-stable");
    }

    @Override
    String state() {
        return client.resource(Service.KIND)
                .in("default")
                .get("hello")
                .annotations()
                .getOrDefault(Split.ANNOTATION, "");
    }

    @Override
    Map<String, Integer> weights() {
        return split().backends().stream()
                .filter(each -> each.weight() > 0)
                .collect(Collectors.toMap(Split.Backend::service, Split.Backend::weight));
    }

    @Override
    List<String> headerRoutes() {
        return split().headerRoutes().stream()
                .map(each -> each.name() + " to " + each.service())
                .toList();
    }

    @Override
    List<String> mirrorRoutes() {
        return split().mirrorRoutes().stream()
                .map(each -> each.name() + " " + each.percentage() + " to " + each.service())
                .toList();
    }

    @Test
    void serviceThatTheProxyDoesNotEnterIsRefused() {
        client.resource(Service.KIND).create(new Service(yaml("""
                apiVersion: v1
                kind: Service
                metadata: {name: other, namespace: default}
                """)));
        TrafficRouter router = factory()
                .router(
                        new Rollout(yaml("metadata: {name: hello, namespace: default}")),
                        MapValue.of("service", "other"),
                        SERVICES);
        assertThatThrownBy(() -> router.setWeight(5, List.of()))
                .hasMessage("Service \"other\" is not entered for this Rollout: set its annotation proa.dev/entry to "
                        + "\"hello-stable\"");
    }

    @Test
    void splitStaysUnderOneNameWhenServicesTakeTurns() {
        Rollout rollout = new Rollout(yaml("""
                metadata: {name: hello, namespace: default}
                spec: {strategy: {canary: {pingPong: {pingService: hello-stable, pongService: hello-canary}}}}
                """));
        factory().router(rollout, configuration(), SERVICES).setWeight(20, List.of());
        assertThat(weights()).isEqualTo(Map.of("hello-canary", 20, "hello-stable", 80));
        Services turned = new Services("hello-stable", "hello-canary");
        factory().router(rollout, configuration(), turned).setWeight(5, List.of());
        assertThat(weights()).isEqualTo(Map.of("hello-stable", 5, "hello-canary", 95));
    }
}
