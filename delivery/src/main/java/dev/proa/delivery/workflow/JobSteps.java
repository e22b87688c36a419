package dev.proa.delivery.workflow;

import dev.proa.delivery.pipeline.Conclusion;
import dev.proa.delivery.pipeline.JobView.StepView;
import dev.proa.delivery.pipeline.NextStep;
import dev.proa.delivery.pipeline.RunEvent;
import dev.proa.delivery.pipeline.Step;
import dev.proa.delivery.workflow.JobRun.Frame;
import dev.proa.delivery.workflow.Workflow.StepSpec;
import dev.proa.delivery.workflow.expression.Expression;
import dev.proa.delivery.workflow.expression.ExpressionException;
import dev.proa.delivery.workflow.expression.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Works through the steps of one job: finds the next to run, and takes in what steps have told. */
final class JobSteps {
    private final JobRun job;
    private final StepResolver resolver;

    /** @param scope of the job: its contexts without {@code steps}, {@code env} and what else changes from step to step */
    JobSteps(JobRun job, JobScope scope, StepResolver.Actions actions) {
        this.job = job;
        this.resolver = new StepResolver(job, scope, actions);
    }

    /** Begins with the first step. */
    void begin() {
        job.frames.push(new Frame(job.spec.steps(), "", null, job.invocation.inputs(), Map.of()));
        advance();
    }

    /** Goes on to what is next. */
    void advance() {
        job.next = new NextStep.None();
        while (job.next instanceof NextStep.None) {
            Frame frame = job.frames.peek();
            if (frame == null) {
                post();
            } else if (frame.index == frame.specs.size()) {
                leave(frame);
            } else {
                step(frame, frame.specs.get(frame.index));
            }
        }
    }

    private void step(Frame frame, StepSpec spec) {
        String id = frame.prefix + (frame.index + 1);
        String name = spec.name().map(template -> template.text()).orElse("");
        try {
            JobScope scope = resolver.scope(frame, spec);
            boolean holds = spec.condition()
                    .map(condition -> condition.holds(scope))
                    .orElseGet(() -> scope.status(Expression.Function.SUCCESS));
            if (!holds) {
                name = spec.name().isPresent() ? name : resolver.title(spec, scope);
                record(frame, spec, id, name, Conclusion.SKIPPED, Conclusion.SKIPPED, Map.of());
                return;
            }
            name = resolver.title(spec, scope);
            Optional<Frame> inner = resolver.composite(frame, spec, scope, id);
            if (inner.isPresent()) {
                job.frames.push(inner.get());
                return;
            }
            job.next = new NextStep.Run(resolver.step(frame, spec, scope, id, name));
            job.steps.add(new StepView(id, name, true, Optional.empty(), Optional.empty()));
        } catch (StepResolver.NeedsHash needs) {
            job.next = new NextStep.HashFiles(needs.patterns());
        } catch (ExpressionException | IllegalArgumentException e) {
            failed(frame, spec, id, name.isEmpty() ? id : name, String.valueOf(e.getMessage()));
        }
    }

    private void failed(Frame frame, StepSpec spec, String id, String name, String message) {
        job.reason = "step '" + name + "': " + message;
        record(frame, spec, id, name, Conclusion.FAILURE, Conclusion.FAILURE, Map.of());
    }

    /** Leaves a composite action, whose step ends with how its steps have. */
    private void leave(Frame frame) {
        job.frames.pop();
        if (frame.action == null) {
            job.finishedResults = frame.results;
        }
        Frame outer = job.frames.peek();
        if (outer == null || frame.action == null) {
            return;
        }
        StepSpec spec = outer.specs.get(outer.index);
        String id = outer.prefix + (outer.index + 1);
        Map<String, String> outputs = new LinkedHashMap<>();
        Conclusion outcome =
                frame.failed ? Conclusion.FAILURE : job.cancelled ? Conclusion.CANCELLED : Conclusion.SUCCESS;
        try {
            JobScope scope = resolver.scope(frame, null);
            frame.action.outputs().forEach((name, value) -> outputs.put(name, Values.text(value.value(scope))));
        } catch (ExpressionException e) {
            job.reason = "outputs of " + frame.action.folder() + ": " + e.getMessage();
            outcome = Conclusion.FAILURE;
        }
        JobScope scope = resolver.scope(outer, spec);
        record(outer, spec, id, resolver.title(spec, scope), outcome, concluded(outer, spec, outcome), outputs);
    }

    private Conclusion concluded(Frame frame, StepSpec spec, Conclusion outcome) {
        boolean bad = outcome == Conclusion.FAILURE || outcome == Conclusion.TIMED_OUT;
        return bad && Values.truthy(spec.continueOnError().value(resolver.scope(frame, spec)))
                ? Conclusion.SUCCESS
                : outcome;
    }

    /** Writes down how a step has ended, and goes to the one behind it. */
    private void record(
            Frame frame,
            StepSpec spec,
            String id,
            String name,
            Conclusion outcome,
            Conclusion conclusion,
            Map<String, String> outputs) {
        job.steps.removeIf(view -> view.id().equals(id));
        job.steps.add(new StepView(id, name, false, Optional.of(outcome), Optional.of(conclusion)));
        if (conclusion == Conclusion.FAILURE || conclusion == Conclusion.TIMED_OUT) {
            frame.failed = true;
            // The failure of a step in a composite action is one of the job only when that of the whole action is.
            job.failed |= job.frames.size() == 1;
            if (job.reason.isEmpty()) {
                job.reason = "step '" + name + "' failed";
            }
        }
        if (!spec.id().isEmpty()) {
            Map<String, @Nullable Object> result = new LinkedHashMap<>();
            result.put("outputs", Values.object(outputs));
            result.put("outcome", outcome.word());
            result.put("conclusion", conclusion.word());
            frame.results.put(spec.id(), result);
        }
        frame.index++;
    }

