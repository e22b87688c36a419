package dev.proa.delivery.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Pod;
import dev.proa.delivery.config.AppSpec;
import dev.proa.delivery.config.SyncRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerSyncTest {
    @TempDir
    Path project;

    private final FakePods pods = new FakePods();

    static Pod pod(String name, String container) {
        return new Pod(Yaml.decodeMap("""
                metadata: {name: %s, namespace: default, uid: %s}
                status: {phase: Running, containerStatuses: [{name: web, containerID: %s, state: {running: {}}}]}
                """.formatted(name, name, container)));
    }

    private static SyncPlan plan(SyncPlan.Kind kind) {
        return new SyncPlan(
                List.of(new SyncRule("static", "/app/static")), java.util.regex.Pattern.compile(".*"), kind, "");
    }

    private void file(String name, String content) throws Exception {
        Path file = project.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    @Test
    void copiesWhatChangedAndDeletesWhatIsGone() throws Exception {
        file("static/a/x.css", "x");
        ContainerSync sync = new ContainerSync(project, pods);
        int containers = sync.copy(
                plan(SyncPlan.Kind.REPLACE),
                Set.of("static/a/x.css", "static/gone.css"),
                List.of(pod("one", "c1"), pod("two", "c2")));
        assertThat(containers).isEqualTo(2);
        assertThat(pods.files("one")).isEqualTo(Map.of("/app/static/a/x.css", "x"));
        assertThat(pods.files("two")).isEqualTo(Map.of("/app/static/a/x.css", "x"));
        assertThat(pods.commands()).contains("one: rm -rf -- /app/static/gone.css");
    }

    @Test
    void bringsAContainerThatStartsLaterUpToDate() throws Exception {
        file("static/a", "1");
        ContainerSync sync = new ContainerSync(project, pods);
        sync.copy(plan(SyncPlan.Kind.REPLACE), Set.of("static/a"), List.of(pod("one", "c1")));
        file("static/b", "2");
        sync.copy(plan(SyncPlan.Kind.REPLACE), Set.of("static/b"), List.of(pod("one", "c1")));

        sync.started(pod("one", "c1"));
        assertThat(pods.commands()).hasSize(2);
        pods.restart("one");
        sync.started(pod("one", "c2"));
        assertThat(pods.files("one")).isEqualTo(Map.of("/app/static/a", "1", "/app/static/b", "2"));

        file("static/c", "3");
        sync.copy(plan(SyncPlan.Kind.REPLACE), Set.of("static/c"), List.of(pod("one", "c2"), pod("new", "c3")));
        assertThat(pods.files("new")).as("that it was not told before").hasSize(3);

        sync.deployed();
        pods.restart("one");
        sync.started(pod("one", "c4"));
        assertThat(pods.files("one")).as("its image has all").isEmpty();
    }

    @Test
    void marksWhatIsDeletedBesideTheFilesOfASite() throws Exception {
        file("static/a", "1");
        ContainerSync sync = new ContainerSync(project, pods);
        sync.copy(plan(SyncPlan.Kind.BESIDE), Set.of("static/a", "static/gone"), List.of(pod("one", "c1")));
        assertThat(pods.files("one"))
                .isEqualTo(Map.of(
                        "/app/static/a", "1", "/app/static/a.proa-deleted", "", "/app/static/gone.proa-deleted", "1"));
        assertThat(pods.commands()).noneMatch(command -> command.contains(" rm "));
    }

    @Test
    void saysWhyItIsNotPossible() throws Exception {
        file("static/a", "1");
        pods.refuse("tar: not found");
        assertThatThrownBy(() -> new ContainerSync(project, pods)
                        .copy(plan(SyncPlan.Kind.REPLACE), Set.of("static/a"), List.of(pod("one", "c1"))))
                .isInstanceOf(ContainerSync.NotPossible.class)
                .hasMessage("files cannot be copied into one: tar: not found");
    }

    @Test
    void isPlannedByWhatTheFolderIs() throws Exception {
        file("index.html", "x");
        SyncPlan site = SyncPlan.of(AppSpec.of(project), "");
        assertThat(site.covers(Set.of("index.html", "css/a.css"))).isTrue();
        assertThat(site.covers(Set.of("index.html", "k8s/a.html"))).isFalse();
        assertThat(site.covers(Set.of("package.json"))).isFalse();
        assertThat(site.covers(Set.of(".well-known/x.html"))).isFalse();
        assertThat(site.rules().getFirst().target("css/a.css")).isEqualTo("/tmp/proa-site/css/a.css");

        Files.delete(project.resolve("index.html"));
        file("requirements.txt", "flask");
        file("static/a.css", "x");
        SyncPlan python = SyncPlan.of(AppSpec.of(project), "/app");
        assertThat(python.kind()).isEqualTo(SyncPlan.Kind.VOLUMES);
        assertThat(python.covers(Set.of("static/b.css"))).isTrue();
        assertThat(python.covers(Set.of("static/b.css", "app.py"))).isFalse();
        file("go.mod", "module x");
        file("main.go", "package main\n\nfunc main() {}\n");
        assertThat(SyncPlan.of(AppSpec.of(project), "/app").rules()).isEmpty();
    }

    @Test
    void givesVolumesThatAreFilledFromTheImage() throws Exception {
        var deployment = Yaml.decodeMap(
                "{kind: Deployment, spec: {template: {spec: {containers: [{name: web, image: 'web:1'}]}}}}");
        assertThat(SyncVolumes.into(deployment, plan(SyncPlan.Kind.REPLACE))).isEqualTo(deployment);
        assertThat(SyncVolumes.into(deployment, plan(SyncPlan.Kind.VOLUMES))
                        .map("spec")
                        .map("template")
                        .map("spec"))
                .isEqualTo(Yaml.decodeMap("""
                        initContainers:
                        - {name: proa-sync-0, image: 'web:1', command: [cp, -R, /app/static/., /proa-sync/proa-sync-0],
                           volumeMounts: [{name: proa-sync-0, mountPath: /proa-sync/proa-sync-0}]}
                        containers:
                        - {name: web, image: 'web:1', volumeMounts: [{name: proa-sync-0, mountPath: /app/static}]}
                        volumes: [{name: proa-sync-0, emptyDir: {}}]
                        """));
    }
}
