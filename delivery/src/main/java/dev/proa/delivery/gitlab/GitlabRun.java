package dev.proa.delivery.gitlab;

import dev.proa.api.value.ListValue;
import dev.proa.delivery.pipeline.Conclusion;
import dev.proa.delivery.pipeline.Concurrency;
import dev.proa.delivery.pipeline.JobStart;
import dev.proa.delivery.pipeline.JobView;
import dev.proa.delivery.pipeline.NextStep;
import dev.proa.delivery.pipeline.RunEvent;
import dev.proa.delivery.pipeline.RunEvents;
import dev.proa.delivery.pipeline.RunSetup;
import dev.proa.delivery.pipeline.RunState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A run of a {@code .gitlab-ci.yml}. Immutable: jobs are copied before an event changes them. */
final class GitlabRun implements RunState {
    private final RunSetup setup;
    private final GitlabSpec spec;
    private final Map<String, String> variables;
    private final Map<String, GitlabJobRun> jobs;
    private final List<RunEvent> events;
    private final boolean cancelled;

    private GitlabRun(
            RunSetup setup,
            GitlabSpec spec,
            Map<String, String> variables,
            Map<String, GitlabJobRun> jobs,
            List<RunEvent> events,
            boolean cancelled) {
        this.setup = setup;
        this.spec = spec;
        this.variables = variables;
        this.jobs = jobs;
        this.events = events;
        this.cancelled = cancelled;
    }

    static GitlabRun start(RunSetup setup, GitlabSpec spec) {
        Map<String, String> known = new LinkedHashMap<>(Predefined.of(setup));
        known.putAll(spec.variables());
        known.putAll(setup.variables());
        known.putAll(setup.event().inputs());
        Map<String, String> pipeline = spec.rules()
                .flatMap(rules -> RuleDecision.first(rules, known, setup.event(), setup.files()))
                .map(GitlabJob.Rule::variables)
                .orElse(Map.of());
        known.putAll(pipeline);
        Map<String, GitlabJobRun> jobs = new LinkedHashMap<>();
        spec.jobs().stream()
                .sorted(Comparator.comparingInt(job -> spec.stages().indexOf(job.stage())))
                .forEach(job -> add(job, known, setup, spec, jobs));
        new GitlabPlanner(setup, spec, jobs, pipeline, false, null).settle();
        return new GitlabRun(setup, spec, pipeline, jobs, List.of(), false);
    }

    private static void add(
            GitlabJob job, Map<String, String> known, RunSetup setup, GitlabSpec spec, Map<String, GitlabJobRun> jobs) {
        String base = job.name().replaceAll("[^A-Za-z0-9_-]", "-");
        List<Map<String, String>> instances = job.parallel().isEmpty() ? List.of(Map.of()) : job.parallel();
        for (int i = 0; i < instances.size(); i++) {
            Map<String, String> own = new LinkedHashMap<>(instances.get(i));
            Map<String, String> all = new LinkedHashMap<>(known);
            all.putAll(job.variables());
            all.putAll(own);
            all.putAll(setup.variables());
            Optional<RuleDecision> decision =
                    RuleDecision.of(job, Variables.expanded(all, spec.raw()), setup.event(), setup.files());
            if (decision.isEmpty()) {
                continue;
            }
            String name = job.parallel().isEmpty()
                    ? job.name()
                    : job.matrix()
                            ? job.name() + ": [" + String.join(", ", own.values()) + "]"
                            : job.name() + " " + (i + 1) + "/" + instances.size();
            if (!job.parallel().isEmpty()) {
                own.put("CI_NODE_INDEX", String.valueOf(i + 1));
            }
            own.put("CI_NODE_TOTAL", String.valueOf(instances.size()));
            String id = job.parallel().isEmpty() ? base : base + "." + (i + 1);
            for (int n = 2; jobs.containsKey(id); n++) {
                id = base + "-" + n + (job.parallel().isEmpty() ? "" : "." + (i + 1));
            }
            jobs.put(id, new GitlabJobRun(id, name, job, decision.get(), own));
        }
    }

    private GitlabPlanner planner(Map<String, GitlabJobRun> of, boolean cancels, @Nullable Instant at) {
        return new GitlabPlanner(setup, spec, of, variables, cancels, at);
    }

    @Override
    public RunState after(RunEvent event) {
        Map<String, GitlabJobRun> changed = new LinkedHashMap<>();
        jobs.forEach((id, job) -> changed.put(id, job.copy()));
        boolean cancels = cancelled || event instanceof RunEvent.RunCancelled;
        GitlabPlanner planner = planner(changed, cancels, event.at());
        if (!apply(event, changed, planner)) {
            return this;
        }
        planner.settle();
        List<RunEvent> more = new ArrayList<>(events);
        more.add(event);
        return new GitlabRun(setup, spec, variables, changed, List.copyOf(more), cancels);
    }

