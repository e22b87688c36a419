package dev.proa.delivery.analysis;

import dev.proa.delivery.argo.AnalysisTemplateRef;
import dev.proa.delivery.argo.AnalysisTemplateSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Follows the references from templates of analyses to others. */
public final class TemplateReferences {
    private final Function<AnalysisTemplateRef, @Nullable AnalysisTemplateSpec> lookup;
    private final Set<String> seen = new HashSet<>();
    private final List<AnalysisTemplateSpec> namespaced = new ArrayList<>();
    private final List<AnalysisTemplateSpec> clusterScoped = new ArrayList<>();

    private TemplateReferences(Function<AnalysisTemplateRef, @Nullable AnalysisTemplateSpec> lookup) {
        this.lookup = lookup;
    }

    /**
     * All templates that {@code references} name, and those that these name: each once, those of the namespace first, as Argo Rollouts merges
     * them.
     *
     * @param lookup finds a template, or returns null
     * @throws AnalysisException when one is not there
     */
    public static List<AnalysisTemplateSpec> resolve(
            List<AnalysisTemplateRef> references, Function<AnalysisTemplateRef, @Nullable AnalysisTemplateSpec> lookup)
            throws AnalysisException {
        TemplateReferences found = new TemplateReferences(lookup);
        found.follow(references);
        List<AnalysisTemplateSpec> all = new ArrayList<>(found.namespaced);
        all.addAll(found.clusterScoped);
        return all;
    }

    private void follow(List<AnalysisTemplateRef> references) throws AnalysisException {
        for (AnalysisTemplateRef reference : references) {
            String resource = reference.clusterScope() ? "clusteranalysistemplates" : "analysistemplates";
            if (!seen.add(resource + "/" + reference.templateName())) {
                continue;
            }
            AnalysisTemplateSpec spec = lookup.apply(reference);
            if (spec == null) {
                throw new AnalysisException(resource + ".argoproj.io \"" + reference.templateName() + "\" not found");
            }
            (reference.clusterScope() ? clusterScoped : namespaced).add(spec);
            follow(spec.templates());
        }
    }
}
