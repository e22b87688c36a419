package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.client.Transport.Request;
import dev.proa.client.clock.Clock;
import dev.proa.server.auth.UserInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of {@code --admission-control-config-file}. */
class AdmissionConfigurationTest {
    @TempDir
    private Path directory;

    private ApiServerConfig config(String podSecurity) throws IOException {
        Files.writeString(directory.resolve("pod-security.yaml"), podSecurity);
        Files.writeString(
                directory.resolve("admission.yaml"),
                "{apiVersion: apiserver.config.k8s.io/v1, kind: AdmissionConfiguration, plugins: [{name: PodSecurity, path:"
                        + " pod-security.yaml}]}");
        ApiServerOptions options =
                ApiServerOptions.parse(List.of("--admission-control-config-file=admission.yaml"), directory);
        return ApiServerConfig.inMemory(Clock.system()).with(options);
    }

    @Test
    void configuresPodSecurity() throws IOException {
        ApiServerConfig config = config(
                "{apiVersion: pod-security.admission.config.k8s.io/v1, kind: PodSecurityConfiguration, defaults: {enforce:"
                        + " baseline}, exemptions: {usernames: [trusted]}}");
        Object pod = Yaml.decodeMap("{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {hostNetwork: true,"
                + " automountServiceAccountToken: false, containers: [{name: c, image: i}]}}");
        Request request = new Request("create", "/api/v1/namespaces/default/pods", Map.of(), pod, null);

        try (EmbeddedApiServer server = EmbeddedApiServer.start(config)) {
            server.transport(UserInfo.of("jane", UserInfo.MASTERS))
                    .call(new Request(
                            "create",
                            "/api/v1/namespaces/default/serviceaccounts",
                            Map.of(),
                            Yaml.decodeMap("{metadata: {name: default}}"),
                            null));
            assertThatThrownBy(() -> server.transport(UserInfo.of("jane", UserInfo.MASTERS))
                            .call(request))
                    .hasMessage("pods \"p\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces"
                            + " (hostNetwork=true)");
            assertThat(server.transport(UserInfo.of("trusted", UserInfo.MASTERS))
                            .call(request)
                            .map("metadata")
                            .string("name"))
                    .isEqualTo("p");
        }
    }

    @Test
    void whatIsWrongKeepsTheServerFromStarting() throws IOException {
        ApiServerConfig config = config(
                "{apiVersion: pod-security.admission.config.k8s.io/v1, kind: PodSecurityConfiguration, default: {}}");

        assertThatThrownBy(() -> EmbeddedApiServer.start(config))
                .hasMessage(
                        directory.resolve("pod-security.yaml") + ": strict decoding error: unknown field \"default\"");
    }
}
