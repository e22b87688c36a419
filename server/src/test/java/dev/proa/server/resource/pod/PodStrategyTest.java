package dev.proa.server.resource.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.server.resource.Strategies;
import dev.proa.server.resource.network.ServiceRanges;
import dev.proa.server.strategy.RequestContext;
import dev.proa.server.strategy.Strategy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PodStrategyTest {
    private static final RequestContext CONTEXT =
            new RequestContext("admin", "", List.of(), Map.of(), Instant.parse("2026-01-01T00:00:00Z"));

    private final Strategy pods = new Strategies(new ServiceRanges("10.96.0.0/16")).of("", "v1", "pods", true);

    private static MapValue pod(String spec) {
        return Json.decodeMap(
                "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web\",\"namespace\":\"default\"},\"spec\":"
                        + spec + "}");
    }

    private MapValue created(String spec) {
        return pods.prepareForCreate(pods.defaulted(pod(spec)), CONTEXT);
    }

    @Test
    void endsGracefullyOnlyWhereSomebodyRunsIt() {
        MapValue pending = created("{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}");
        MapValue bound = pending.withMap("spec", spec -> spec.with("nodeName", "node"));
        MapValue done = bound.withMap("status", status -> status.with("phase", "Succeeded"));
        assertThat(pods.gracePeriod(pending, 60L)).isEqualTo(OptionalLong.of(0));
        assertThat(pods.gracePeriod(done, 60L)).isEqualTo(OptionalLong.of(0));
        assertThat(pods.gracePeriod(bound, null)).isEqualTo(OptionalLong.of(30));
        assertThat(pods.gracePeriod(bound, 5L)).isEqualTo(OptionalLong.of(5));
        assertThat(pods.gracePeriod(bound, -1L)).isEqualTo(OptionalLong.of(1));
    }

    @Test
    void defaultsOnlyOnce() {
        MapValue once =
                pods.defaulted(pod("{\"hostNetwork\":true,\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"ports\":"
                        + "[{\"containerPort\":80}],\"resources\":{\"limits\":{\"memory\":\"1024Mi\"}}}]}"));
        assertThat(pods.defaulted(once)).isEqualTo(once);
        assertThat(Json.toString(once.map("spec").list("containers").map(0).get("resources")))
                .isEqualTo("{\"limits\":{\"memory\":\"1Gi\"},\"requests\":{\"memory\":\"1Gi\"}}");
        assertThat(once.map("spec")
                        .list("containers")
                        .map(0)
                        .list("ports")
                        .map(0)
                        .get("hostPort"))
                .isEqualTo(80L);
    }

    @Test
    void keepsWhatAStatusUpdateMayNotChange() {
        MapValue old = created("{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}");
        MapValue updated = old.withMap("spec", spec -> spec.with("nodeName", "elsewhere"))
                .with("status", MapValue.of("phase", "Running"));
        MapValue result = pods.prepareForUpdate("status", updated, old);
        assertThat(result.get("spec")).isEqualTo(old.get("spec"));
        assertThat(result.map("status").string("phase")).isEqualTo("Running");
        assertThat(result.map("status").string("qosClass")).isEqualTo("BestEffort");
        assertThat(result.map("metadata").get("generation")).isEqualTo(1L);
    }

    @Test
    void raisesTheGenerationWithTheDesiredStateOnly() {
        MapValue old = pods.prepareForUpdate(
                "",
                created("{\"containers\":[{\"name\":\"c\",\"image\":\"i:1\"}]}"),
                created("{\"containers\":[{\"name\":\"c\",\"image\":\"i:1\"}]}"));
        MapValue labelled = old.withMap("metadata", meta -> meta.with("labels", MapValue.of("a", "b")));
        MapValue image = Json.decodeMap(Json.toString(old).replace("i:1", "i:2"));
        long generation = old.map("metadata").integer("generation", 0);
        assertThat(pods.prepareForUpdate("", labelled, old).map("metadata").get("generation"))
                .isEqualTo(generation);
        MapValue changed = pods.prepareForUpdate("", image, old);
        assertThat(changed.map("metadata").get("generation")).isEqualTo(generation + 1);
        assertThat(pods.validateUpdate("", changed, old)).isEmpty();
    }

    @Test
    void bindsToANode() {
        MapValue bound = PodBinding.bind(
                created("{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}"),
                Json.decodeMap("{\"metadata\":{\"labels\":{\"zone\":\"a\"}},\"target\":{\"name\":\"node\"}}"),
                "2026-01-01T00:00:00Z");
        assertThat(pods.fieldValue(bound, "spec.nodeName")).isEqualTo("node");
        assertThat(pods.fieldValue(bound, "spec.hostNetwork")).isEqualTo("false");
        assertThat(bound.map("metadata").map("labels").string("zone")).isEqualTo("a");
        assertThat(bound.map("status").list("conditions").map(0).string("type")).isEqualTo("PodScheduled");
    }

    @Test
    void warnsOfVariablesThatHideEachOther() {
        MapValue pod =
                pod("{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"env\":[{\"name\":\"A\"},{\"name\":\"A\"}]}]}");
        assertThat(pods.warnings(pod, null))
                .containsExactly(
                        "spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply");
    }

    @Test
    void addsLabelKeysToSelectors() {
        String affinity = """
                {'podAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[
                   {'topologyKey':'zone','labelSelector':{'matchLabels':{'app':'web'}},'matchLabelKeys':['a','none']},
                   {'topologyKey':'zone'}]},
                 'podAntiAffinity':{'preferredDuringSchedulingIgnoredDuringExecution':[{'weight':1,'podAffinityTerm':
                   {'topologyKey':'zone','labelSelector':{'matchExpressions':[{'key':'b','operator':'Exists'}]},
                    'matchLabelKeys':['a'],'mismatchLabelKeys':['b']}}]}}""".replace('\'', '"');
        String spread = """
                [{'maxSkew':1,'topologyKey':'zone','whenUnsatisfiable':'DoNotSchedule','labelSelector':{},'matchLabelKeys':['b']}]""".replace('\'', '"');
        MapValue pod = pod("{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}],\"affinity\":" + affinity
                        + ",\"topologySpreadConstraints\":" + spread + "}")
                .withMap("metadata", meta -> meta.with("labels", MapValue.of("a", "1", "b", "2")));
        MapValue spec = pods.prepareForCreate(pods.defaulted(pod), CONTEXT).map("spec");

        MapValue affinities = spec.map("affinity");
        assertThat(affinities.map("podAffinity").list("requiredDuringSchedulingIgnoredDuringExecution"))
                .extracting(term -> Json.toString(((MapValue) term).get("labelSelector")))
                .containsExactly(
                        "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\",\"values\":[\"1\"]}],"
                                + "\"matchLabels\":{\"app\":\"web\"}}",
                        "null");
        assertThat(Json.toString(affinities
                        .map("podAntiAffinity")
                        .list("preferredDuringSchedulingIgnoredDuringExecution")
                        .map(0)
                        .map("podAffinityTerm")
                        .get("labelSelector")))
                .isEqualTo("{\"matchExpressions\":[{\"key\":\"b\",\"operator\":\"Exists\"},"
                        + "{\"key\":\"a\",\"operator\":\"In\",\"values\":[\"1\"]},"
                        + "{\"key\":\"b\",\"operator\":\"NotIn\",\"values\":[\"2\"]}]}");
        assertThat(Json.toString(spec.list("topologySpreadConstraints").map(0).get("labelSelector")))
                .isEqualTo("{\"matchExpressions\":[{\"key\":\"b\",\"operator\":\"In\",\"values\":[\"2\"]}]}");
    }
}
