package dev.proa.delivery.experiment;

import dev.proa.delivery.analysis.AnalysisException;
import dev.proa.delivery.analysis.TemplateReferences;
import dev.proa.delivery.argo.AnalysisTemplateRef;
import dev.proa.delivery.argo.ExperimentAnalysisRef;
import dev.proa.delivery.argo.MergedTemplates;
import java.util.List;

/** Looks whether the templates of an analysis are there and fit together, before it begins. */
final class TemplateCheck {
    private TemplateCheck() {}

    /** @throws AnalysisException when they are not, or do not */
    static void check(Situation situation, ExperimentAnalysisRef analysis) throws AnalysisException {
        AnalysisTemplateRef reference = new AnalysisTemplateRef(analysis.value());
        try {
            MergedTemplates.of(TemplateReferences.resolve(List.of(reference), situation.templates()));
        } catch (IllegalArgumentException e) {
            throw new AnalysisException(String.valueOf(e.getMessage()));
        }
    }
}
