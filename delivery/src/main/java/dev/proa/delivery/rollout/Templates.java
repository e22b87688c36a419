package dev.proa.delivery.rollout;

import dev.proa.client.Client;
import dev.proa.delivery.argo.AnalysisTemplate;
import dev.proa.delivery.argo.AnalysisTemplateRef;
import dev.proa.delivery.argo.AnalysisTemplateSpec;
import dev.proa.delivery.argo.BlueGreenStrategy;
import dev.proa.delivery.argo.CanaryStrategy;
import dev.proa.delivery.argo.ClusterAnalysisTemplate;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.argo.RolloutAnalysis;
import dev.proa.delivery.argo.RolloutAnalysisBackground;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the analysis templates that a Rollout names, and those that these name in turn. */
final class Templates {
    private Templates() {}

    /** Those that are there, by {@link Situation#templateKey}. */
    static Map<String, AnalysisTemplateSpec> of(Client client, Rollout rollout) {
        Map<String, AnalysisTemplateSpec> found = new HashMap<>();
        analyses(rollout).forEach(analysis -> read(client, rollout.namespace(), analysis.templates(), found));
        return found;
    }

    private static void read(
            Client client, String namespace, List<AnalysisTemplateRef> refs, Map<String, AnalysisTemplateSpec> found) {
        for (AnalysisTemplateRef ref : refs) {
            String key = Situation.templateKey(ref.templateName(), ref.clusterScope());
            if (found.containsKey(key)) {
                continue;
            }
            AnalysisTemplateSpec spec = find(client, namespace, ref);
            if (spec != null) {
                found.put(key, spec);
                read(client, namespace, spec.templates(), found);
            }
        }
    }

    private static @Nullable AnalysisTemplateSpec find(Client client, String namespace, AnalysisTemplateRef ref) {
        if (ref.clusterScope()) {
            ClusterAnalysisTemplate template =
                    client.resource(ClusterAnalysisTemplate.KIND).find(ref.templateName());
            return template == null ? null : template.spec();
        }
        AnalysisTemplate template =
                client.resource(AnalysisTemplate.KIND).in(namespace).find(ref.templateName());
        return template == null ? null : template.spec();
    }

    /**
     * The templates that {@code refs} name and those that these name in turn, each once.
     *
     * @throws IllegalArgumentException when one is missing; the message says which
     */
    static List<AnalysisTemplateSpec> named(
            List<AnalysisTemplateRef> refs, Map<String, AnalysisTemplateSpec> templates) {
        Map<String, AnalysisTemplateSpec> found = new LinkedHashMap<>();
        collect(refs, templates, found);
        return List.copyOf(found.values());
    }

    private static void collect(
            List<AnalysisTemplateRef> refs,
            Map<String, AnalysisTemplateSpec> templates,
            Map<String, AnalysisTemplateSpec> found) {
        for (AnalysisTemplateRef ref : refs) {
            String key = Situation.templateKey(ref.templateName(), ref.clusterScope());
            AnalysisTemplateSpec template = templates.get(key);
            if (template == null) {
                String kind = ref.clusterScope() ? "ClusterAnalysisTemplate" : "AnalysisTemplate";
                throw new IllegalArgumentException(kind + " '" + ref.templateName() + "' not found");
            }
            if (found.putIfAbsent(key, template) == null) {
                collect(template.templates(), templates, found);
            }
        }
    }

    /** All analyses of a Rollout but those of experiments, which the controller of experiments runs. */
    static List<RolloutAnalysis> analyses(Rollout rollout) {
        List<RolloutAnalysis> analyses = new ArrayList<>();
        BlueGreenStrategy blueGreen = rollout.spec().strategy().blueGreen();
        CanaryStrategy canary = rollout.spec().strategy().canary();
        if (blueGreen != null) {
            add(analyses, blueGreen.prePromotionAnalysis());
            add(analyses, blueGreen.postPromotionAnalysis());
        }
        if (canary != null) {
            canary.steps().forEach(step -> add(analyses, step.analysis()));
            RolloutAnalysisBackground background = canary.analysis();
            add(analyses, background == null ? null : background.analysis());
        }
        return analyses;
    }

    private static void add(List<RolloutAnalysis> analyses, @Nullable RolloutAnalysis analysis) {
        if (analysis != null) {
            analyses.add(analysis);
        }
    }
}
