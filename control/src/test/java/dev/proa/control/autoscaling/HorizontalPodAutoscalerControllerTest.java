package dev.proa.control.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.autoscaling.v2.HorizontalPodAutoscaler;
import dev.proa.api.autoscaling.v2.HorizontalPodAutoscalerCondition;
import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.ServiceAccount;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport.Request;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The controller with an API server, and a metrics server behind it. */
class HorizontalPodAutoscalerControllerTest {
    private static final Kind<AnyObject> DEPLOYMENT = Kind.any("apps", "v1", "Deployment", "deployments", true);

    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<HorizontalPodAutoscaler> autoscalers =
            cluster.client.resource(HorizontalPodAutoscaler.KIND).in("team");
    private @Nullable MetricsServer metrics;

    HorizontalPodAutoscalerControllerTest() throws InterruptedException {
        cluster.namespace("team");
        cluster.client.resource(ServiceAccount.KIND).create(ServiceAccount.of("team", "default")); // which pods have
        AutoscalerConfig config = new AutoscalerConfig(
                Duration.ofMillis(50),
                Duration.ofMinutes(5),
                0.1,
                Duration.ofMinutes(5),
                Duration.ofSeconds(30),
                false);
        cluster.start(context -> new HorizontalPodAutoscalerController(context, config));
    }

    @AfterEach
    void close() {
        cluster.close();
        if (metrics != null) {
            metrics.close();
        }
    }

    /** @param groups each as {@code group/version} */
    private MetricsServer metrics(String... groups) throws Exception {
        metrics = new MetricsServer(cluster.client, groups);
        for (String group : groups) {
            Await.until(group + " is served", () -> {
                try {
                    return !get("/apis/" + group).isEmpty();
                } catch (StatusException e) {
                    return false;
                }
            });
        }
        return metrics;
    }

    private MapValue get(String path) {
        return cluster.client.transport().call(new Request("get", path, Map.of(), null, null));
    }

    /** A workload of some kind with ready pods, each of which requests a tenth of a processor. */
    private void workload(Kind<AnyObject> kind, String name, int replicas) {
        cluster.client.resource(kind).in("team").create(kind.of(Yaml.decodeMap("""
                apiVersion: %s
                kind: %s
                metadata: {name: %s, namespace: team}
                spec:
                  replicas: %d
                  selector: %s
                  template:
                    metadata: {labels: {app: %s}}
                    spec: {containers: [{name: main, image: any}]}
                """.formatted(
                        kind.apiVersion(),
                        kind.kind(),
                        name,
                        replicas,
                        kind.group().isEmpty() ? "{app: " + name + "}" : "{matchLabels: {app: " + name + "}}",
                        name))));
        pods(name, replicas);
    }

    private void pods(String app, int count) {
        for (int i = 0; i < count; i++) {
            cluster.createPod(new Pod(Yaml.decodeMap("""
                    metadata: {name: %s-%d, namespace: team, labels: {app: %s}}
                    spec: {containers: [{name: main, image: any, resources: {requests: {cpu: 100m, memory: 10Mi}}}]}
                    status:
                      phase: Running
                      startTime: "2020-01-01T00:00:00Z"
                      conditions: [{type: Ready, status: "True", lastTransitionTime: "2020-01-01T00:00:00Z"}]
                    """.formatted(app, i, app))));
        }
    }

    private void autoscaler(String name, Kind<?> kind, String target, String rest) {
        autoscalers.create(new HorizontalPodAutoscaler(
                Yaml.decodeMap("""
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata: {name: %s, namespace: team}
                spec:
                  scaleTargetRef: {apiVersion: %s, kind: %s, name: %s}
                  maxReplicas: 10
                %s
                """.formatted(name, kind.apiVersion(), kind.kind(), target, rest.indent(2)))));
    }

    private long replicas(Kind<AnyObject> kind, String name) {
        MapValue scale = cluster.client.resource(kind).in("team").subresource("get", name, "scale", null);
        return scale.map("spec").integer("replicas", 0);
    }

