package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.delivery.config.Strategy;
import dev.proa.delivery.source.GeneratedSource;
import dev.proa.delivery.source.Kinds;
import dev.proa.delivery.source.ManifestSource;
import dev.proa.delivery.source.ManifestSource.Setting;
import dev.proa.delivery.source.SourceOptions;
import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ManifestsTest {
    private static final String MAP = "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}";

    @TempDir
    Path directory;

    private Path project;

    @BeforeEach
    void makeProject() throws IOException {
        project = Files.createDirectory(directory.resolve("project"));
    }

    private void file(String name, String content) throws IOException {
        Path file = project.resolve("k8s").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private Manifests read() {
        return read("default");
    }

    private Manifests read(String namespace) {
        ManifestSource source = ManifestSources.find(project, SourceOptions.NONE, true, GeneratedSource.USUAL);
        return Manifests.of(source, new Setting("web", namespace, 8080, false), null);
    }

    private static MapValue container(MapValue workload) {
        return workload.map("spec")
                .map("template")
                .map("spec")
                .list("containers")
                .map(0);
    }

    private static List<String> described(List<MapValue> manifests) {
        return manifests.stream().map(Kinds::describe).toList();
    }

    @Test
    void areGeneratedForAProjectWithoutAny() {
        Manifests manifests = read("team");
        assertThat(manifests.generated()).isTrue();

        List<MapValue> all = manifests.finish(Map.of("web", "web:1"), 9090, Strategy.ROLLING);

        assertThat(described(all)).containsExactly("service/web", "deployment.apps/web");
        assertThat(all)
                .allMatch(
                        manifest -> manifest.map("metadata").string("namespace").equals("team"));
        MapValue container = container(all.get(1));
        assertThat(container.string("image")).isEqualTo("web:1");
        assertThat(container.list("ports").map(0).integer("containerPort", 0)).isEqualTo(9090);
        assertThat(container.list("env").map(0).string("value")).isEqualTo("9090");
    }

    @Test
    void comeInAnOrderInWhichTheyCanBeApplied() throws Exception {
        file("z.yaml", """
                apiVersion: v1
                kind: Namespace
                metadata: {name: team}
                ---
                ---
                apiVersion: v1
                kind: List
                items:
                - {apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: team}}
                """);
        file("a/deployment.yml", """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec: {template: {spec: {containers: [{name: web, image: "web:dev"}, {name: log, image: "website:1"}]}}}
                """);
        file("service.json", "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"web\"}}");
        file("README.md", "not a manifest");

        Manifests manifests = read();
        List<MapValue> all = manifests.finish(Map.of("web", "web:abc"), 8080, Strategy.ROLLING);

        assertThat(described(all))
                .containsExactly("namespace/team", "configmap/settings", "service/web", "deployment.apps/web");
        assertThat(all.get(0).map("metadata").has("namespace")).isFalse();
        assertThat(all.get(1).map("metadata").string("namespace")).isEqualTo("team");
        assertThat(all.get(3).map("metadata").string("namespace")).isEqualTo("default");
        assertThat(container(all.get(3)).string("image")).isEqualTo("web:abc");
        assertThat(all.get(3)
                        .map("spec")
                        .map("template")
                        .map("spec")
                        .list("containers")
                        .map(1)
                        .string("image"))
                .isEqualTo("website:1");
        assertThat(manifests.uses("web")).isTrue();
        assertThat(manifests.uses("shop")).isFalse();
    }

    @Test
    void changeAPodTemplateWithTheEnvironmentItTakes() throws Exception {
        String web = """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec: {template: {metadata: {annotations: {a: b}}, spec: {containers: [{name: web, image: web,
                  envFrom: [{configMapRef: {name: settings}}]}]}}}
                """;
        file("web.yaml", web);
        file("other.yaml", web.replace("name: web}", "name: other}").replace("settings", "elsewhere"));
        file("settings.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {GREETING: hello}}");
        List<MapValue> first = read().finish(Map.of("web", "web:1"), 8080, Strategy.ROLLING);
        file("settings.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {GREETING: bye}}");
        List<MapValue> second = read().finish(Map.of("web", "web:1"), 8080, Strategy.ROLLING);

        assertThat(annotations(first.get(1)).has(EnvironmentHash.ANNOTATION)).isFalse();
        assertThat(second.get(1)).isEqualTo(first.get(1));
        assertThat(annotations(first.get(2)).string("a")).isEqualTo("b");
        assertThat(annotations(first.get(2)).string(EnvironmentHash.ANNOTATION))
                .hasSize(16)
                .isNotEqualTo(annotations(second.get(2)).string(EnvironmentHash.ANNOTATION));
    }

    private static MapValue annotations(MapValue workload) {
        return workload.map("spec").map("template").map("metadata").map("annotations");
    }

    @Test
    void sayWhichFileCannotBeUsed() throws Exception {
        unusable("a: [", "a.yaml");
        unusable("[1, 2]", "not an object");
        unusable("apiVersion: v1\nkind: Service\n", "metadata.name must be set");
        unusable(
                "{apiVersion: v1, kind: Sevice, metadata: {name: x}}", "there is no kind \"Sevice\" in version \"v1\"");
        unusable("# nothing\n", "has no manifests");
    }

    @Test
    void sayWhatIsNoManifestAndWhatToDo() throws Exception {
        unusable("apiVersion: v1\nkind: Service\nmetadata: {name: {{ .Release.Name }}}\n", "templates in braces");
        unusable("{{ if .Values.on }}\nkind: Service\n{{ end }}\n", "templates in braces");
        file("a.yaml", MAP);
        file("other/compose.yaml", "name: x");
        file("other/Chart.yaml", "name: x");
        for (String other : new String[] {"Chart.yaml", "compose.yaml"}) {
            assertThatThrownBy(() -> read())
                    .isInstanceOf(DeliveryFailure.class)
                    .hasMessageStartingWith(
                            project.resolve("k8s/other").resolve(other).toString())
                    .hasMessageContaining("--manifests k8s/other");
            Files.delete(project.resolve("k8s/other").resolve(other));
        }
    }

    @Test
    @Timeout(20)
    void areReadOfTheFolderAlone() throws Exception {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Files.writeString(outside.resolve("a.yaml"), MAP);
        file("inside.yaml", MAP);
        Files.createSymbolicLink(project.resolve("k8s/link.yaml"), Path.of("inside.yaml"));
        assertThat(read().generated()).isFalse();

        Path link = Files.createSymbolicLink(project.resolve("k8s/leak.yaml"), outside.resolve("a.yaml"));
        refused("k8s/leak.yaml", "leads out of " + project);
        Files.delete(link);

        run("mkfifo", project.resolve("k8s/pipe.yaml").toString());
        refused("k8s/pipe.yaml", "a device, a pipe or a socket");
        Files.delete(project.resolve("k8s/pipe.yaml"));

        file("huge.yaml", "#".repeat((10 << 20) + 1));
        refused("k8s/huge.yaml", "longer than 10 MiB");

        Path moved = Files.move(project.resolve("k8s"), outside.resolve("k8s"));
        Files.createSymbolicLink(project.resolve("k8s"), moved);
        refused("k8s", "leads out of " + project);
    }

    private void refused(String what, String why) {
        assertThatThrownBy(() -> read())
                .isInstanceOfAny(DeliveryFailure.class, ImageFailure.class)
                .hasMessageContaining(project.resolve(what).toString())
                .hasMessageContaining(why);
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    }

    private void unusable(String content, String why) throws IOException {
        file("a.yaml", content);
        assertThatThrownBy(() -> read())
                .isInstanceOf(DeliveryFailure.class)
                .hasMessageContaining(project.resolve("k8s").toString())
                .hasMessageContaining(why);
    }
}
