package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Helm 4 installs, changes and removes releases of a chart; with client-side apply, as Helm 3 did. */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HelmTest {
    private static final Path CHART = TestCluster.project("e2e/src/test/charts/greeter");

    private final TestCluster cluster;
    private final String namespace;

    HelmTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("helm");
    }

    private Run tryHelm(String... arguments) {
        return cluster.helm(Arguments.in(namespace, arguments));
    }

    private Run helm(String... arguments) {
        return tryHelm(arguments).ok();
    }

    private Run install(String release, String... more) {
        return helm(withChart("install", release, more));
    }

    private Run upgrade(String release, String... more) {
        return helm(withChart("upgrade", release, more));
    }

    private static String[] withChart(String command, String release, String... more) {
        return Stream.concat(Stream.of(command, release, CHART.toString(), "--wait", "--timeout=120s"), Stream.of(more))
                .toArray(String[]::new);
    }

    private static ListValue list(Run run) {
        return (ListValue) Json.decode(run.out().getBytes(StandardCharsets.UTF_8));
    }

    /** Number, state and description of each revision of a release. */
    private List<String> history(String release) {
        List<String> revisions = new ArrayList<>();
        for (Object item : list(helm("history", release, "-o", "json"))) {
            MapValue revision = (MapValue) item;
            revisions.add(revision.integer("revision", 0) + " " + revision.string("status") + " "
                    + revision.string("description"));
        }
        return revisions;
    }

    private String field(String object, String path) {
        return cluster.kubectl("get", object, "-n", namespace, "-o", "jsonpath={" + path + "}")
                .ok()
                .text();
    }

    @Test
    void installsAndTellsWhatIsInstalled() {
        assertThat(install("shown", "--set", "replicas=2").out())
                .contains("STATUS: deployed", "REVISION: 1", "Ask http://shown/ for a greeting.");

        assertThat(field("deployment/shown", ".status.readyReplicas"))
                .as("it waited")
                .isEqualTo("2");
        MapValue listed =
                list(helm("list", "--filter", "^shown$", "-o", "json")).map(0);
        assertThat(listed.string("status")).isEqualTo("deployed");
        assertThat(listed.string("chart")).isEqualTo("greeter-1.0.0");
        assertThat(helm("status", "shown").out()).contains("STATUS: deployed", "==> v1/Deployment", "2/2");
        assertThat(helm("get", "values", "shown", "-o", "json").text()).isEqualTo("{\"replicas\":2}");
        assertThat(helm("get", "manifest", "shown").out()).contains("kind: Deployment", "replicas: 2");
        assertThat(helm("get", "notes", "shown").out()).contains("http://shown/");
        assertThat(tryHelm(withChart("install", "shown")).exits(1).err()).contains("cannot reuse a name");
    }

    @Test
    void runsTestsOfAChart() {
        install("tested", "--set", "greeting=good morning");

        Run run = helm("test", "tested", "--logs", "--timeout=120s");

        assertThat(run.out()).containsPattern("TEST SUITE: +tested-greets").containsPattern("Phase: +Succeeded");
        assertThat(run.out() + run.err()).contains("good morning");
    }

    @Test
    void upgradesAndGoesBack() {
        install("changed");
        upgrade("changed", "--set", "greeting=bye,replicas=2");
        assertThat(field("configmap/changed", ".data.greeting")).isEqualTo("bye");
        assertThat(field("deployment/changed", ".status.updatedReplicas")).isEqualTo("2");

        upgrade("changed", "--reuse-values", "--set", "replicas=1");
        assertThat(field("configmap/changed", ".data.greeting")).isEqualTo("bye");

        assertThat(helm("rollback", "changed", "1", "--wait", "--timeout=120s").out())
                .contains("Rollback was a success");
        assertThat(field("configmap/changed", ".data.greeting")).isEqualTo("hello");
        assertThat(field("deployment/changed", ".spec.replicas")).isEqualTo("1");
        assertThat(history("changed"))
                .containsExactly(
                        "1 superseded Install complete",
                        "2 superseded Upgrade complete",
                        "3 superseded Upgrade complete",
                        "4 deployed Rollback to 1");
    }

    @Test
    void goesBackByItselfWhenAnUpgradeFails() {
        install("kept");

        Run failed = tryHelm(
                        "upgrade",
                        "kept",
                        CHART.toString(),
                        "--rollback-on-failure",
                        "--timeout=10s",
                        "--set",
                        "image=registry.invalid/missing:1")
                .exits(1);

        assertThat(failed.err()).contains("has been rolled back due to rollback-on-failure being set");
        assertThat(field("deployment/kept", ".spec.template.spec.containers[0].image"))
                .isEqualTo("busybox:e2e");
        assertThat(history("kept"))
                .hasSize(3)
                .satisfies(revisions -> assertThat(revisions.get(1)).startsWith("2 failed"))
                .satisfies(revisions -> assertThat(revisions.get(2)).isEqualTo("3 deployed Rollback to 1"));
    }

    @Test
    void removesAllOfARelease() {
        install("removed");

        assertThat(helm("uninstall", "removed", "--wait", "--timeout=120s").text())
                .isEqualTo("release \"removed\" uninstalled");

        assertThat(cluster.kubectl("get", "deployment,service,configmap", "removed", "-n", namespace)
                        .exits(1)
                        .err()
                        .lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).contains("NotFound"));
        assertThat(list(helm("list", "--filter", "^removed$", "-o", "json"))).isEmpty();
        assertThat(tryHelm("status", "removed").exits(1).err()).contains("not found");
    }

    @Test
    void refusesAChartThatIsInvalid() {
        Run run =
                tryHelm(withChart("install", "invalid", "--set", "replicas=-1")).exits(1);

        assertThat(run.err()).contains("spec.replicas: Invalid value: -1: must be greater than or equal to 0");
    }
}