    /** Returns whether the event fits. */
    private static boolean apply(RunEvent event, Map<String, GitlabJobRun> jobs, GitlabPlanner planner) {
        return switch (event) {
            case RunEvent.JobStarted it -> {
                GitlabJobRun job = in(jobs, it.job(), JobView.Status.READY);
                if (job != null) {
                    job.status = JobView.Status.RUNNING;
                    job.started = it.at();
                    job.runner = it.runner();
                    planner.advance(job);
                }
                yield job != null;
            }
            case RunEvent.StepEnded it -> {
                GitlabJobRun job = in(jobs, it.job(), JobView.Status.RUNNING);
                if (job != null) {
                    planner.stepEnded(job, it);
                }
                yield job != null;
            }
            case RunEvent.FilesHashed it -> {
                GitlabJobRun job = in(jobs, it.job(), JobView.Status.RUNNING);
                boolean asked = job != null && job.next instanceof NextStep.HashFiles;
                if (asked) {
                    Objects.requireNonNull(job).hashes.put(it.patterns(), it.hash());
                    planner.advance(job);
                }
                yield asked;
            }
            case RunEvent.JobEnded it -> {
                GitlabJobRun job = jobs.get(it.job());
                boolean fits =
                        job != null && (job.status == JobView.Status.READY || job.status == JobView.Status.RUNNING);
                if (fits) {
                    planner.ended(Objects.requireNonNull(job), it);
                }
                yield fits;
            }
            case RunEvent.JobPlayed it -> {
                GitlabJobRun job = in(jobs, it.job(), JobView.Status.MANUAL);
                if (job != null) {
                    job.played = true;
                    job.playedVariables = it.variables();
                    job.status = JobView.Status.WAITING;
                }
                yield job != null;
            }
            case RunEvent.RunCancelled it -> {
                jobs.values().forEach(job -> planner.cancel(job, it.reason()));
                yield true;
            }
            case RunEvent.TimePassed _ -> true;
            case RunEvent.StepStarted _ -> false;
        };
    }

    private static @Nullable GitlabJobRun in(Map<String, GitlabJobRun> jobs, String id, JobView.Status status) {
        GitlabJobRun job = jobs.get(id);
        return job != null && job.status == status ? job : null;
    }

    @Override
    public String title() {
        String name = Variables.expand(spec.name(), Predefined.of(setup));
        return name.isBlank()
                ? setup.event().commitMessage().lines().findFirst().orElse(spec.path())
                : name;
    }

    @Override
    public List<JobView> jobs() {
        GitlabPlanner planner = planner(jobs, cancelled, null);
        return jobs.values().stream()
                .map(job ->
                        job.view(planner.before(job).stream().map(one -> one.id).toList()))
                .toList();
    }

    @Override
    public List<JobStart> ready() {
        List<JobStart> ready = new ArrayList<>();
        for (GitlabJobRun job : jobs.values()) {
            if (job.status == JobView.Status.READY) {
                ready.add(Objects.requireNonNull(job.start));
            }
        }
        return ready;
    }

    @Override
    public List<String> stopping() {
        return jobs.values().stream()
                .filter(job -> job.cancelled
                        && job.next instanceof NextStep.Run run
                        && run.step().id().equals(job.cancelledStep))
                .map(job -> job.id)
                .toList();
    }

    @Override
    public NextStep next(String id) {
        GitlabJobRun job = jobs.get(id);
        return job == null ? new NextStep.None() : job.next;
    }

    @Override
    public Optional<Conclusion> conclusion() {
        // Jobs that wait for somebody and need not run do not hold up the run.
        if (!jobs.values().stream().allMatch(GitlabJobRun::settled)) {
            return Optional.empty();
        }
        if (cancelled) {
            return Optional.of(Conclusion.CANCELLED);
        }
        return Optional.of(
                jobs.values().stream().anyMatch(job -> job.bad() && !job.decision.allowFailure())
                        ? Conclusion.FAILURE
                        : Conclusion.SUCCESS);
    }

    @Override
    public Optional<Concurrency> concurrency() {
        boolean interruptible = !jobs.isEmpty() && jobs.values().stream().allMatch(job -> job.spec.interruptible());
        return interruptible
                ? Optional.of(new Concurrency(spec.path() + " " + setup.event().ref(), true))
                : Optional.empty();
    }

    @Override
    public Optional<Instant> wakeAt() {
        return jobs.values().stream()
                .filter(job -> job.status == JobView.Status.WAITING)
                .flatMap(job -> Optional.ofNullable(job.notBefore).stream())
                .min(Comparator.naturalOrder());
    }

    @Override
    public ListValue save() {
        return ListValue.copyOf(events.stream().map(RunEvents::toValue).toList());
    }
}
