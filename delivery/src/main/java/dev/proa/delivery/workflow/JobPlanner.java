package dev.proa.delivery.workflow;

import dev.proa.delivery.pipeline.Conclusion;
import dev.proa.delivery.pipeline.JobView.Status;
import dev.proa.delivery.pipeline.NextStep;
import dev.proa.delivery.pipeline.RunSetup;
import dev.proa.delivery.workflow.expression.Expression;
import dev.proa.delivery.workflow.expression.ExpressionException;
import dev.proa.delivery.workflow.expression.Values;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Decides which jobs of a run may begin, are skipped or have ended, until nothing changes any more. Works on copies of the jobs. */
final class JobPlanner {
    private static final int MOST_LEVELS = 10;

    private final RunSetup setup;
    private final WorkflowFile files;
    private final Map<String, JobRun> jobs;
    private final boolean cancelled;
    private final @Nullable Instant now;

    JobPlanner(RunSetup setup, WorkflowFile files, Map<String, JobRun> jobs, boolean cancelled, @Nullable Instant now) {
        this.setup = setup;
        this.files = files;
        this.jobs = jobs;
        this.cancelled = cancelled;
        this.now = now;
    }

    /** A job that waits for those that it needs, before its combinations are known. */
    static JobRun placeholder(Invocation invocation, Workflow.Job spec) {
        String name = spec.name()
                .filter(template -> template.constant())
                .map(template -> template.text())
                .orElse(spec.id());
        return new JobRun(invocation.prefix() + spec.id(), invocation.title() + name, invocation, spec, null, 0, 1);
    }

    /** The jobs of a group: one, or all combinations of a matrix. */
    static List<JobRun> group(Map<String, JobRun> jobs, String group) {
        return jobs.values().stream().filter(job -> job.group().equals(group)).toList();
    }

    /** How jobs have ended taken together. */
    static Conclusion together(Collection<JobRun> group) {
        Conclusion worst = Conclusion.SKIPPED;
        for (JobRun job : group) {
            Conclusion how = job.counted();
            if (how == Conclusion.FAILURE || how == Conclusion.TIMED_OUT) {
                return Conclusion.FAILURE;
            }
            if (how == Conclusion.CANCELLED || how == Conclusion.SUCCESS && worst == Conclusion.SKIPPED) {
                worst = how;
            }
        }
        return worst;
    }

    /** The scope of a workflow as a whole. */
    static JobScope scope(RunSetup setup, Invocation invocation) {
        Map<String, @Nullable Object> contexts = new LinkedHashMap<>();
        contexts.put("github", GithubContext.of(setup, invocation.workflow()));
        contexts.put("vars", Values.object(setup.variables()));
        contexts.put("inputs", invocation.inputs());
        contexts.put("secrets", Values.object(invocation.secrets()));
        contexts.put("env", Map.of());
        return JobScope.of(contexts);
    }

