package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.value.MapValue;
import org.junit.jupiter.api.Test;

class ThreeWayMergeTest {
    private static MapValue deployment(String spec) {
        return Yamls.object("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: " + spec + "}");
    }

    private static MapValue merged(String live, String last, String wanted) {
        return ThreeWayMerge.merge(
                        deployment(live),
                        deployment(last),
                        deployment(wanted),
                        SchemaCatalog.builtin().kind("apps/v1", "Deployment"))
                .map("spec");
    }

    private static MapValue spec(String spec) {
        return deployment(spec).map("spec");
    }

    @Test
    void keepsWhatOthersHaveSet() {
        assertThat(merged("{replicas: 5, paused: true}", "{}", "{minReadySeconds: 1}"))
                .isEqualTo(spec("{replicas: 5, paused: true, minReadySeconds: 1}"));
    }

    @Test
    void takesAwayWhatTheManifestSaysNoMore() {
        assertThat(merged("{replicas: 5, paused: true}", "{paused: true}", "{}"))
                .isEqualTo(spec("{replicas: 5}"));
    }

    @Test
    void takesAwayWhatTheManifestSetsToNull() {
        assertThat(merged("{replicas: 5, paused: true}", "{}", "{paused: null}"))
                .isEqualTo(spec("{replicas: 5}"));
    }

    @Test
    void mergesContainersByNameAndTheirPortsByNumber() {
        assertThat(merged(
                        "{template: {spec: {containers: [{name: a, image: a:1, ports: [{containerPort: 80, protocol: TCP}]},"
                                + " {name: injected, image: i:1}, {name: old, image: o:1}]}}}",
                        "{template: {spec: {containers: [{name: a, image: a:1}, {name: old, image: o:1}]}}}",
                        "{template: {spec: {containers: [{name: new, image: n:1},"
                                + " {name: a, image: a:2, ports: [{containerPort: 80, name: http}]}]}}}"))
                .isEqualTo(spec("{template: {spec: {containers: [{name: new, image: n:1}, {name: a, image: a:2, ports:"
                        + " [{containerPort: 80, protocol: TCP, name: http}]}, {name: injected, image: i:1}]}}}"));
    }

    @Test
    void replacesListsThatAreOne() {
        assertThat(merged(
                        "{template: {spec: {containers: [{name: a, args: [x, y]}]}}}",
                        "{}",
                        "{template: {spec: {containers: [{name: a, args: [z]}]}}}"))
                .isEqualTo(spec("{template: {spec: {containers: [{name: a, args: [z]}]}}}"));
    }

    @Test
    void changesNothingWhenAllIsAsWanted() {
        String live = "{replicas: 2, template: {spec: {restartPolicy: Always, containers: [{name: a, image: a:1,"
                + " imagePullPolicy: IfNotPresent}]}}}";
        String manifest = "{replicas: 2, template: {spec: {containers: [{name: a, image: a:1}]}}}";
        assertThat(merged(live, manifest, manifest)).isEqualTo(spec(live));
    }
}
