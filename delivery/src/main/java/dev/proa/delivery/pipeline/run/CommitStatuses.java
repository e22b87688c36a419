package dev.proa.delivery.pipeline.run;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport.TransportException;
import dev.proa.delivery.git.GitResources;
import dev.proa.delivery.git.Repositories;
import dev.proa.delivery.pipeline.Conclusion;
import dev.proa.delivery.pipeline.JobView;
import dev.proa.delivery.pipeline.Masks;
import dev.proa.delivery.pipeline.RunState;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says of commits how their pipelines went.
 *
 * @param client writes commit statuses
 */
record CommitStatuses(Client client) {
    private static final Logger LOG = LoggerFactory.getLogger(CommitStatuses.class);
    private static final int MOST = 900;

    /** A run has begun. */
    void begun(AnyObject run, String pipeline) {
        write(run, pipeline, "pending", "runs as " + run.name());
    }

    /** A run has ended. What is hidden in its logs is hidden here. */
    void ended(AnyObject run, String pipeline, RunState state, Masks hiding) {
        Conclusion how = state.conclusion().orElse(Conclusion.FAILURE);
        String word = switch (how) {
            case SUCCESS, SKIPPED -> "success";
            case FAILURE, TIMED_OUT -> "failure";
            case CANCELLED -> "error";
        };
        write(run, pipeline, word, how.good() ? "passed" : hiding.hide(red(state)));
    }

    /** Which jobs made a run red, in plain words. */
    static String red(RunState state) {
        return state.jobs().stream()
                .filter(job -> job.conclusion().filter(how -> !how.good()).isPresent() && !job.allowedToFail())
                .map(CommitStatuses::red)
                .collect(Collectors.joining("; "));
    }

    private static String red(JobView job) {
        String step = job.steps().stream()
                .filter(one -> one.conclusion().filter(how -> !how.good()).isPresent())
                .map(one -> " at \"" + one.name() + "\"")
                .findFirst()
                .orElse("");
        String word = job.conclusion().map(Conclusion::word).orElse("");
        return "job " + job.name() + ": " + word + step
                + (job.reason().isEmpty() || !step.isEmpty() ? "" : " (" + job.reason() + ")");
    }

    private void write(AnyObject run, String pipeline, String state, String description) {
        MapValue spec = run.value().map("spec");
        write(
                run.namespace(),
                spec.string("repository"),
                spec.string("commit"),
                pipeline,
                state,
                description,
                run.name());
    }

    /** Writes the status of a commit in a context. */
    void write(
            String namespace,
            String repository,
            String commit,
            String context,
            String state,
            String description,
            String run) {
        String name = (repository.length() > 40 ? repository.substring(0, 40) : repository).replaceAll("[.-]+$", "")
                + "-"
                + CacheKeys.hash(repository + "\n" + commit + "\n" + context).substring(0, 16);
        MapValue spec = MapValue.builder()
                .put("repository", repository)
                .put("commit", commit)
                .put("context", context)
                .put("state", state)
                .put("description", description.substring(0, Math.min(MOST, description.length())))
                .put("run", run)
                .build();
        ResourceClient<AnyObject> statuses =
                client.resource(GitResources.COMMIT_STATUSES).in(namespace);
        try {
            if (statuses.find(name) == null) {
                statuses.create(new AnyObject(GitResources.COMMIT_STATUSES
                        .of(namespace, name)
                        .value()
                        .withMap(
                                "metadata",
                                metadata -> metadata.with("labels", MapValue.of(Repositories.COMMIT, commit)))
                        .with("spec", spec)));
            } else {
                statuses.patch(name, Patch.merge(MapValue.of("spec", spec)));
            }
        } catch (StatusException | TransportException e) {
            LOG.warn("the status of commit {} was not written: {}", commit, e.getMessage());
        }
    }
}
