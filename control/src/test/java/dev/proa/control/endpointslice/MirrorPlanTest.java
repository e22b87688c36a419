package dev.proa.control.endpointslice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Endpoints;
import dev.proa.api.discovery.v1.Endpoint;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.meta.v1.OwnerReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MirrorPlanTest {
    private static final String BOTH_FAMILIES = """
            [{"addresses":[{"ip":"192.0.2.1"},{"ip":"2001:db8::1"},{"ip":"192.0.2.2","hostname":"two","nodeName":"n"}],
              "notReadyAddresses":[{"ip":"192.0.2.3"}],
              "ports":[{"port":5432,"protocol":"TCP"}]}]""";

    private static Endpoints endpoints(String subsets) {
        return new Endpoints(Json.decodeMap("""
                {"metadata":{"name":"db","namespace":"default","uid":"db-uid","labels":{"tier":"data"},
                  "annotations":{"note":"mine","kubectl.kubernetes.io/last-applied-configuration":"{}",
                                 "endpoints.kubernetes.io/last-change-trigger-time":"2026-01-01T00:00:00Z"}},
                 "subsets":%s}""".formatted(subsets)));
    }

    private static List<EndpointSlice> made(MirrorPlan plan) {
        List<EndpointSlice> made = new ArrayList<>();
        for (EndpointSlice slice : plan.create()) {
            made.add(slice.withMetadata(m -> m.withName("db-" + made.size())));
        }
        return made;
    }

    @Test
    void makesASliceOfEachFamily() {
        MirrorPlan plan = MirrorPlan.of(endpoints(BOTH_FAMILIES), List.of());
        assertThat(plan.create()).extracting(EndpointSlice::addressType).containsExactlyInAnyOrder("IPv4", "IPv6");
        EndpointSlice four = plan.create().stream()
                .filter(slice -> slice.addressType().equals("IPv4"))
                .findFirst()
                .orElseThrow();
        assertThat(four.labels())
                .containsOnly(
                        java.util.Map.entry("tier", "data"),
                        java.util.Map.entry("kubernetes.io/service-name", "db"),
                        java.util.Map.entry(
                                "endpointslice.kubernetes.io/managed-by", "endpointslicemirroring-controller.k8s.io"));
        assertThat(four.annotations()).containsOnly(java.util.Map.entry("note", "mine"));
        OwnerReference owner = four.metadata().ownerReferences().getFirst();
        assertThat(owner.kind()).isEqualTo("Endpoints");
        assertThat(owner.uid()).isEqualTo("db-uid");
        assertThat(four.ports()).singleElement().satisfies(port -> {
            assertThat(port.value().get("name")).isEqualTo("");
            assertThat(port.port()).isEqualTo(5432);
        });
        assertThat(four.endpoints())
                .extracting(endpoint -> endpoint.addresses().getFirst())
                .containsExactly("192.0.2.1", "192.0.2.2", "192.0.2.3");
        Endpoint second = four.endpoints().get(1);
        assertThat(second.hostname()).isEqualTo("two");
        assertThat(second.nodeName()).isEqualTo("n");
        assertThat(second.conditions().ready()).isTrue();
        assertThat(second.conditions().hasServing()).isFalse();
        assertThat(four.endpoints().get(2).conditions().ready()).isFalse();
    }

    @Test
    void leavesAloneWhatSaysTheSameAndChangesWhatDoesNot() {
        List<EndpointSlice> there = made(MirrorPlan.of(endpoints(BOTH_FAMILIES), List.of()));
        MirrorPlan nothing = MirrorPlan.of(endpoints(BOTH_FAMILIES), there);
        assertThat(nothing.create()).isEmpty();
        assertThat(nothing.update()).isEmpty();
        assertThat(nothing.delete()).isEmpty();

        String onePort = BOTH_FAMILIES.replace("5432", "5433");
        MirrorPlan moved = MirrorPlan.of(endpoints(onePort), there);
        assertThat(moved.create()).isEmpty();
        assertThat(moved.delete()).isEmpty();
        assertThat(moved.update())
                .hasSize(2)
                .allSatisfy(slice -> assertThat(slice.ports().getFirst().port()).isEqualTo(5433));

        MirrorPlan fewer = MirrorPlan.of(
                endpoints(
                        "[{\"addresses\":[{\"ip\":\"192.0.2.1\"}],\"ports\":[{\"port\":5432,\"protocol\":\"TCP\"}]}]"),
                there);
        assertThat(fewer.delete()).extracting(EndpointSlice::addressType).containsExactly("IPv6");
        assertThat(fewer.update())
                .singleElement()
                .satisfies(slice -> assertThat(slice.endpoints()).hasSize(1));

        MirrorPlan none = MirrorPlan.of(endpoints("[]"), there);
        assertThat(none.delete()).hasSize(2);
        assertThat(none.update()).isEmpty();
    }

    @Test
    void mirrorsOneThousandAddressesOfASubsetAtMost() {
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < 1_100; i++) {
            addresses.add("{\"ip\":\"192.0." + i / 250 + "." + i % 250 + "\"}");
        }
        MirrorPlan plan = MirrorPlan.of(
                endpoints("[{\"addresses\":[" + String.join(",", addresses) + "],\"ports\":[{\"port\":1}]}]"),
                List.of());
        assertThat(plan.create())
                .singleElement()
                .satisfies(slice -> assertThat(slice.endpoints()).hasSize(1_000));
        assertThat(plan.skipped()).isEqualTo(100);
    }
}
