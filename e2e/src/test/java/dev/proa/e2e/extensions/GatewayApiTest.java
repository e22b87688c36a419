package dev.proa.e2e.extensions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.e2e.Await;
import dev.proa.e2e.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The checks that the Gateway API's project makes of its definitions: they refuse its invalid examples, and its policy unsafe upgrades. */
@Tag("extensions")
class GatewayApiTest {
    private static final GoModule MODULE = GoModule.get("sigs.k8s.io/gateway-api@v1.6.3");

    /** What that project's tests want refusals to say. */
    private static final Pattern REFUSED =
            Pattern.compile("is invalid|missing required field|denied request|Invalid value");

    private static final String POLICY = "gateway.networking.k8s.io_vap_safeupgrades.yaml";

    /** The sets of definitions, and the folders whose examples each of them refuses. */
    enum Channel {
        STANDARD("standard", List.of("standard")),
        EXPERIMENTAL("experimental", List.of("standard", "experimental"));

        private final String folder;
        private final List<String> refused;

        Channel(String folder, List<String> refused) {
            this.folder = folder;
            this.refused = refused;
        }

        List<Path> definitions() {
            return MODULE.yaml(List.of("config/crd/" + folder)).stream()
                    .filter(file -> !file.endsWith(POLICY))
                    .toList();
        }

        List<Path> invalidExamples() {
            return MODULE.yaml(
                    refused.stream().map("hack/invalid-examples/"::concat).toList());
        }
    }

    @ParameterizedTest
    @EnumSource
    void invalidExamplesAreRefused(Channel channel, @TempDir Path home) throws IOException {
        try (LoopbackServer server = LoopbackServer.start(home)) {
            server.kubectl(with(channel.definitions(), "create")).ok();
            server.kubectl("wait", "--for", "condition=Established", "--timeout=60s", "crd", "--all")
                    .ok();
            Map<Path, String> accepted = new TreeMap<>();
            for (Path example : channel.invalidExamples()) {
                Run run = server.kubectl("apply", "-f", example.toString());
                if (run.exit() != 1 || !REFUSED.matcher(run.err()).find()) {
                    accepted.put(example, run.out() + run.err());
                }
            }
            assertThat(channel.invalidExamples()).hasSizeGreaterThan(30);
            assertThat(accepted).isEmpty();
        }
    }

    @Test
    void unsafeUpgradesAreRefused(@TempDir Path home) throws IOException {
        List<Path> standard = Channel.STANDARD.definitions();
        List<Path> experimental = Channel.EXPERIMENTAL.definitions();
        try (LoopbackServer server = LoopbackServer.start(home)) {
            server.kubectl(with(MODULE.yaml(List.of("config/crd/standard/" + POLICY)), "apply", "--server-side"))
                    .ok();
            String routes = Files.readString(standard.stream()
                    .filter(file -> file.endsWith("gateway.networking.k8s.io_httproutes.yaml"))
                    .findFirst()
                    .orElseThrow());
            String older = routes.replaceAll("(gateway\\.networking\\.k8s\\.io/bundle-version:) \\S+", "$1 v1.3.0");
            assertThat(older).isNotEqualTo(routes);
            Await.until(
                    "the policy is in force",
                    () -> server.kubectlWithInput(older, "apply", "--dry-run=server", "-f", "-"),
                    run -> run.exit() == 1 && denied(run.err()));

            server.kubectl(with(standard, "apply", "--server-side")).ok();
            List<Path> unstable = experimental.stream()
                    .filter(file -> file.getFileName().toString().contains(".k8s."))
                    .toList();
            Run refused = server.kubectl(with(unstable, "apply", "--server-side"));
            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err().lines().filter(GatewayApiTest::denied))
                    .as(refused.err())
                    .hasSameSizeAs(unstable);
            assertThat(server.kubectl("get", "crd", "-o", "yaml").ok().out())
                    .doesNotContain("gateway.networking.k8s.io/channel: experimental");
            List<Path> separate = experimental.stream()
                    .filter(file -> file.getFileName().toString().contains(".x-k8s."))
                    .toList();
            server.kubectl(with(separate, "apply", "--server-side")).ok();
            assertThat(server.kubectlWithInput(older, "apply", "-f", "-")
                            .exits(1)
                            .err())
                    .matches(GatewayApiTest::denied);
        }
    }

    private static boolean denied(String message) {
        return message.contains("ValidatingAdmissionPolicy 'safe-upgrades.gateway.networking.k8s.io' with binding"
                + " 'safe-upgrades.gateway.networking.k8s.io' denied request");
    }

    private static String[] with(List<Path> files, String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        files.forEach(file -> all.addAll(List.of("-f", file.toString())));
        return all.toArray(String[]::new);
    }
}
