package dev.proa.cluster;

import dev.proa.delivery.pipeline.ParseOutcome;
import dev.proa.delivery.pipeline.Problem;
import dev.proa.delivery.pipeline.RepositoryFiles;
import dev.proa.delivery.pipeline.run.PipelineReader;
import java.util.List;

/** Reads GitHub workflows and {@code .gitlab-ci.yml}. */
final class WorkflowReader implements PipelineReader {
    private static final String GITLAB = ".gitlab-ci.yml";

    @Override
    public List<String> find(RepositoryFiles files) {
        return files.paths().stream()
                .filter(path -> path.matches("\\.github/workflows/[^/]+\\.ya?ml") || path.equals(GITLAB))
                .sorted()
                .toList();
    }

    @Override
    public ParseOutcome read(String path, RepositoryFiles files) {
        return new ParseOutcome.Rejected(List.of(new Problem(path, 1, 1, "no syntax of pipelines is installed")));
    }
}
