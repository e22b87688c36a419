package dev.proa.delivery.pipeline.run;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.client.ListOptions;
import dev.proa.delivery.git.RepositoryName;
import dev.proa.delivery.pipeline.Available;
import dev.proa.delivery.pipeline.ParseOutcome;
import dev.proa.delivery.pipeline.Pipeline;
import dev.proa.delivery.pipeline.Problem;
import dev.proa.delivery.pipeline.RepositoryFiles;
import dev.proa.delivery.pipeline.TriggerDecision;
import dev.proa.delivery.pipeline.TriggerEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;

/** Starts runs: finds the pipelines of a commit, asks each whether an event starts it, and makes the objects. Thread-safe. */
public final class RunStarter {
    private static final int ATTEMPTS = 20;

    private final RunContext context;

    public RunStarter(RunContext context) {
        this.context = context;
    }

    /** What an event led to for one pipeline. */
    public sealed interface Started {
        /** The path of the pipeline's file. */
        String path();

        /** A run was started. */
        record Run(String path, String pipeline, AnyObject object) implements Started {}

        /** The event is none of the pipeline's. */
        record Ignored(String path, String reason) implements Started {}

        /** The pipeline cannot run; there is at least one problem. */
        record Broken(String path, List<String> problems) implements Started {
            public Broken {
                problems = List.copyOf(problems);
            }
        }
    }

    /**
     * What happened to a ref as an event.
     *
     * @param before the commit before; zero for none
     */
    public static TriggerEvent push(
            Repository repository, String defaultBranch, String ref, ObjectId before, ObjectId after, String actor)
            throws IOException {
        CommitFiles files = new CommitFiles(repository, after);
        RevCommit commit = files.commit();
        PersonIdent committer = commit.getCommitterIdent();
        return TriggerEvent.push(
                ref,
                before.name(),
                commit.name(),
                Optional.of(files.changedSince(before)),
                defaultBranch,
                actor,
                commit.getFullMessage(),
                committer == null ? "" : committer.getWhenAsInstant().toString());
    }

    /**
     * Starts what an event starts.
     *
     * @param only the path of the one pipeline that is meant; empty for all
     */
    public List<Started> start(RepositoryName name, Repository repository, TriggerEvent event, String only)
            throws IOException {
        CommitFiles files = new CommitFiles(repository, ObjectId.fromString(event.sha()));
        List<Started> started = new ArrayList<>();
        for (String path : context.reader().find(files)) {
            if (only.isEmpty() || path.equals(only) || path.endsWith("/" + only)) {
                started.add(start(name, files, event, path));
            }
        }
        return started;
    }

    private Started start(RepositoryName name, RepositoryFiles files, TriggerEvent event, String path) {
        return switch (context.reader().read(path, files)) {
            case ParseOutcome.Rejected rejected -> broken(name, event, path, path, rejected.problems());
            case ParseOutcome.Parsed parsed -> {
                Pipeline pipeline = parsed.pipeline();
                yield switch (pipeline.trigger(event)) {
                    case TriggerDecision.Ignores ignores -> new Started.Ignored(path, ignores.reason());
                    case TriggerDecision.Refuses refuses -> new Started.Broken(path, List.of(refuses.problem()));
                    case TriggerDecision.Runs runs -> {
                        List<Problem> missing = pipeline.missing(available(name.namespace()));
                        yield missing.isEmpty()
                                ? new Started.Run(path, pipeline.name(), create(name, event, path))
                                : broken(name, event, path, pipeline.name(), missing);
                    }
                };
            }
        };
    }

    private Started broken(
            RepositoryName name, TriggerEvent event, String path, String pipeline, List<Problem> problems) {
        List<String> texts = problems.stream().map(Problem::toString).toList();
        new CommitStatuses(context.client())
                .write(name.namespace(), name.name(), event.sha(), pipeline, "error", String.join("; ", texts), "");
        return new Started.Broken(path, texts);
    }

    private Available available(String namespace) {
        return new Available() {
            @Override
            public boolean action(String action, String version) {
                return BuiltInActions.has(action);
            }

            @Override
            public boolean labels(List<String> labels) {
                return new RunnerImages(context.client(), "usual")
                        .of(namespace, labels)
                        .isPresent();
            }

            @Override
            public boolean image(String image) {
                return true; // the node pulls it, or says why it cannot
            }
        };
    }

    private AnyObject create(RepositoryName name, TriggerEvent event, String path) {
        String label = JobPod.label(name.name());
        for (int i = 0; ; i++) {
            List<AnyObject> before = context.client()
                    .resource(PipelineResources.RUNS)
                    .in(name.namespace())
                    .list(ListOptions.labels(PipelineResources.REPOSITORY + "=" + label))
                    .items();
            long last = before.stream()
                    .map(run -> run.name().substring(run.name().lastIndexOf('-') + 1))
                    .filter(number -> number.matches("[0-9]{1,12}"))
                    .mapToLong(Long::parseLong)
                    .max()
                    .orElse(0);
            long number = before.stream()
                    .map(run -> run.value().map("spec"))
                    .filter(spec -> spec.string("path").equals(path))
                    .mapToLong(spec -> spec.integer("number", 0))
                    .max()
                    .orElse(0);
            try {
                return context.client()
                        .resource(PipelineResources.RUNS)
                        .create(object(name, event, path, last + 1 + i, number + 1));
            } catch (StatusException e) {
                if (e.code() != 409 || i == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static AnyObject object(RepositoryName name, TriggerEvent event, String path, long serial, long number) {
        MapValue spec = MapValue.builder()
                .put("repository", name.name())
                .put("commit", event.sha())
                .put("path", path)
                .put("number", number)
                .put(
                        "event",
                        MapValue.of(
                                "name", event.kind().word(),
                                "ref", event.ref(),
                                "actor", event.actor(),
                                "inputs", strings(event.inputs()),
                                "trigger", event.toValue()))
                .build();
        return new AnyObject(PipelineResources.RUNS
                .of(name.namespace(), name.name() + "-" + serial)
                .value()
                .withMap(
                        "metadata",
                        metadata -> metadata.with(
                                "labels",
                                MapValue.of(
                                        PipelineResources.REPOSITORY, JobPod.label(name.name()),
                                        PipelineResources.COMMIT, event.sha())))
                .with("spec", spec));
    }

    private static MapValue strings(Map<String, String> map) {
        MapValue.Builder value = MapValue.builder();
        map.forEach(value::put);
        return value.build();
    }
}