    private void awaitReplicas(Kind<AnyObject> kind, String name, long count) throws InterruptedException {
        Await.until(name + " has " + count + " replicas", () -> replicas(kind, name), found -> found == count);
    }

    private HorizontalPodAutoscalerCondition awaitCondition(String name, String type, String reason)
            throws InterruptedException {
        return Await.until(
                "the condition " + reason + " of " + name,
                () -> condition(name, type),
                found -> found.reason().equals(reason));
    }

    private HorizontalPodAutoscalerCondition condition(String name, String type) {
        return autoscalers.get(name).status().conditions().stream()
                .filter(condition -> condition.type().equals(type))
                .findFirst()
                .orElse(HorizontalPodAutoscalerCondition.EMPTY);
    }

    private void awaitEvent(String reason, String message) throws InterruptedException {
        Await.until(reason + ": " + message, () -> cluster.events(reason), found -> found.contains(message));
    }

    @Test
    void followsTheUseOfProcessorsUpAndDown() throws Exception {
        MetricsServer server = metrics("metrics.k8s.io/v1beta1");
        workload(DEPLOYMENT, "web", 2);
        server.pods("team", List.of("web-0", "web-1"), "150m", "20Mi");
        autoscaler("web", DEPLOYMENT, "web", """
                metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
                behavior: {scaleDown: {stabilizationWindowSeconds: 0}}
                """);

        awaitReplicas(DEPLOYMENT, "web", 6); // 150 % of 50 %, of 2
        awaitEvent(
                "SuccessfulRescale",
                "New size: 6; reason: cpu resource utilization (percentage of request) above target");
        // The event comes before the status.
        HorizontalPodAutoscaler autoscaler = Await.until(
                "the status tells of it",
                () -> autoscalers.get("web"),
                found -> found.status().lastScaleTime() != null);
        assertThat(autoscaler.status().currentMetrics().getFirst().value()).isEqualTo(Yaml.decodeMap("""
                type: Resource
                resource: {name: cpu, current: {averageUtilization: 150, averageValue: 150m}}
                """));
        assertThat(server.asked()).contains("/apis/metrics.k8s.io/v1beta1/namespaces/team/pods?labelSelector=app=web");

        server.pods("team", List.of("web-0", "web-1"), "little", "20Mi");
        assertThat(awaitCondition("web", "ScalingActive", "FailedGetResourceMetric")
                        .message())
                .contains("unable to fetch metrics from resource metrics API: quantities must match the regular"
                        + " expression");
        assertThat(replicas(DEPLOYMENT, "web")).isEqualTo(6);

        server.pods("team", List.of("web-0", "web-1"), "10m", "20Mi");
        awaitReplicas(DEPLOYMENT, "web", 1);
        awaitEvent("SuccessfulRescale", "New size: 1; reason: All metrics below target");
        awaitCondition("web", "ScalingLimited", "DesiredWithinRange");
        assertThat(condition("web", "ScalingActive").message())
                .isEqualTo("the HPA was able to successfully calculate a replica count from cpu resource utilization"
                        + " (percentage of request)");
        assertThat(metric("reconciliations", Map.of("action", "scale_up", "error", "none")))
                .isEqualTo(1);
        assertThat(metric("metric_computation", Map.of("action", "scale_down", "metric_type", "Resource")))
                .isGreaterThan(0);
        assertThat(metric("desired_replicas", Map.of("namespace", "team", "hpa_name", "web")))
                .isEqualTo(1);
        assertThat(metric("num_horizontal_pod_autoscalers", Map.of())).isEqualTo(1);
    }

    @Test
    void writesNothingWhileNothingChanges() throws Exception {
        MetricsServer server = metrics("metrics.k8s.io/v1beta1");
        workload(DEPLOYMENT, "web", 2);
        server.pods("team", List.of("web-0", "web-1"), "50m", "20Mi");
        autoscaler("web", DEPLOYMENT, "web", """
                metrics:
                - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}
                - {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 20Mi}}}
                """);
        awaitCondition("web", "ScalingLimited", "DesiredWithinRange");
        String version = autoscalers.get("web").resourceVersion();
        int looks = server.asked().size();
        Await.until("it was looked at again and again", () -> server.asked().size() > looks + 10);
        assertThat(autoscalers.get("web").resourceVersion()).isEqualTo(version);
        assertThat(autoscalers.get("web").status().currentMetrics().get(1).value())
                .isEqualTo(Yaml.decodeMap("""
                {type: Resource, resource: {name: memory, current: {averageValue: 20Mi}}}
                """));
    }

