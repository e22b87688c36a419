package dev.proa.control.daemonset;

import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import java.time.Instant;

/** DaemonSets, nodes and pods for tests. */
final class Samples {
    private Samples() {}

    /** @param strategy in YAML's flow style */
    static DaemonSet set(String strategy) {
        return new DaemonSet(Yaml.decodeMap("""
                {apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent, namespace: default, uid: u, generation: 1},
                 spec: {selector: {matchLabels: {app: agent}}, revisionHistoryLimit: 10, updateStrategy: %s,
                  template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: main, image: agent:1}]}}}}""".formatted(strategy)));
    }

    /** @param spec of the pod template, more than its container, in YAML's flow style */
    static DaemonSet withPodSpec(DaemonSet set, String spec) {
        return new DaemonSet(set.value()
                .withMap(
                        "spec",
                        s -> s.withMap(
                                "template",
                                template -> template.withMap("spec", pod -> {
                                    MapValue.Builder merged = pod.toBuilder();
                                    Yaml.decodeMap(spec).forEach(entry -> merged.put(entry.getKey(), entry.getValue()));
                                    return merged.build();
                                }))));
    }

    /** @param more in YAML's flow style */
    static Node node(String name, String labels, String taints) {
        return new Node(Yaml.decodeMap("{apiVersion: v1, kind: Node, metadata: {name: " + name + ", labels: " + labels
                + "}, spec: {taints: " + taints + "}}"));
    }

    static Node node(String name) {
        return node(name, "{}", "[]");
    }

    /** A pod of {@code set} on a node, with a phase, and since when it is ready, if it is. */
    static Pod pod(DaemonSet set, String name, String node, String hash, String phase, Instant readySince) {
        Pod made = DaemonPods.on(DaemonPods.prototype(set, hash), node);
        MapValue status = MapValue.of("phase", phase);
        if (readySince != null) {
            status = status.with(
                    "conditions",
                    ListValue.of(MapValue.of(
                            "type", "Ready", "status", "True", "lastTransitionTime", Times.format(readySince))));
        }
        return new Pod(made.value()
                .withMap(
                        "metadata",
                        m -> m.with("name", name)
                                .with("uid", "uid-" + name)
                                .with("creationTimestamp", "2026-01-01T00:00:00Z"))
                .with("status", status));
    }
}
