package dev.proa.delivery.pipeline.run;

import dev.proa.delivery.pipeline.ParseOutcome;
import dev.proa.delivery.pipeline.RepositoryFiles;
import java.util.List;

/** Reads the pipelines of a repository, whatever their syntax. Thread-safe. */
public interface PipelineReader {
    /** The paths of the files that are pipelines, as {@code .github/workflows/ci.yml}. */
    List<String> find(RepositoryFiles files);

    /** Reads one of them. */
    ParseOutcome read(String path, RepositoryFiles files);
}
