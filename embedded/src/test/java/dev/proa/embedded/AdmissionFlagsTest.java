package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.ServiceAccount;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which admission plugins are on, and what they are told, by kube-apiserver's flags. */
class AdmissionFlagsTest {
    @TempDir
    private Path directory;

    private EmbeddedApiServer start(String... flags) {
        return EmbeddedApiServer.start(
                ApiServerConfig.inMemory(Clock.system()).with(ApiServerOptions.parse(List.of(flags), directory)));
    }

    private static Pod pod(String spec) {
        return new Pod(Yaml.decodeMap("{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: default}, spec: {"
                + spec + "containers: [{name: c, image: i, imagePullPolicy: Never}]}}"));
    }

    @Test
    void pluginsAreTurnedOnAndOffAndConfigured() throws IOException {
        Files.writeString(directory.resolve("admission.yaml"), """
                apiVersion: apiserver.config.k8s.io/v1
                kind: AdmissionConfiguration
                plugins:
                - name: ResourceQuota
                  path: quota.yaml
                """);
        Files.writeString(directory.resolve("quota.yaml"), """
                apiVersion: apiserver.config.k8s.io/v1
                kind: ResourceQuotaConfiguration
                limitedResources:
                - resource: pods
                  matchScopes:
                  - {scopeName: PriorityClass, operator: In, values: [system-node-critical]}
                """);
        try (EmbeddedApiServer server = start(
                "enable-admission-plugins=AlwaysPullImages,DenyServiceExternalIPs",
                "disable-admission-plugins=DefaultTolerationSeconds",
                "admission-control-config-file=admission.yaml")) {
            server.client().resource(ServiceAccount.KIND).create(ServiceAccount.of("default", "default"));
            ResourceClient<Pod> pods = server.client().resource(Pod.KIND).in("default");
            assertThatThrownBy(() -> pods.create(pod("priorityClassName: system-node-critical, ")))
                    .hasMessage(
                            "insufficient quota to match these scopes: [{PriorityClass In [system-node-critical]}]");
            Pod made = pods.create(pod(""));
            assertThat(made.spec().containers().getFirst().imagePullPolicy()).isEqualTo("Always");
            assertThat(made.spec().tolerations()).isEmpty();
        }
    }

    @Test
    void whatDoesNotExistOrContradictsItselfIsRefused() {
        assertThatThrownBy(() -> start("enable-admission-plugins=Nothing"))
                .hasMessage("enable-admission-plugins plugin \"Nothing\" is unknown");
        assertThatThrownBy(() -> start(
                        "enable-admission-plugins=AlwaysPullImages", "disable-admission-plugins=AlwaysPullImages"))
                .hasMessage("[AlwaysPullImages] in enable-admission-plugins and disable-admission-plugins overlapped");
        assertThatThrownBy(() -> start("enable-admission-plugins=ImagePolicyWebhook"))
                .hasMessage("ImagePolicyWebhook: no config specified");
    }
}