    @Test
    void followsCustomAndExternalMetrics() throws Exception {
        MetricsServer server = metrics("custom.metrics.k8s.io/v1beta2", "external.metrics.k8s.io/v1beta1");
        workload(DEPLOYMENT, "web", 1);
        server.custom("team", "pods/*/hits", Map.of("web-0", "30"));
        server.custom("team", "ingresses.networking.k8s.io/main/latency", Map.of("main", "40m"));
        server.custom("team", "metrics/load", Map.of("team", "2"));
        server.external("team", "queue", List.of("30", "10"));
        autoscaler("web", DEPLOYMENT, "web", """
                metrics:
                - {type: Pods, pods: {metric: {name: hits, selector: {matchLabels: {zone: a}}}, target: {type: AverageValue, averageValue: 10}}}
                - type: Object
                  object:
                    metric: {name: latency}
                    describedObject: {apiVersion: networking.k8s.io/v1, kind: Ingress, name: main}
                    target: {type: Value, value: 20m}
                - {type: Object, object: {metric: {name: load}, describedObject: {apiVersion: v1, kind: Namespace, name: other}, target: {type: AverageValue, averageValue: 1}}}
                - {type: External, external: {metric: {name: queue, selector: {matchLabels: {b: c}}}, target: {type: AverageValue, averageValue: 10}}}
                """);

        awaitReplicas(DEPLOYMENT, "web", 4); // 40 in the queue, 10 for each
        awaitEvent(
                "SuccessfulRescale",
                "New size: 4; reason: external metric queue(&LabelSelector{MatchLabels:map[string]string{b: c,},"
                        + "MatchExpressions:[]LabelSelectorRequirement{},}) above target");
        assertThat(server.asked())
                .contains(
                        "/apis/custom.metrics.k8s.io/v1beta2/namespaces/team/pods/*/hits?labelSelector=app=web"
                                + "&metricLabelSelector=zone=a",
                        "/apis/custom.metrics.k8s.io/v1beta2/namespaces/team/ingresses.networking.k8s.io/main/latency",
                        "/apis/custom.metrics.k8s.io/v1beta2/namespaces/team/metrics/load",
                        "/apis/external.metrics.k8s.io/v1beta1/namespaces/team/queue?labelSelector=b=c");
    }

    @Test
    void leavesWorkloadsAloneThatAreOff() throws Exception {
        workload(DEPLOYMENT, "web", 0);
        autoscaler("web", DEPLOYMENT, "web", "");
        assertThat(awaitCondition("web", "ScalingActive", "ScalingDisabled").message())
                .isEqualTo("scaling is disabled since the replica count of the target is zero");
        assertThat(replicas(DEPLOYMENT, "web")).isZero();
    }

    @Test
    void scalesWhateverHasScales() throws Exception {
        cluster.client
                .resource(CustomResourceDefinition.KIND)
                .create(new CustomResourceDefinition(Yaml.decodeMap("""
                metadata: {name: farms.example.com}
                spec:
                  group: example.com
                  scope: Namespaced
                  names: {plural: farms, singular: farm, kind: Farm, listKind: FarmList}
                  versions:
                  - name: v1
                    served: true
                    storage: true
                    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
                    subresources:
                      status: {}
                      scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas, labelSelectorPath: .status.selector}
                """)));
        Kind<AnyObject> farm = Kind.any("example.com", "v1", "Farm", "farms", true);
        Await.until("farms are served", () -> {
            try {
                return cluster.client.resource(farm).in("team").list().isEmpty();
            } catch (StatusException e) {
                return false;
            }
        });
        List<Kind<AnyObject>> kinds = List.of(
                farm,
                Kind.any("apps", "v1", "StatefulSet", "statefulsets", true),
                Kind.any("apps", "v1", "ReplicaSet", "replicasets", true),
                Kind.any("", "v1", "ReplicationController", "replicationcontrollers", true));
        for (Kind<AnyObject> kind : kinds) {
            workload(kind, kind.plural(), 2);
            autoscaler(kind.plural(), kind, kind.plural(), "minReplicas: 3");
        }
        for (Kind<AnyObject> kind : kinds) {
            awaitReplicas(kind, kind.plural(), 3);
        }
        awaitEvent("SuccessfulRescale", "New size: 3; reason: Current number of replicas below Spec.MinReplicas");
    }

