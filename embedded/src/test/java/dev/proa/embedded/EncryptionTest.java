package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Secret;
import dev.proa.client.clock.Clock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An API server that encrypts what it stores. */
class EncryptionTest {
    @TempDir
    Path directory;

    private ApiServerConfig config(String... flags) {
        return new ApiServerConfig(directory.resolve("server"), true, "", 0, Clock.system())
                .with(ApiServerOptions.parse(List.of(flags), directory));
    }

    @Test
    void secretsAreNotReadableOnDisk() throws IOException {
        Files.writeString(directory.resolve("encryption.yaml"), """
                apiVersion: apiserver.config.k8s.io/v1
                kind: EncryptionConfiguration
                resources:
                - resources: [secrets]
                  providers:
                  - secretbox: {keys: [{name: one, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}]}
                """);
        String[] flags = {"encryption-provider-config=encryption.yaml", "encryption-provider-config-automatic-reload"};
        try (EmbeddedApiServer server = EmbeddedApiServer.start(config(flags))) {
            server.client()
                    .resource(Secret.KIND)
                    .in("default")
                    .create(Secret.of("default", "s").withStringData(Map.of("k", "battery staple")));
            server.client()
                    .resource(ConfigMap.KIND)
                    .in("default")
                    .create(ConfigMap.of("default", "m").withData(Map.of("k", "in the clear")));
            assertThat(server.metrics().registry().scrape().stream()
                            .map(metric -> metric.getMetadata().getPrometheusName()))
                    .contains("apiserver_storage_transformation_operations");
        }
        String stored = Files.readString(directory.resolve("server/state.db"), StandardCharsets.ISO_8859_1);
        assertThat(stored)
                .contains("in the clear", "k8s:enc:secretbox:v1:one:")
                .doesNotContain("battery staple", "YmF0dGVyeSBzdGFwbGU");
        assertThatThrownBy(() -> EmbeddedApiServer.start(config()).close())
                .hasMessageContaining("secrets/default/s")
                .hasMessageContaining("there is no configuration of encryption");
        try (EmbeddedApiServer server = EmbeddedApiServer.start(config(flags))) {
            assertThat(server.client()
                            .resource(Secret.KIND)
                            .in("default")
                            .get("s")
                            .data())
                    .containsKey("k");
        }
    }

    @Test
    void reloadingNeedsAConfiguration() {
        assertThatThrownBy(() -> EmbeddedApiServer.start(config("encryption-provider-config-automatic-reload")))
                .hasMessageContaining("flag was set without");
    }
}