    /** Takes in the end of the step that runs. */
    void ended(RunEvent.StepEnded event) {
        if (!(job.next instanceof NextStep.Run(Step step)) || !step.id().equals(event.step())) {
            return;
        }
        job.hashes.clear();
        job.cancelledStep = "";
        Map<String, String> outputs = new LinkedHashMap<>(event.outputs());
        Map<String, String> state = new LinkedHashMap<>(event.state());
        Conclusion outcome = event.outcome();
        String message = event.message();
        try {
            take(event.files(), outputs, state);
        } catch (IllegalArgumentException e) {
            outcome = Conclusion.FAILURE;
            message = String.valueOf(e.getMessage());
        }
        if (job.posting) {
            posted(step, outcome);
        } else {
            Frame frame = job.frames.element();
            StepSpec spec = frame.specs.get(frame.index);
            Conclusion conclusion = concluded(frame, spec, outcome);
            if (conclusion == Conclusion.FAILURE && !message.isEmpty() && job.reason.isEmpty()) {
                job.reason = "step '" + step.name() + "': " + message;
            }
            resolver.post(frame, spec, step, state).ifPresent(job.posts::add);
            record(frame, spec, step.id(), step.name(), outcome, conclusion, outputs);
        }
        advance();
    }

    private void take(Map<String, String> files, Map<String, String> outputs, Map<String, String> state) {
        files.forEach((file, content) -> {
            try {
                switch (file) {
                    case "GITHUB_OUTPUT" -> outputs.putAll(FileCommands.parse(content));
                    case "GITHUB_STATE" -> state.putAll(FileCommands.parse(content));
                    case "GITHUB_ENV" -> addEnv(FileCommands.parse(content));
                    case "GITHUB_PATH" ->
                        content.lines().filter(line -> !line.isBlank()).forEach(line -> job.addedPath.addFirst(line));
                    default -> {} // the summary is for people
                }
            } catch (IllegalArgumentException e) {
                String command = file.substring("GITHUB_".length()).toLowerCase(java.util.Locale.ROOT);
                throw new IllegalArgumentException(
                        "Unable to process file command '" + command + "' successfully. " + e.getMessage(), e);
            }
        });
    }

    private void addEnv(Map<String, String> values) {
        values.forEach((name, value) -> {
            if (name.equalsIgnoreCase("NODE_OPTIONS")) {
                throw new IllegalArgumentException(
                        "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
            }
            if (!name.startsWith("GITHUB_") && !name.startsWith("RUNNER_")) {
                job.addedEnv.put(name, value);
            }
        });
    }

    /** The next post step, the last action first; or the end of the job. */
    private void post() {
        job.posting = true;
        while (!job.posts.isEmpty()) {
            JobRun.Post post = job.posts.getLast();
            JobScope scope = resolver.jobScope();
            boolean holds;
            try {
                holds = post.condition()
                        .map(condition -> condition.holds(scope))
                        .orElse(true);
            } catch (StepResolver.NeedsHash needs) {
                job.next = new NextStep.HashFiles(needs.patterns());
                return;
            } catch (ExpressionException e) {
                holds = false;
                job.reason = "post step '" + post.name() + "': " + e.getMessage();
            }
            if (holds) {
                job.next = new NextStep.Run(new Step(
                        post.id(),
                        post.name(),
                        post.action(),
                        resolver.postEnv(post),
                        job.addedPath,
                        Optional.empty(),
                        StepResolver.RESULT_FILES));
                job.steps.add(new StepView(post.id(), post.name(), true, Optional.empty(), Optional.empty()));
                return;
            }
            job.posts.removeLast();
            job.steps.add(new StepView(
                    post.id(), post.name(), false, Optional.of(Conclusion.SKIPPED), Optional.of(Conclusion.SKIPPED)));
        }
        job.next = new NextStep.Finished(
                job.failed ? Conclusion.FAILURE : job.cancelled ? Conclusion.CANCELLED : Conclusion.SUCCESS);
    }

    private void posted(Step step, Conclusion outcome) {
        job.posts.removeLast();
        job.steps.removeIf(view -> view.id().equals(step.id()));
        job.steps.add(new StepView(step.id(), step.name(), false, Optional.of(outcome), Optional.of(outcome)));
        if (outcome == Conclusion.FAILURE || outcome == Conclusion.TIMED_OUT) {
            job.failed = true;
            job.reason = job.reason.isEmpty() ? "step '" + step.name() + "' failed" : job.reason;
        }
    }

    /** The outputs of the job; those with a secret in them are left out. */
    Map<String, String> outputs() {
        Map<String, String> outputs = new LinkedHashMap<>();
        JobScope scope = resolver.jobScope();
        List<String> hidden = new ArrayList<>(job.invocation.secrets().values());
        job.spec.outputs().forEach((name, value) -> {
            String text = Values.text(value.value(scope));
            if (hidden.stream().noneMatch(secret -> !secret.isEmpty() && text.contains(secret))) {
                outputs.put(name, text);
            }
        });
        return outputs;
    }
}
