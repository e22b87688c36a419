package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.MapValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths with a slash at their end mean what they mean without, as clients behind proxies write them. */
class DiscoveryPathsTest {
    private final InProcess api = new InProcess();

    @AfterEach
    void stop() {
        api.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api", "/apis", "/api/v1", "/apis/apps", "/apis/apps/v1"})
    void discoveryTakesASlashAtTheEnd(String path) {
        ApiResponse response = api.ask(InProcess.MASTER, "get", path + "/", null, null);

        assertThat(response.status()).isEqualTo(200);
        assertThat(api.get(path + "/")).isEqualTo(api.get(path));
    }

    @Test
    void resourcesTakeASlashAtTheEnd() {
        MapValue namespace = api.get("/api/v1/namespaces/default");

        assertThat(api.get("/api/v1/namespaces/default/")).isEqualTo(namespace);
        assertThat(api.call("list", "/api/v1/namespaces/", null).list("items").isEmpty())
                .isFalse();
        api.create(
                "/api/v1/namespaces/default/pods", "{metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}");
        assertThat(api.get("/api/v1/namespaces/default/pods/p/status/").string("kind"))
                .isEqualTo("Pod");
    }

    @Test
    void whatIsNotThereStaysSo() {
        assertThat(api.ask(InProcess.MASTER, "get", "/apis/none/", null, null).status())
                .isEqualTo(404);
    }
}
