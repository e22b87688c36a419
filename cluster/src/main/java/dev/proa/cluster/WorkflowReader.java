package dev.proa.cluster;

import dev.proa.delivery.pipeline.ParseOutcome;
import dev.proa.delivery.pipeline.RepositoryFiles;
import dev.proa.delivery.pipeline.file.PipelineFiles;
import dev.proa.delivery.pipeline.run.PipelineReader;
import java.util.List;

/** Reads GitHub workflows and {@code .gitlab-ci.yml}. */
final class WorkflowReader implements PipelineReader {
    @Override
    public List<String> find(RepositoryFiles files) {
        return files.paths().stream().filter(PipelineFiles::isPipeline).sorted().toList();
    }

    @Override
    public ParseOutcome read(String path, RepositoryFiles files) {
        return PipelineFiles.read(path, files);
    }
}
