package dev.proa.delivery.gitlab;

import dev.proa.delivery.gitlab.GitlabJob.Need;
import dev.proa.delivery.pipeline.Conclusion;
import dev.proa.delivery.pipeline.Concurrency;
import dev.proa.delivery.pipeline.JobStart;
import dev.proa.delivery.pipeline.JobStart.ContainerSpec;
import dev.proa.delivery.pipeline.JobView;
import dev.proa.delivery.pipeline.NextStep;
import dev.proa.delivery.pipeline.RunEvent;
import dev.proa.delivery.pipeline.RunSetup;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides which jobs of a run may begin, and which of their steps are next. Works on copies of the jobs. */
final class GitlabPlanner {
    private final RunSetup setup;
    private final GitlabSpec spec;
    private final Map<String, GitlabJobRun> jobs;
    private final Map<String, String> pipelineVariables;
    private final boolean cancelled;
    private final @Nullable Instant now;

    GitlabPlanner(
            RunSetup setup,
            GitlabSpec spec,
            Map<String, GitlabJobRun> jobs,
            Map<String, String> pipelineVariables,
            boolean cancelled,
            @Nullable Instant now) {
        this.setup = setup;
        this.spec = spec;
        this.jobs = jobs;
        this.pipelineVariables = pipelineVariables;
        this.cancelled = cancelled;
        this.now = now;
    }

    /** The jobs that a job waits for. */
    List<GitlabJobRun> before(GitlabJobRun job) {
        Optional<List<Need>> needs = job.decision.needs();
        if (needs.isPresent()) {
            Set<String> names = new HashSet<>();
            needs.get().forEach(need -> names.add(need.job()));
            return jobs.values().stream()
                    .filter(one -> names.contains(one.spec.name()))
                    .toList();
        }
        int stage = spec.stages().indexOf(job.spec.stage());
        return jobs.values().stream()
                .filter(one -> spec.stages().indexOf(one.spec.stage()) < stage)
                .toList();
    }

