package dev.proa.delivery.workflow;

import dev.proa.delivery.pipeline.Conclusion;
import dev.proa.delivery.pipeline.JobStart;
import dev.proa.delivery.pipeline.JobView;
import dev.proa.delivery.pipeline.NextStep;
import dev.proa.delivery.pipeline.RunnerFacts;
import dev.proa.delivery.pipeline.StepAction;
import dev.proa.delivery.workflow.expression.Template;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A job while its run is computed; {@link #copy} before a change, so that earlier states stay as they are. */
final class JobRun {
    final String id;
    final Invocation invocation;
    final Workflow.Job spec;
    final @Nullable Map<String, @Nullable Object> matrix;
    final int index;
    final int total;
    String name;
    JobView.Status status = JobView.Status.WAITING;
    /** Whether jobs of a called workflow stand for it. */
    boolean calling;

    boolean failFast;
    int maxParallel;
    boolean continueOnError;

    @Nullable
    Conclusion conclusion;

    String reason = "";

    @Nullable
    Instant started;

    @Nullable
    Instant ended;

    @Nullable
    JobStart start;

    @Nullable
    RunnerFacts runner;

    boolean cancelled;
    String cancelledStep = "";
    boolean failed;
    NextStep next = new NextStep.None();
    Map<String, String> outputs = new LinkedHashMap<>();
    Map<String, String> addedEnv = new LinkedHashMap<>();
    List<String> addedPath = new ArrayList<>();
    Map<List<String>, String> hashes = new HashMap<>();
    List<JobView.StepView> steps = new ArrayList<>();
    Deque<Frame> frames = new ArrayDeque<>();
    List<Post> posts = new ArrayList<>();
    boolean posting;
    /** The context {@code steps} once all of them have ended. */
    Map<String, @Nullable Object> finishedResults = new LinkedHashMap<>();

    /** Steps that are worked through: the job's, or those of a composite action. */
    static final class Frame {
        final List<Workflow.StepSpec> specs;
        final String prefix;
        final @Nullable ActionFile action;
        final Map<String, @Nullable Object> inputs;
        final Map<String, String> env;
        int index;
        boolean failed;
        /** The context {@code steps}. */
        Map<String, @Nullable Object> results = new LinkedHashMap<>();

        Frame(
                List<Workflow.StepSpec> specs,
                String prefix,
                @Nullable ActionFile action,
                Map<String, @Nullable Object> inputs,
                Map<String, String> env) {
            this.specs = specs;
            this.prefix = prefix;
            this.action = action;
            this.inputs = inputs;
            this.env = env;
        }

        Frame copy() {
            Frame copy = new Frame(specs, prefix, action, inputs, env);
            copy.index = index;
            copy.failed = failed;
            copy.results = new LinkedHashMap<>(results);
            return copy;
        }
    }

    /** The post step of an action that has run. */
    record Post(String id, String name, StepAction action, Optional<Template> condition, Map<String, String> env) {}

    JobRun(
            String id,
            String name,
            Invocation invocation,
            Workflow.Job spec,
            @Nullable Map<String, @Nullable Object> matrix,
            int index,
            int total) {
        this.id = id;
        this.name = name;
        this.invocation = invocation;
        this.spec = spec;
        this.matrix = matrix;
        this.index = index;
        this.total = total;
    }

    /** The id of the job with all its combinations. */
    String group() {
        return invocation.prefix() + spec.id();
    }

    JobRun copy() {
        JobRun copy = new JobRun(id, name, invocation, spec, matrix, index, total);
        copy.status = status;
        copy.calling = calling;
        copy.failFast = failFast;
        copy.maxParallel = maxParallel;
        copy.continueOnError = continueOnError;
        copy.conclusion = conclusion;
        copy.reason = reason;
        copy.started = started;
        copy.ended = ended;
        copy.start = start;
        copy.runner = runner;
        copy.cancelled = cancelled;
        copy.cancelledStep = cancelledStep;
        copy.failed = failed;
        copy.next = next;
        copy.outputs = new LinkedHashMap<>(outputs);
        copy.addedEnv = new LinkedHashMap<>(addedEnv);
        copy.addedPath = new ArrayList<>(addedPath);
        copy.hashes = new HashMap<>(hashes);
        copy.steps = new ArrayList<>(steps);
        frames.forEach(frame -> copy.frames.addLast(frame.copy()));
        copy.posts = new ArrayList<>(posts);
        copy.posting = posting;
        copy.finishedResults = finishedResults;
        return copy;
    }

    void end(Conclusion how, String why, @Nullable Instant at) {
        status = JobView.Status.ENDED;
        conclusion = how;
        reason = why;
        ended = at;
        next = new NextStep.None();
    }

    boolean hasEnded() {
        return status == JobView.Status.ENDED;
    }

    /** How it counts for others: one that may fail has succeeded. */
    Conclusion counted() {
        Conclusion how = conclusion == null ? Conclusion.SKIPPED : conclusion;
        return continueOnError && (how == Conclusion.FAILURE || how == Conclusion.TIMED_OUT) ? Conclusion.SUCCESS : how;
    }

    JobView view(List<String> needs) {
        return new JobView(
                id,
                name,
                needs,
                calling && !hasEnded() ? JobView.Status.RUNNING : status,
                Optional.ofNullable(conclusion),
                reason,
                continueOnError,
                1,
                Optional.ofNullable(started),
                Optional.ofNullable(ended),
                steps,
                outputs);
    }
}
