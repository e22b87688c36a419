package dev.proa.server.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.value.MapValue;
import dev.proa.server.Facts;
import dev.proa.server.aggregator.ApiServices;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class DiscoveryTest {
    private static final List<MapValue> FACTS = Facts.read("discovery.jsonl");

    private final Discovery discovery = new Discovery(ResourceCatalog.builtin(), recordedAddress(), ApiServices.NONE);

    private static String recordedAddress() {
        return FACTS.getFirst()
                .map("body")
                .list("serverAddressByClientCIDRs")
                .map(0)
                .string("serverAddress");
    }

    @TestFactory
    Stream<DynamicTest> equalsTheRecordedDocuments() {
        return FACTS.stream()
                .map(fact -> DynamicTest.dynamicTest(fact.string("path") + " " + fact.string("accept"), () -> {
                    Discovery.Document document = discovery.document(fact.string("path"), fact.string("accept"));
                    assertThat(document).isNotNull();
                    assertThat(Json.decode(document.body())).isEqualTo(fact.get("body"));
                    assertThat(document.contentType()).isEqualTo(fact.string("accept"));
                }));
    }

    @Test
    void keepsBytesAndTagOfADocument() {
        Discovery.Document first = discovery.document("/apis", "");
        assertThat(discovery.document("/apis", "*/*")).isSameAs(first);
        assertThat(first.etag()).matches("\"[0-9A-F]{128}\"");
    }

    @Test
    void prefersWhatTheClientNamesFirst() {
        String kubectl = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
                + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";
        assertThat(discovery.document("/api", kubectl).contentType()).contains("as=APIGroupDiscoveryList");
        assertThat(discovery.document("/api", "application/json").contentType()).isEqualTo("application/json");
    }

    @Test
    void knowsNothingElse() {
        for (String path : List.of(
                "/apis/none",
                "/apis/apps/v2",
                "/api/v2",
                "/other",
                "/apisXapps/v1",
                "/apisXapps",
                "/apis-",
                "/apisapps")) {
            assertThat(discovery.document(path, "")).isNull();
        }
    }
}