    @Test
    void saysWhyItCannotScale() throws Exception {
        workload(DEPLOYMENT, "web", 2);
        autoscaler("web", DEPLOYMENT, "web", "");
        autoscaler("missing", DEPLOYMENT, "nope", "");
        autoscaler("unknown", Kind.any("apps", "v1", "Gadget", "gadgets", true), "nope", "");
        autoscaler("unscalable", Kind.any("apps", "v1", "DaemonSet", "daemonsets", true), "nope", "");
        String unserved =
                "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics"
                        + " from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)";

        assertThat(awaitCondition("web", "ScalingActive", "FailedGetResourceMetric")
                        .message())
                .isEqualTo("the HPA was unable to compute the replica count: " + unserved);
        awaitEvent("FailedGetResourceMetric", unserved);
        awaitEvent(
                "FailedComputeMetricsReplicas",
                "invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: "
                        + unserved);
        assertThat(autoscalers.get("web").status().currentMetrics().getFirst().value())
                .isEqualTo(MapValue.of("type", ""));
        assertThat(autoscalers.get("web").status().currentReplicas()).isEqualTo(2);
        String unread = "the HPA controller was unable to get the target's current scale: ";
        assertThat(awaitCondition("missing", "AbleToScale", "FailedGetScale").message())
                .isEqualTo(unread + "deployments.apps \"nope\" not found");
        assertThat(awaitCondition("unknown", "AbleToScale", "FailedGetScale").message())
                .isEqualTo(unread + "no matches for kind \"Gadget\" in group \"apps\"");
        assertThat(awaitCondition("unscalable", "AbleToScale", "FailedGetScale").message())
                .isEqualTo(unread + "the server could not find the requested resource");
        awaitEvent("FailedGetScale", "deployments.apps \"nope\" not found");
    }

    @Test
    void refusesPodsThatAnotherAutoscalerScales() throws Exception {
        workload(DEPLOYMENT, "web", 2);
        autoscaler("one", DEPLOYMENT, "web", "");
        autoscaler("two", DEPLOYMENT, "web", "");
        String text = "pods by selector app=web are controlled by multiple HPAs: [team/one team/two]";
        assertThat(awaitCondition("one", "ScalingActive", "AmbiguousSelector").message())
                .isEqualTo(text);
        awaitEvent("AmbiguousSelector", text);
        autoscalers.delete("two");
        awaitCondition("one", "ScalingActive", "FailedGetResourceMetric");
    }

    /** The sum of what a counter or gauge has where all {@code labels} are. */
    private double metric(String name, Map<String, String> labels) {
        return cluster.context.metrics().scrape(("horizontal_pod_autoscaler_controller_" + name)::equals).stream()
                .<DataPointSnapshot>flatMap(snapshot -> snapshot.getDataPoints().stream())
                .filter(point -> labels.entrySet().stream()
                        .allMatch(label ->
                                label.getValue().equals(point.getLabels().get(label.getKey()))))
                .mapToDouble(point -> switch (point) {
                    case CounterSnapshot.CounterDataPointSnapshot counter -> counter.getValue();
                    case GaugeSnapshot.GaugeDataPointSnapshot gauge -> gauge.getValue();
                    default -> throw new AssertionError(point);
                })
                .sum();
    }
}
