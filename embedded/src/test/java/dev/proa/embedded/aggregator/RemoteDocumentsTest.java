package dev.proa.embedded.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.apiregistration.v1.APIService;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.server.aggregator.ExtensionClients;
import dev.proa.server.aggregator.RemoteApi;
import dev.proa.server.aggregator.RemoteApi.Documents;
import dev.proa.server.aggregator.RemoteSwagger;
import dev.proa.server.catalog.ApiCatalog;
import dev.proa.server.catalog.ServedApis;
import dev.proa.server.resource.Strategies;
import dev.proa.server.resource.network.ServiceRanges;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is kept of the documents of extension servers, which may be of any size and shape. */
class RemoteDocumentsTest {
    private static final RemoteApi API = new RemoteApi(
            "wardle.example.com", "v1", "team", "api", 443, new RemoteApi.Trust("", true), true, Documents.NONE);
    private static final String PATH = "/apis/wardle.example.com/v1/flunders";

    private final ServedApiServices served = new ServedApiServices(
            new ServedApis(ApiCatalog.builtIn(new Strategies(new ServiceRanges("10.96.0.0/16")), "127.0.0.1:6443")),
            new ExtensionClients(
                    () -> {
                        throw new IllegalStateException("nothing is asked");
                    },
                    () -> {
                        throw new IllegalStateException("nothing is asked");
                    },
                    () -> ""));

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A document whose deepest list is at a level. */
    private static byte[] nested(int level) {
        int lists = level - 3;
        return bytes("{\"paths\":{\"" + PATH + "\":{\"x\":" + "[".repeat(lists) + "]".repeat(lists) + "}}}");
    }

    @Test
    void aDocumentThatIsTooDeepIsRefused() throws IOException {
        RemoteSwagger told = RemoteDocuments.swagger(API, "\"1\"", nested(RemoteDocuments.DEEPEST));
        assertThat(told.document().map("paths").has(PATH)).isTrue();
        assertThat(told.etag()).isEqualTo("\"1\"");
        assertThatThrownBy(() -> RemoteDocuments.swagger(API, "", nested(RemoteDocuments.DEEPEST + 1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nested deeper than 100 levels");
        // Values as deep as this can be read, and cannot be written.
        assertThatThrownBy(() -> RemoteDocuments.swagger(API, "", nested(900))).isInstanceOf(IOException.class);
    }

    @Test
    void aDocumentThatIsTooLargeOnceItIsReadIsRefused() {
        byte[] body = bytes("{\"paths\":{\"" + PATH + "\":{\"x\":\"" + "\u0080".repeat(1 << 20) + "\"}}}");
        byte[] broken = new byte[body.length];
        for (int i = 0; i < body.length; i++) {
            broken[i] = body[i] == (byte) 0xc2 ? (byte) 0x80 : body[i];
        }
        assertThat(broken).hasSizeLessThan(RemoteDocuments.MOST_SWAGGER);
        assertThatThrownBy(() -> RemoteDocuments.swagger(API, "", broken))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("more than 4194304 bytes");
    }

    private void serve(int number) {
        served.put(new APIService(Yaml.decodeMap("""
                metadata: {name: v%d.wardle.example.com}
                spec:
                  group: wardle.example.com
                  version: v%d
                  groupPriorityMinimum: 2000
                  versionPriority: 200
                  service: {namespace: team, name: api}
                """.formatted(number, number))));
    }

    private int tell(int number, int size) {
        String name = "v" + number + ".wardle.example.com";
        RemoteSwagger told = new RemoteSwagger("", "", MapValue.of("x", "x".repeat(size)));
        served.documents(
                name,
                Objects.requireNonNull(served.remote(name)),
                before -> before.withOpenApi(MapValue.of("path", (long) size), told));
        Documents kept = Objects.requireNonNull(served.remote(name)).documents();
        assertThat(kept.openApi().integer("path", 0)).isEqualTo(size);
        return kept.swagger().size();
    }

    @Test
    void allDocumentsTogetherAreBounded() {
        int each = RemoteDocuments.MOST_SWAGGER - 100;
        for (int i = 1; i <= 6; i++) {
            serve(i);
        }
        for (int i = 1; i <= 4; i++) {
            assertThat(tell(i, each)).isGreaterThan(each);
        }
        assertThat(tell(5, each)).isEqualTo(RemoteSwagger.NONE.size());
        assertThat(tell(6, 100)).as("there is room for a small one").isGreaterThan(100);
        assertThat(tell(4, each - 1000)).as("a smaller one").isLessThan(each);
        assertThat(tell(6, each)).as("what it told before").isLessThan(200);

        served.remove("v1.wardle.example.com");
        assertThat(tell(5, each)).isGreaterThan(each);
    }
}
