package dev.proa.delivery.pipeline.file;

import dev.proa.delivery.gitlab.GitlabFile;
import dev.proa.delivery.pipeline.ParseOutcome;
import dev.proa.delivery.pipeline.Problem;
import dev.proa.delivery.pipeline.RepositoryFiles;
import dev.proa.delivery.workflow.WorkflowFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the pipelines of a repository: {@code .github/workflows/*.yml}, {@code *.yaml}, and {@code .gitlab-ci.yml}. */
public final class PipelineFiles {
    private PipelineFiles() {}

    /** All files of pipelines by their paths, sorted, each read. */
    public static Map<String, ParseOutcome> read(RepositoryFiles files) {
        Map<String, ParseOutcome> outcomes = new LinkedHashMap<>();
        files.paths().stream()
                .filter(PipelineFiles::isPipeline)
                .sorted()
                .forEach(path -> outcomes.put(path, read(path, files)));
        return outcomes;
    }

    /** Whether a file is a pipeline by its path. */
    public static boolean isPipeline(String path) {
        return path.equals(GitlabFile.PATH) || path.matches("\\.github/workflows/[^/]+\\.ya?ml");
    }

    /** Reads one file of a pipeline. */
    public static ParseOutcome read(String path, RepositoryFiles files) {
        byte[] bytes = files.read(path);
        if (bytes == null) {
            return new ParseOutcome.Rejected(List.of(new Problem(path, 1, 1, "there is no such file")));
        }
        return path.equals(GitlabFile.PATH)
                ? GitlabFile.parse(path, bytes, files)
                : WorkflowFile.parse(path, bytes, files);
    }
}