    void settle() {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (JobRun job : List.copyOf(jobs.values())) {
                if (job.calling && !job.hasEnded()) {
                    changed |= callEnded(job);
                } else if (job.status == Status.WAITING
                        && !job.calling
                        && needs(job).stream().allMatch(JobRun::hasEnded)) {
                    decide(job);
                    changed = true;
                }
            }
        }
    }

    private List<JobRun> needs(JobRun job) {
        return job.spec.needs().stream()
                .flatMap(need -> group(jobs, job.invocation.prefix() + need).stream())
                .toList();
    }

    private JobScope scope(JobRun job) {
        Map<String, @Nullable Object> needs = new LinkedHashMap<>();
        for (String need : job.spec.needs()) {
            List<JobRun> group = group(jobs, job.invocation.prefix() + need);
            Map<String, String> outputs = new LinkedHashMap<>();
            group.forEach(one -> outputs.putAll(one.outputs));
            Map<String, @Nullable Object> context = new LinkedHashMap<>();
            context.put("result", together(group).word());
            context.put("outputs", Values.object(outputs));
            needs.put(need, context);
        }
        JobScope scope = scope(setup, job.invocation).with("needs", needs).with(status(job));
        if (job.matrix != null) {
            scope = scope.with("matrix", job.matrix);
        }
        Map<String, @Nullable Object> strategy = new LinkedHashMap<>();
        strategy.put("fail-fast", job.failFast);
        strategy.put("job-index", (double) job.index);
        strategy.put("job-total", (double) job.total);
        strategy.put("max-parallel", (double) (job.maxParallel > 0 ? job.maxParallel : job.total));
        return scope.with("strategy", strategy);
    }

    /** What came before a job: all that it needs, and what that needs, and so on. */
    private Predicate<Expression.Function> status(JobRun job) {
        List<Conclusion> before = job.invocation.workflow().ancestors(job.spec.id()).stream()
                .map(id -> together(group(jobs, job.invocation.prefix() + id)))
                .toList();
        return function -> switch (function) {
            case ALWAYS -> true;
            case CANCELLED -> cancelled;
            case FAILURE -> !cancelled && before.contains(Conclusion.FAILURE);
            default -> !cancelled && before.stream().allMatch(how -> how == Conclusion.SUCCESS);
        };
    }

    private boolean holds(JobRun job) {
        JobScope scope = scope(job);
        return job.spec
                .condition()
                .map(condition -> condition.holds(scope))
                .orElseGet(() -> scope.status(Expression.Function.SUCCESS));
    }

    private void decide(JobRun job) {
        try {
            if (!holds(job)) {
                String why = cancelled
                        ? "the run was cancelled"
                        : needs(job).stream()
                                .filter(need -> need.counted() != Conclusion.SUCCESS)
                                .findFirst()
                                .map(need -> "it needs " + need.name + ", which " + said(need.counted()))
                                .orElse("its condition does not hold");
                job.end(cancelled ? Conclusion.CANCELLED : Conclusion.SKIPPED, why, now);
                return;
            }
            expand(job);
        } catch (ExpressionException | IllegalArgumentException e) {
            job.end(Conclusion.FAILURE, String.valueOf(e.getMessage()), now);
        }
    }

    private static String said(Conclusion how) {
        return switch (how) {
            case SUCCESS -> "succeeded";
            case FAILURE, TIMED_OUT -> "failed";
            case CANCELLED -> "was cancelled";
            case SKIPPED -> "was skipped";
        };
    }

    /** Replaces a job by its combinations, and makes each ready or calls its workflow. */
    private void expand(JobRun job) {
        JobScope scope = scope(job);
        List<JobRun> made = new ArrayList<>();
        if (job.spec.matrix().absent()) {
            made.add(job);
        } else {
            List<Map<String, @Nullable Object>> combinations =
                    Matrix.combinations(job.spec.matrix().value(scope));
            Object failFast = job.spec.failFast().value(scope);
            for (int i = 0; i < combinations.size(); i++) {
                JobRun one = new JobRun(
                        job.id + "." + (i + 1),
                        job.name,
                        job.invocation,
                        job.spec,
                        combinations.get(i),
                        i,
                        combinations.size());
                one.failFast = failFast == null || Values.truthy(failFast);
                one.maxParallel = (int) Values.number(job.spec.maxParallel().value(scope));
                made.add(one);
            }
        }
        Map<String, List<JobRun>> more = new LinkedHashMap<>();
        for (JobRun one : made) {
            List<JobRun> children = new ArrayList<>();
            more.put(one.id, children);
            try {
                prepare(one, children);
            } catch (ExpressionException | IllegalArgumentException e) {
                one.end(Conclusion.FAILURE, String.valueOf(e.getMessage()), now);
            }
        }
        replace(job, made, more);
    }

    private void replace(JobRun job, List<JobRun> made, Map<String, List<JobRun>> children) {
        Map<String, JobRun> before = new LinkedHashMap<>(jobs);
        jobs.clear();
        before.forEach((id, one) -> {
            if (!id.equals(job.id)) {
                jobs.put(id, one);
                return;
            }
            for (JobRun instance : made) {
                jobs.put(instance.id, instance);
                children.getOrDefault(instance.id, List.of()).forEach(child -> jobs.put(child.id, child));
            }
        });
    }

    private void prepare(JobRun job, List<JobRun> children) {
        JobScope scope = scope(job);
        job.name = job.invocation.title() + name(job, scope);
        job.continueOnError = Values.truthy(job.spec.continueOnError().value(scope));
        if (job.spec.uses().isEmpty()) {
            job.start = JobResolver.start(job, withEnv(job, scope));
            job.status = Status.READY;
        } else {
            call(job, scope, children);
        }
    }

    private static String name(JobRun job, JobScope scope) {
        String title = job.matrix == null ? "" : Matrix.title(job.matrix);
        String suffix = title.isEmpty() ? "" : " (" + title + ")";
        return job.spec
                .name()
                .map(name -> name.constant() ? name.text() + suffix : name.text(scope))
                .orElse(job.spec.id() + suffix);
    }

    /** With the variables of workflow and job, for containers and services. */
    private static JobScope withEnv(JobRun job, JobScope scope) {
        Map<String, @Nullable Object> env = new LinkedHashMap<>();
        for (Dynamic values : List.of(job.invocation.workflow().env(), job.spec.env())) {
            if (values.value(scope.with("env", env)) instanceof Map<?, ?> map) {
                map.forEach((name, value) -> env.put((String) name, Values.text(value)));
            }
        }
        return scope.with("env", env);
    }

    private void call(JobRun job, JobScope scope, List<JobRun> children) {
        if (job.invocation.depth() >= MOST_LEVELS) {
            throw new IllegalArgumentException("workflows call each other more than " + MOST_LEVELS + " levels deep");
        }
        Workflow called = files.called(job.spec.uses());
        Map<String, @Nullable Object> with = new LinkedHashMap<>();
        if (job.spec.with().value(scope) instanceof Map<?, ?> map) {
            map.forEach((name, value) -> with.put((String) name, value));
        }
        Map<String, String> secrets = new LinkedHashMap<>();
        if (job.spec.inheritSecrets()) {
            secrets.putAll(job.invocation.secrets());
        } else if (job.spec.secrets().value(scope) instanceof Map<?, ?> map) {
            map.forEach((name, value) -> secrets.put((String) name, Values.text(value)));
        }
        String token = job.invocation.secrets().get("GITHUB_TOKEN");
        if (token != null) {
            secrets.put("GITHUB_TOKEN", token);
        }
        called.callSecrets().forEach((name, required) -> {
            if (required && secrets.getOrDefault(name, "").isEmpty()) {
                throw new IllegalArgumentException("the secret " + name + " is required by " + called.path());
            }
        });
        Invocation invocation = new Invocation(
                job.id + ".",
                job.name + " / ",
                job.id,
                job.invocation.depth() + 1,
                called,
                CallInputs.typed(
                        called.callInputs().orElse(Map.of()), with, scope(setup, job.invocation), called.path()),
                secrets);
        job.calling = true;
        job.started = now;
        called.jobs().values().forEach(spec -> children.add(placeholder(invocation, spec)));
    }

    private boolean callEnded(JobRun caller) {
        List<JobRun> children = jobs.values().stream()
                .filter(job -> job.invocation.caller().equals(caller.id))
                .toList();
        if (!children.stream().allMatch(JobRun::hasEnded)) {
            return false;
        }
        Invocation invocation = children.getFirst().invocation;
        Map<String, @Nullable Object> context = new LinkedHashMap<>();
        for (String id : invocation.workflow().jobs().keySet()) {
            List<JobRun> group = group(jobs, invocation.prefix() + id);
            Map<String, String> outputs = new LinkedHashMap<>();
            group.forEach(one -> outputs.putAll(one.outputs));
            context.put(id, Map.of("result", together(group).word(), "outputs", Values.object(outputs)));
        }
        JobScope scope = scope(setup, invocation).with("jobs", context);
        try {
            invocation
                    .workflow()
                    .callOutputs()
                    .forEach((name, value) -> caller.outputs.put(name, Values.text(value.value(scope))));
            Conclusion how = together(children);
            caller.end(how, how == Conclusion.FAILURE ? "a job of " + caller.spec.uses() + " failed" : "", now);
        } catch (ExpressionException e) {
            caller.end(Conclusion.FAILURE, String.valueOf(e.getMessage()), now);
        }
        failFast(caller);
        return true;
    }

    JobSteps steps(JobRun job) {
        return new JobSteps(job, scope(job), files::action);
    }

    /** A job has ended. */
    void end(JobRun job, Conclusion how, String message) {
        if (job.runner != null && !job.cancelled) {
            try {
                job.outputs = steps(job).outputs();
            } catch (ExpressionException | StepResolver.NeedsHash e) {
                job.end(Conclusion.FAILURE, "outputs: " + e.getMessage(), now);
                failFast(job);
                return;
            }
        }
        job.end(how, message.isEmpty() ? job.reason : message, now);
        failFast(job);
    }

    /** Cancels the other combinations of a matrix when one has failed. */
    private void failFast(JobRun job) {
        Conclusion how = job.counted();
        if (job.failFast && (how == Conclusion.FAILURE || how == Conclusion.TIMED_OUT)) {
            for (JobRun other : group(jobs, job.group())) {
                cancel(other, job.name + " failed", false);
                jobs.values().stream()
                        .filter(child -> child.invocation.caller().equals(other.id))
                        .toList()
                        .forEach(child -> cancel(child, job.name + " failed", false));
            }
        }
    }

    /** Cancels all jobs but those whose conditions hold even then. */
    void cancelAll(String reason) {
        List.copyOf(jobs.values()).forEach(job -> cancel(job, reason, true));
    }

    private void cancel(JobRun job, String reason, boolean unlessItHolds) {
        if (job.hasEnded() || job.calling || job.cancelled || unlessItHolds && job.status == Status.WAITING) {
            return;
        }
        if (unlessItHolds && stillHolds(job)) {
            return;
        }
        if (job.status != Status.RUNNING) {
            job.end(Conclusion.CANCELLED, reason, now);
            return;
        }
        job.cancelled = true;
        job.reason = reason;
        if (job.next instanceof NextStep.Run run) {
            job.cancelledStep = run.step().id();
        } else {
            steps(job).advance();
        }
    }

    private boolean stillHolds(JobRun job) {
        try {
            return holds(job);
        } catch (ExpressionException e) {
            return false;
        }
    }
}
