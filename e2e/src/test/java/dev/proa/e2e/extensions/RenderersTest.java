package dev.proa.e2e.extensions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.e2e.Run;
import dev.proa.e2e.TestCluster;
import dev.proa.e2e.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real kubectl and Helm render the kustomization and the chart of an application. */
@Tag("extensions")
class RenderersTest {
    private static final String DEPLOYMENT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: web, image: "nginx:1"}]}
            """;

    @TempDir
    Path project;

    private String path = "";

    @BeforeEach
    void findTools() throws IOException {
        assumeTrue(Tools.missing().isEmpty(), Tools.missing());
        path = Tools.kubectl().getParent() + ":" + Tools.helm().getParent();
    }

    private void file(String name, String content) throws IOException {
        Path file = project.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private Run manifests(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                TestCluster.project("cli/target/lib") + "/*",
                "dev.proa.cli.Main",
                "manifests",
                project.toString()));
        command.addAll(List.of(arguments));
        return Run.of(command, Map.of("PATH", path + ":" + System.getenv("PATH")), "");
    }

    @Test
    void kubectlRendersAnOverlay() throws IOException {
        file("k8s/base/kustomization.yaml", "resources: [web.yaml]\n");
        file("k8s/base/web.yaml", DEPLOYMENT);
        file("k8s/overlays/test/kustomization.yaml", """
                resources: [../../base]
                namePrefix: test-
                configMapGenerator: [{name: settings, literals: [A=b], options: {disableNameSuffixHash: true}}]
                replicas: [{name: web, count: 3}]
                """);
        assertThat(manifests("--manifests", "k8s/overlays/test").ok().out())
                .contains("name: test-web", "replicas: 3", "name: test-settings", "A: b");
        file("k8s/overlays/test/kustomization.yaml", "resources: [missing.yaml]\n");
        assertThat(manifests("--manifests", "k8s/overlays/test").exits(1).err())
                .contains("cannot render the kustomization", "missing.yaml");
    }

    @Test
    void helmRendersAChartWithValues() throws IOException {
        file("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
        file("chart/values.yaml", "replicas: 1\n");
        file("more.yaml", "replicas: 4\n");
        file(
                "chart/templates/web.yaml",
                DEPLOYMENT
                        .replace("spec:\n  selector", "spec:\n  replicas: {{ .Values.replicas }}\n  selector")
                        .replace("name: web}\nspec", "name: {{ .Release.Name }}}\nspec"));
        file("chart/templates/tests/check.yaml", """
                apiVersion: v1
                kind: Pod
                metadata: {name: check, annotations: {helm.sh/hook: test}}
                spec: {containers: [{name: a, image: b}]}
                """);
        assertThat(manifests("--as", "shop").ok().out())
                .contains("name: shop", "replicas: 1")
                .doesNotContain("name: check");
        assertThat(manifests("--values", project.resolve("more.yaml").toString())
                        .ok()
                        .out())
                .contains("replicas: 4");
        assertThat(manifests("--set", "replicas=5").ok().out()).contains("replicas: 5");
        file("chart/templates/broken.yaml", "{{ .Values.a.b.c }}\n");
        assertThat(manifests().exits(1).err()).contains("helm cannot render the chart", "broken.yaml");
    }
}