    void settle() {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (GitlabJobRun job : jobs.values()) {
                changed |= settle(job);
            }
        }
    }

    private boolean settle(GitlabJobRun job) {
        if (job.status != JobView.Status.WAITING) {
            return false;
        }
        if (cancelled) {
            job.end(Conclusion.CANCELLED, "the run was cancelled", now);
            return true;
        }
        if (job.notBefore != null) {
            if (now == null || now.isBefore(job.notBefore)) {
                return false;
            }
            ready(job);
            return true;
        }
        List<GitlabJobRun> before = before(job);
        if (!before.stream().allMatch(GitlabJobRun::settled)) {
            return false;
        }
        boolean bad = before.stream().anyMatch(one -> one.bad() && !one.decision.allowFailure());
        String when = job.decision.when();
        if (when.equals("on_failure") ? !bad : bad && !when.equals("always")) {
            job.end(Conclusion.SKIPPED, bad ? "a job before it failed" : "no job before it failed", now);
        } else if (skippedNeed(job, before)) {
            job.end(Conclusion.SKIPPED, "a job that it needs was skipped", now);
        } else if (when.equals("manual") && !job.played) {
            job.status = JobView.Status.MANUAL;
            job.reason = "waits for somebody to start it";
        } else if (when.equals("delayed")) {
            job.notBefore = (now == null ? Instant.EPOCH : now).plus(job.decision.startIn());
            job.reason = "waits until " + job.notBefore;
        } else {
            ready(job);
        }
        return true;
    }

    private static boolean skippedNeed(GitlabJobRun job, List<GitlabJobRun> before) {
        return job.decision.needs().isPresent()
                && !job.decision.when().equals("always")
                && before.stream()
                        .anyMatch(one -> one.conclusion == Conclusion.SKIPPED || one.status == JobView.Status.MANUAL);
    }

    /** The variables of a job, the strongest last, with what they name put in. */
    Map<String, String> variables(GitlabJobRun job) {
        Map<String, String> variables = new LinkedHashMap<>(Predefined.of(setup));
        variables.put("CI_JOB_NAME", job.name);
        variables.put("CI_JOB_NAME_SLUG", Predefined.slug(job.name));
        variables.put("CI_JOB_STAGE", job.spec.stage());
        variables.put("CI_JOB_ID", setup.runId() + "-" + job.id);
        job.spec.image().ifPresent(image -> variables.put("CI_JOB_IMAGE", image.image()));
        if (job.runner != null) {
            variables.put("CI_PROJECT_DIR", job.runner.workspace());
            variables.put("CI_BUILDS_DIR", job.runner.workspace());
            variables.put(
                    "CI_RUNNER_EXECUTABLE_ARCH", "linux/" + (job.runner.arch().equals("ARM64") ? "arm64" : "amd64"));
            variables.put("HOME", job.runner.home());
        }
        if (job.spec.inheritVariables()) {
            variables.putAll(spec.variables());
            variables.putAll(pipelineVariables);
        }
        variables.putAll(job.spec.variables());
        variables.putAll(job.variables);
        variables.putAll(job.decision.variables());
        Set<String> raw = new HashSet<>(spec.raw());
        raw.addAll(job.spec.raw());
        // Files of variables are passed on where artifacts are.
        for (GitlabJobRun from : artifactsFrom(job)) {
            variables.putAll(from.dotenv);
            raw.addAll(from.dotenv.keySet());
        }
        variables.putAll(setup.variables());
        variables.putAll(setup.secrets());
        raw.addAll(setup.secrets().keySet());
        variables.putAll(setup.event().inputs());
        variables.putAll(job.playedVariables);
        Map<String, String> expanded = Variables.expanded(variables, raw);
        if (!job.spec.environment().isEmpty()) {
            String environment = Variables.expand(job.spec.environment(), expanded);
            expanded.put("CI_ENVIRONMENT_NAME", environment);
            expanded.put("CI_ENVIRONMENT_SLUG", Predefined.slug(environment));
        }
        return expanded;
    }

    private List<GitlabJobRun> artifactsFrom(GitlabJobRun job) {
        List<GitlabJobRun> before = before(job).stream()
                .filter(one -> one.conclusion == Conclusion.SUCCESS || one.conclusion == Conclusion.FAILURE)
                .toList();
        if (job.spec.dependencies().isPresent()) {
            return before.stream()
                    .filter(one -> job.spec.dependencies().get().contains(one.spec.name()))
                    .toList();
        }
        Set<String> without = new HashSet<>();
        job.decision.needs().orElse(List.of()).stream()
                .filter(need -> !need.artifacts())
                .forEach(need -> without.add(need.job()));
        return before.stream().filter(one -> !without.contains(one.spec.name())).toList();
    }

    private void ready(GitlabJobRun job) {
        Map<String, String> variables = variables(job);
        Map<String, ContainerSpec> services = new LinkedHashMap<>();
        job.spec
                .services()
                .forEach((name, service) ->
                        services.put(Variables.expand(name, variables), expanded(service, variables, true)));
        job.start = new JobStart(
                job.id,
                job.name,
                job.attempt,
                job.spec.tags().stream()
                        .map(tag -> Variables.expand(tag, variables))
                        .toList(),
                job.spec.image().map(image -> expanded(image, variables, false)),
                services,
                job.spec.timeout(),
                job.spec.resourceGroup().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Concurrency(Variables.expand(job.spec.resourceGroup(), variables), false)),
                variables.getOrDefault("CI_ENVIRONMENT_NAME", ""),
                Map.of());
        job.status = JobView.Status.READY;
        job.reason = "";
    }

    /** Services get the job's variables, too. */
    private static ContainerSpec expanded(ContainerSpec spec, Map<String, String> variables, boolean all) {
        Map<String, String> env = new LinkedHashMap<>(all ? variables : Map.of());
        env.remove("HOME");
        spec.env().forEach((name, value) -> env.put(name, Variables.expand(value, variables)));
        return new ContainerSpec(
                Variables.expand(spec.image(), variables),
                env,
                List.of(),
                List.of(),
                "",
                "",
                "",
                spec.entrypoint(),
                spec.arguments().stream()
                        .map(word -> Variables.expand(word, variables))
                        .toList());
    }

    /** Goes on to the next step of a job that runs. */
    void advance(GitlabJobRun job) {
        List<String> artifacts = artifactsFrom(job).stream()
                .filter(from -> !from.spec.artifacts().paths().isEmpty())
                .map(from -> from.id)
                .toList();
        JobScript script = new JobScript(job, variables(job), artifacts);
        while (job.step < script.steps().size()) {
            JobScript.Planned planned = script.steps().get(job.step);
            String id = String.valueOf(job.step + 1);
            boolean bad = job.failed || job.cancelled;
            if (planned.when().equals("always") || planned.when().equals("on_failure") == bad) {
                job.next = script.next(planned, id);
                if (job.next instanceof NextStep.Run
                        && job.steps.stream().noneMatch(view -> view.id().equals(id))) {
                    job.steps.add(new JobView.StepView(id, planned.name(), true, Optional.empty(), Optional.empty()));
                }
                return;
            }
            job.steps.add(new JobView.StepView(
                    id, planned.name(), false, Optional.of(Conclusion.SKIPPED), Optional.of(Conclusion.SKIPPED)));
            job.step++;
        }
        job.next = new NextStep.Finished(
                job.cancelled
                        ? Conclusion.CANCELLED
                        : job.timedOut ? Conclusion.TIMED_OUT : job.failed ? Conclusion.FAILURE : Conclusion.SUCCESS);
    }

    void stepEnded(GitlabJobRun job, RunEvent.StepEnded event) {
        if (!(job.next instanceof NextStep.Run run) || !run.step().id().equals(event.step())) {
            return;
        }
        Conclusion outcome = event.outcome();
        String message = event.message();
        String content = event.files().get("DOTENV");
        if (content != null) {
            try {
                job.dotenv.putAll(dotenv(content));
            } catch (IllegalArgumentException e) {
                outcome = Conclusion.FAILURE;
                message = String.valueOf(e.getMessage());
            }
        }
        boolean harmless = List.of("Run after_script", "Restore cache", "Save cache")
                .contains(run.step().name());
        Conclusion conclusion = harmless ? Conclusion.SUCCESS : outcome;
        job.steps.removeIf(view -> view.id().equals(event.step()));
        job.steps.add(new JobView.StepView(
                event.step(), run.step().name(), false, Optional.of(outcome), Optional.of(conclusion)));
        if (conclusion == Conclusion.FAILURE || conclusion == Conclusion.TIMED_OUT) {
            job.failed = true;
            job.timedOut |= conclusion == Conclusion.TIMED_OUT;
            job.reason = run.step().name() + " failed" + (message.isEmpty() ? "" : ": " + message);
        }
        job.cancelledStep = "";
        job.hashes.clear();
        job.step++;
        advance(job);
    }

    /** Lines of {@code NAME=value}; nothing is expanded in them. */
    private static Map<String, String> dotenv(String content) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String line : content.lines().toList()) {
            if (line.isBlank()) {
                continue;
            }
            int equals = line.indexOf('=');
            if (equals < 1 || !line.substring(0, equals).matches("[A-Za-z0-9_]+")) {
                throw new IllegalArgumentException("the file of variables has a line that is not NAME=value: " + line);
            }
            String value = line.substring(equals + 1);
            boolean quoted = value.length() > 1
                    && (value.startsWith("\"") && value.endsWith("\"") || value.startsWith("'") && value.endsWith("'"));
            variables.put(line.substring(0, equals), quoted ? value.substring(1, value.length() - 1) : value);
        }
        return variables;
    }

    void ended(GitlabJobRun job, RunEvent.JobEnded event) {
        boolean byItself = job.next instanceof NextStep.Finished;
        Conclusion how = event.conclusion();
        String message = event.message().isEmpty() ? job.reason : event.message();
        if ((how == Conclusion.FAILURE || how == Conclusion.TIMED_OUT)
                && !cancelled
                && job.attempt <= job.spec.retry().most()
                && retries(job.spec.retry().when(), how, byItself)) {
            job.again();
            JobStart start = Objects.requireNonNull(job.start);
            job.start = new JobStart(
                    start.id(),
                    start.name(),
                    job.attempt,
                    start.labels(),
                    start.container(),
                    start.services(),
                    start.timeout(),
                    start.concurrency(),
                    start.environment(),
                    start.permissions());
            job.reason = "tried again: " + message;
            return;
        }
        job.end(how, message, now);
    }

    private static boolean retries(Set<String> when, Conclusion how, boolean byItself) {
        return when.contains("always")
                || how == Conclusion.TIMED_OUT && when.contains("job_execution_timeout")
                || byItself && how == Conclusion.FAILURE && when.contains("script_failure")
                || !byItself
                        && how == Conclusion.FAILURE
                        && when.stream()
                                .anyMatch(one -> one.matches(
                                        "runner_system_failure|unknown_failure|api_failure|scheduler_failure"));
    }

    void cancel(GitlabJobRun job, String reason) {
        if (job.hasEnded() || job.cancelled) {
            return;
        }
        if (job.status != JobView.Status.RUNNING) {
            job.end(Conclusion.CANCELLED, reason, now);
            return;
        }
        job.cancelled = true;
        job.reason = reason;
        if (job.next instanceof NextStep.Run run) {
            job.cancelledStep = run.step().id();
        } else {
            advance(job);
        }
    }
}
