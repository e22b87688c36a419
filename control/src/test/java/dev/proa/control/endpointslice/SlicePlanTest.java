package dev.proa.control.endpointslice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.endpointslice.SlicePlan.Desired;
import dev.proa.control.shared.Tries;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlicePlanTest {
    private static final ListValue HTTP = ListValue.of(MapValue.of("name", "http", "port", 8080L, "protocol", "TCP"));

    private final Service web = Service.of("default", "web")
            .withMetadata(m -> m.withUid("web-uid").withLabels(Map.of("app", "web")))
            .withSpec(spec -> spec.withClusterIP("10.96.0.7").withIpFamilies(List.of("IPv4")));

    private static Desired endpoint(int number, boolean ready) {
        return new Desired(
                "IPv4",
                HTTP,
                MapValue.of(
                        "addresses",
                        ListValue.of("10.244." + number / 250 + "." + number % 250),
                        "conditions",
                        MapValue.of("ready", ready),
                        "targetRef",
                        MapValue.of("uid", "pod-" + number)));
    }

    private static List<Desired> endpoints(int from, int to) {
        List<Desired> desired = new ArrayList<>();
        for (int i = from; i < to; i++) {
            desired.add(endpoint(i, true));
        }
        return desired;
    }

    private static int names;

    /** What is there once a plan was carried out. */
    private static List<EndpointSlice> after(List<EndpointSlice> before, SlicePlan plan) {
        List<EndpointSlice> after = new ArrayList<>();
        for (EndpointSlice slice : before) {
            if (plan.delete().contains(slice)) {
                continue;
            }
            after.add(plan.update().stream()
                    .filter(updated -> updated.name().equals(slice.name()))
                    .findFirst()
                    .orElse(slice));
        }
        for (EndpointSlice slice : plan.create()) {
            String name = "slice-" + names++;
            after.add(slice.withMetadata(m -> m.withName(name)));
        }
        return after;
    }

    @Test
    void fillsSlicesOfOneHundred() {
        SlicePlan plan = SlicePlan.of(web, endpoints(0, 250), List.of());
        assertThat(plan.create()).extracting(slice -> slice.endpoints().size()).containsExactly(100, 100, 50);
        EndpointSlice first = plan.create().getFirst();
        assertThat(first.labels())
                .containsEntry("kubernetes.io/service-name", "web")
                .containsEntry("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io")
                .containsEntry("app", "web");
        assertThat(first.metadata().ownerReferences().getFirst().uid()).isEqualTo("web-uid");
        assertThat(first.metadata().generateName()).isEqualTo("web-");
    }

    @Test
    void changesOnlyTheSliceThatHasTheEndpoint() {
        List<EndpointSlice> there = after(List.of(), SlicePlan.of(web, endpoints(0, 250), List.of()));
        List<Desired> desired = endpoints(0, 250);
        desired.set(120, endpoint(120, false));
        SlicePlan plan = SlicePlan.of(web, desired, there);
        assertThat(plan.create()).isEmpty();
        assertThat(plan.delete()).isEmpty();
        assertThat(plan.update())
                .extracting(EndpointSlice::name)
                .containsExactly(there.get(1).name());
        assertThat(SlicePlan.of(web, endpoints(0, 250), there).isEmpty()).isTrue();
    }

    @Test
    void keepsOneEmptySliceForAServiceWithoutEndpoints() {
        SlicePlan plan = SlicePlan.of(web, List.of(), List.of());
        assertThat(plan.create()).hasSize(1);
        assertThat(plan.create().getFirst().endpoints()).isEmpty();
        List<EndpointSlice> there = after(List.of(), plan);
        assertThat(SlicePlan.of(web, List.of(), there).isEmpty()).isTrue();
        SlicePlan first = SlicePlan.of(web, endpoints(0, 1), there);
        assertThat(first.update()).as("the empty one is used").hasSize(1);
        assertThat(first.create()).isEmpty();
        assertThat(first.delete()).isEmpty();
    }

    @Test
    void marksSlicesOfHeadlessServices() {
        Service headless = web.withSpec(spec -> spec.withClusterIP("None"));
        assertThat(SlicePlan.of(headless, endpoints(0, 1), List.of())
                        .create()
                        .getFirst()
                        .labels())
                .containsEntry("service.kubernetes.io/headless", "");
    }

    /** Whatever comes and goes, afterwards each endpoint is there once, and there is nothing left to do. */
    @Test
    void arrives() {
        Tries.run(
                100,
                random -> arrives(IntStream.range(0, random.nextInt(9))
                        .map(step -> random.nextInt(8) == 0 ? 0 : random.nextInt(321))
                        .boxed()
                        .toList()));
    }

    private void arrives(List<Integer> steps) {
        List<EndpointSlice> there = List.of();
        int from = 0;
        for (int step : steps) {
            List<Desired> desired = endpoints(from / 2, from / 2 + step);
            there = after(there, SlicePlan.of(web, desired, there));
            Set<MapValue> found = new HashSet<>();
            for (EndpointSlice slice : there) {
                assertThat(slice.endpoints()).hasSizeLessThanOrEqualTo(SlicePlan.CAPACITY);
                slice.endpoints()
                        .forEach(endpoint ->
                                assertThat(found.add(endpoint.value())).isTrue());
            }
            assertThat(found).hasSize(step);
            assertThat(SlicePlan.of(web, desired, there).isEmpty()).isTrue();
            from = step;
        }
    }
}
