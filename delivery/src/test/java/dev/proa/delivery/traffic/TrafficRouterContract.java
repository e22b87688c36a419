package dev.proa.delivery.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.argo.SetHeaderRoute;
import dev.proa.delivery.argo.SetMirrorRoute;
import dev.proa.delivery.argo.WeightDestination;
import dev.proa.delivery.traffic.TrafficRouterFactory.Services;
import dev.proa.testing.FakeTransport;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link TrafficRouter} does. */
abstract class TrafficRouterContract {
    static final Services SERVICES = new Services("hello-canary", "hello-stable");

    final FakeTransport api = new FakeTransport(Clock.system());
    final Client client = new Client(api);

    abstract TrafficRouterFactory factory();

    abstract MapValue configuration();

    /** Makes the objects that the router writes to. */
    abstract void prepare();

    /** The weights by Service, of those that have any. */
    abstract Map<String, Integer> weights();

    /** The names of the header routes in their order, with where they go, as {@code testers to hello-canary}. */
    abstract List<String> headerRoutes();

    /** The names of the mirror routes in their order, with their percentage and where copies go, as {@code shadow 35 to hello-canary}. */
    abstract List<String> mirrorRoutes();

    @BeforeEach
    void begin() {
        prepare();
    }

    static MapValue yaml(String text) {
        return (MapValue) Yaml.decode(text.getBytes(StandardCharsets.UTF_8));
    }

    TrafficRouter router(int total) {
        Rollout rollout = new Rollout(yaml("""
                apiVersion: argoproj.io/v1alpha1
                kind: Rollout
                metadata: {name: hello, namespace: default}
                spec:
                  strategy:
                    canary:
                      canaryService: hello-canary
                      stableService: hello-stable
                      trafficRouting:
                        maxTrafficWeight: %d
                        managedRoutes: [{name: testers}, {name: staff}, {name: shadow}]
                """.formatted(total)));
        assertThat(factory().problems(rollout, configuration())).isEmpty();
        return factory().router(rollout, configuration(), SERVICES);
    }

    private static WeightDestination experiment(String service, int weight) {
        return new WeightDestination(MapValue.of("serviceName", service, "weight", (long) weight));
    }

    private static SetHeaderRoute header(String name) {
        return new SetHeaderRoute(yaml("""
                name: %s
                match: [{headerName: X-Who, headerValue: {exact: %s}}]
                """.formatted(name, name)));
    }

    private static SetMirrorRoute mirror(int percentage) {
        return new SetMirrorRoute(yaml("""
                name: shadow
                percentage: %d
                match: [{method: {exact: GET}, path: {prefix: /api}}]
                """.formatted(percentage)));
    }

    @Test
    void stableVersionGetsWhatTheCanaryLeaves() {
        router(100).setWeight(20, List.of());
        assertThat(weights()).isEqualTo(Map.of("hello-canary", 20, "hello-stable", 80));
        assertThat(router(100).verifyWeight(20, List.of())).isNotEqualTo(Optional.of(false));
        assertThat(router(100).verifyWeight(30, List.of())).isEqualTo(Optional.of(false));
        router(100).setWeight(0, List.of());
        assertThat(weights()).isEqualTo(Map.of("hello-stable", 100));
    }

    @Test
    void weightsAddUpToWhatTheRolloutSays() {
        router(1000).setWeight(5, List.of());
        assertThat(weights()).isEqualTo(Map.of("hello-canary", 5, "hello-stable", 995));
    }

    @Test
    void experimentsHaveSharesUntilTheyEnd() {
        List<WeightDestination> more = List.of(experiment("trial-a", 5), experiment("trial-b", 10));
        router(100).setWeight(20, more);
        assertThat(weights()).isEqualTo(Map.of("hello-canary", 20, "trial-a", 5, "trial-b", 10, "hello-stable", 65));
        assertThat(router(100).verifyWeight(20, more)).isNotEqualTo(Optional.of(false));
        router(100).setWeight(20, List.of());
        assertThat(weights()).isEqualTo(Map.of("hello-canary", 20, "hello-stable", 80));
        assertThatThrownBy(() -> router(100).setWeight(95, more)).isInstanceOf(TrafficException.class);
    }

    @Test
    void routesAreInTheOrderOfTheirDeclarationAndSetOnlyOnce() {
        router(100).setWeight(10, List.of());
        router(100).setHeaderRoute(header("staff"));
        router(100).setHeaderRoute(header("testers"));
        router(100).setHeaderRoute(header("testers"));
        router(100).setMirrorRoute(mirror(35));
        router(100).setMirrorRoute(mirror(40));
        assertThat(headerRoutes()).containsExactly("testers to hello-canary", "staff to hello-canary");
        assertThat(mirrorRoutes()).containsExactly("shadow 40 to hello-canary");
        assertThat(weights()).isEqualTo(Map.of("hello-canary", 10, "hello-stable", 90));
        router(100).setWeight(30, List.of());
        assertThat(headerRoutes()).hasSize(2);
        assertThat(mirrorRoutes()).hasSize(1);
    }

    @Test
    void routeWithoutAMatchIsRemoved() {
        router(100).setHeaderRoute(header("staff"));
        router(100).setMirrorRoute(mirror(35));
        router(100).setHeaderRoute(new SetHeaderRoute(MapValue.of("name", "staff")));
        assertThat(headerRoutes()).isEmpty();
        router(100).setMirrorRoute(new SetMirrorRoute(MapValue.of("name", "shadow")));
        assertThat(mirrorRoutes()).isEmpty();
    }

    @Test
    void removalOfManagedRoutesLeavesWhatWasThereBefore() {
        router(100).setWeight(10, List.of());
        Object before = state();
        router(100).setHeaderRoute(header("testers"));
        router(100).setMirrorRoute(mirror(35));
        router(100).removeManagedRoutes();
        assertThat(headerRoutes()).isEmpty();
        assertThat(mirrorRoutes()).isEmpty();
        assertThat(state()).isEqualTo(before);
    }

    /** What the router has written, without resource versions. */
    abstract Object state();

    @Test
    void whatIsThereAlreadyIsNotWrittenAgain() {
        router(100).setWeight(10, List.of());
        router(100).setHeaderRoute(header("testers"));
        int writes = api.writes().size();
        router(100).setWeight(10, List.of());
        router(100).setHeaderRoute(header("testers"));
        router(100).updateHash("new", "old", List.of());
        assertThat(api.writes()).hasSize(writes);
    }

    @Test
    void conflictsAreTriedAgain() {
        AtomicInteger conflicts = new AtomicInteger(2);
        api.intercept(request -> {
            boolean write = !List.of("get", "list", "watch").contains(request.verb());
            if (write && conflicts.getAndDecrement() > 0) {
                throw StatusException.of(Reason.Conflict, "changed meanwhile", MapValue.EMPTY);
            }
            return request;
        });
        router(100).setWeight(20, List.of());
        assertThat(weights()).containsEntry("hello-canary", 20);
    }

    @Test
    void missingObjectIsNamed() {
        Client empty = new Client(new FakeTransport(Clock.system()));
        TrafficRouter router = factory(empty)
                .router(new Rollout(yaml("metadata: {name: hello, namespace: default}")), configuration(), SERVICES);
        assertThatThrownBy(() -> router.setWeight(5, List.of()))
                .isInstanceOf(TrafficException.class)
                .hasMessageContaining("hello");
        assertThat(factory().problems(new Rollout(MapValue.EMPTY), MapValue.EMPTY))
                .hasSize(1);
    }

    abstract TrafficRouterFactory factory(Client client);
}
