package dev.proa.control.endpointslice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.EndpointAddress;
import dev.proa.api.core.v1.EndpointSubset;
import dev.proa.api.core.v1.Endpoints;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SubsetsTest {
    private final Service web = new Service(Json.decodeMap("""
            {"metadata":{"name":"web","namespace":"default"},
             "spec":{"clusterIP":"10.96.0.7","ipFamilies":["IPv4"],"selector":{"app":"web"},
                     "ports":[{"name":"http","port":80,"protocol":"TCP","targetPort":"http"},
                              {"name":"metrics","port":90,"protocol":"TCP","targetPort":"metrics"}]}}"""));

    private static Pod pod(int number, boolean ready, String... ports) {
        List<String> named = new ArrayList<>();
        for (int i = 0; i < ports.length; i++) {
            named.add("{\"name\":\"" + ports[i] + "\",\"containerPort\":" + (8080 + i) + ",\"protocol\":\"TCP\"}");
        }
        return new Pod(Json.decodeMap("""
                {"metadata":{"name":"pod-%d","namespace":"default","uid":"uid-%d"},
                 "spec":{"nodeName":"n","containers":[{"name":"c","ports":[%s]}]},
                 "status":{"phase":"Running","podIPs":[{"ip":"10.1.%d.%d"}],
                           "conditions":[{"type":"Ready","status":"%s"}]}}""".formatted(
                number, number, String.join(",", named), number / 250, number % 250, ready ? "True" : "False")));
    }

    private List<EndpointSubset> subsets(Pod... pods) {
        return of(Subsets.of(web, List.of(pods)));
    }

    private static List<EndpointSubset> of(Subsets subsets) {
        return new Endpoints(MapValue.of("subsets", subsets.value())).subsets();
    }

    @Test
    void arePackedByPortsThatTheSameAddressesHave() {
        List<EndpointSubset> subsets = subsets(pod(1, true, "http", "metrics"), pod(2, true, "http"));
        assertThat(subsets).hasSize(2);
        assertThat(subsets)
                .anySatisfy(subset -> {
                    assertThat(subset.ports()).extracting(port -> port.name()).containsExactly("http");
                    assertThat(subset.addresses())
                            .extracting(EndpointAddress::ip)
                            .containsExactly("10.1.0.1", "10.1.0.2");
                })
                .anySatisfy(subset -> {
                    assertThat(subset.ports()).extracting(port -> port.name()).containsExactly("metrics");
                    assertThat(subset.addresses())
                            .extracting(EndpointAddress::ip)
                            .containsExactly("10.1.0.1");
                });
        assertThat(subsets(pod(1, true, "http", "metrics"), pod(2, false, "http", "metrics")))
                .singleElement()
                .satisfies(subset -> {
                    assertThat(subset.ports()).hasSize(2);
                    assertThat(subset.addresses()).hasSize(1);
                    assertThat(subset.notReadyAddresses()).hasSize(1);
                });
    }

    @Test
    void areCutEachByTheSameShareAndReadyAddressesLast() {
        List<Pod> pods = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            pods.add(pod(i, true, "http"));
        }
        for (int i = 600; i < 1200; i++) {
            pods.add(pod(i, i % 2 == 0, "metrics"));
        }
        Subsets subsets = Subsets.of(web, pods);
        assertThat(subsets.truncated()).isTrue();
        assertThat(of(subsets)).extracting(subset -> subset.addresses().size()).containsExactly(600, 300);
        assertThat(of(subsets))
                .extracting(subset -> subset.notReadyAddresses().size())
                .containsExactly(0, 100);

        for (int i = 1200; i < 1800; i++) {
            pods.add(pod(i, true, "metrics"));
        }
        assertThat(of(Subsets.of(web, pods)))
                .extracting(subset -> subset.addresses().size())
                .containsExactly(400, 600);
    }
}
