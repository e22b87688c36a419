package dev.proa.delivery;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.Strategy;
import dev.proa.delivery.traffic.EntryRouterFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** The Rollout and the AnalysisTemplate that {@code proa deploy --strategy} makes of a Deployment. Pure. */
final class RolloutManifest {
    /** Fields of a Deployment's spec that a Rollout has, too. */
    private static final List<String> SHARED = List.of(
            "replicas",
            "selector",
            "template",
            "minReadySeconds",
            "revisionHistoryLimit",
            "progressDeadlineSeconds",
            "paused");

    private RolloutManifest() {}

    /**
     * The Rollout in place of a Deployment.
     *
     * @param service the one that the entry proxy enters
     */
    static MapValue of(MapValue deployment, String service, Strategy strategy) {
        MapValue metadata = deployment.map("metadata");
        MapValue spec = MapValue.EMPTY;
        for (String field : SHARED) {
            if (deployment.map("spec").has(field)) {
                spec = spec.with(field, deployment.map("spec").get(field));
            }
        }
        String name = metadata.string("name");
        return MapValue.of(
                "apiVersion",
                "argoproj.io/v1alpha1",
                "kind",
                "Rollout",
                "metadata",
                metadata,
                "spec",
                spec.with("strategy", strategy == Strategy.CANARY ? canary(name, service) : blueGreen(name)));
    }

    /**
     * A tenth, a third and two thirds of the requests, half a minute each: long enough to see a version that dies after a minute. The requests are
     * judged all the time.
     */
    private static MapValue canary(String name, String service) {
        return yaml("""
                canary:
                  stableService: %1$s-stable
                  canaryService: %1$s-canary
                  trafficRouting:
                    plugins:
                      "%3$s": {service: %2$s}
                  analysis:
                    startingStep: 1
                %4$s
                  steps:
                    - setWeight: 10
                    - pause: {duration: 30s}
                    - setWeight: 33
                    - pause: {duration: 30s}
                    - setWeight: 66
                    - pause: {duration: 30s}
                """.formatted(
                        name, service, EntryRouterFactory.TYPE, analyses(name).indent(4)));
    }

    /** The new version is judged by copies of the requests before it gets any; the old pods stay for half a minute after that. */
    private static MapValue blueGreen(String name) {
        return yaml("""
                blueGreen:
                  activeService: %1$s-stable
                  previewService: %1$s-canary
                  scaleDownDelaySeconds: 30
                  prePromotionAnalysis:
                %2$s
                """.formatted(name, analyses(name).indent(4)));
    }

    private static String analyses(String name) {
        return """
                templates: [{templateName: %s%s}]
                args:
                  - {name: new, valueFrom: {podTemplateHashValue: Latest}}
                  - {name: old, valueFrom: {podTemplateHashValue: Stable}}
                """.formatted(name, StrategyManifests.ANALYSIS);
    }

    /** Judges a new version of a Deployment by how often it fails, and how fast it answers, compared with the version before. */
    static MapValue analysis(MapValue deployment, String service) {
        MapValue metadata = deployment.map("metadata");
        MapValue made = yaml("""
                apiVersion: argoproj.io/v1alpha1
                kind: AnalysisTemplate
                metadata: {name: %1$s%2$s}
                spec:
                  args: [{name: new}, {name: old}]
                  metrics:
                    - name: requests
                      interval: 5s
                      count: 18
                      provider:
                        plugin:
                          proa: {service: "%3$s", canary: "{{args.new}}", stable: "{{args.old}}", minRequests: 0}
                """.formatted(metadata.string("name"), StrategyManifests.ANALYSIS, service));
        return made.withMap("metadata", own -> {
            MapValue all = own;
            for (String field : List.of("namespace", "labels")) {
                all = metadata.has(field) ? all.with(field, metadata.get(field)) : all;
            }
            return all;
        });
    }

    private static MapValue yaml(String text) {
        return (MapValue) Objects.requireNonNull(Yaml.decode(text.getBytes(StandardCharsets.UTF_8)));
    }
}
