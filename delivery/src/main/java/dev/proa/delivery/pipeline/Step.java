package dev.proa.delivery.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A step to run, with everything resolved.
 *
 * @param id {@link JobView.StepView#id}
 * @param name as shown
 * @param env the whole environment, the job's and the default variables included, but for those of {@code resultFiles}
 * @param path folders that go before those of the container's {@code PATH}, the first first
 * @param timeout after which it is ended as TIMED_OUT; empty for the job's
 * @param resultFiles to make empty before it and to read after it
 */
public record Step(
        String id,
        String name,
        StepAction action,
        Map<String, String> env,
        List<String> path,
        Optional<Duration> timeout,
        List<ResultFile> resultFiles) {
    public Step {
        env = Map.copyOf(env);
        path = List.copyOf(path);
        resultFiles = List.copyOf(resultFiles);
    }
}
