package dev.proa.delivery.workflow;

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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A run of a workflow. Immutable: jobs are copied before an event changes them. */
final class WorkflowRun implements RunState {
    private final RunSetup setup;
    private final WorkflowFile files;
    private final Invocation root;
    private final Map<String, JobRun> jobs;
    private final List<RunEvent> events;
    private final boolean cancelled;

    private WorkflowRun(
            RunSetup setup,
            WorkflowFile files,
            Invocation root,
            Map<String, JobRun> jobs,
            List<RunEvent> events,
            boolean cancelled) {
        this.setup = setup;
        this.files = files;
        this.root = root;
        this.jobs = jobs;
        this.events = events;
        this.cancelled = cancelled;
    }

    static WorkflowRun start(RunSetup setup, WorkflowFile files, Invocation root) {
        Map<String, JobRun> jobs = new LinkedHashMap<>();
        root.workflow().jobs().values().forEach(spec -> {
            JobRun job = JobPlanner.placeholder(root, spec);
            jobs.put(job.id, job);
        });
        new JobPlanner(setup, files, jobs, false, null).settle();
        return new WorkflowRun(setup, files, root, jobs, List.of(), false);
    }

    private Map<String, JobRun> copies() {
        Map<String, JobRun> copies = new LinkedHashMap<>();
        jobs.forEach((id, job) -> copies.put(id, job.copy()));
        return copies;
    }

    @Override
    public RunState after(RunEvent event) {
        Map<String, JobRun> changed = copies();
        boolean cancels = cancelled || event instanceof RunEvent.RunCancelled;
        JobPlanner planner = new JobPlanner(setup, files, changed, cancels, event.at());
        switch (event) {
            case RunEvent.JobStarted it -> {
                JobRun job = changed.get(it.job());
                if (job == null || job.status != JobView.Status.READY) {
                    return this;
                }
                job.status = JobView.Status.RUNNING;
                job.started = it.at();
                job.runner = it.runner();
                planner.steps(job).begin();
            }
            case RunEvent.StepEnded it -> {
                JobRun job = changed.get(it.job());
                if (job == null || job.status != JobView.Status.RUNNING) {
                    return this;
                }
                planner.steps(job).ended(it);
            }
            case RunEvent.FilesHashed it -> {
                JobRun job = changed.get(it.job());
                if (job == null || !(job.next instanceof NextStep.HashFiles)) {
                    return this;
                }
                job.hashes.put(it.patterns(), it.hash());
                planner.steps(job).advance();
            }
            case RunEvent.JobEnded it -> {
                JobRun job = changed.get(it.job());
                if (job == null || job.hasEnded() || job.status == JobView.Status.WAITING) {
                    return this;
                }
                planner.end(job, it.conclusion(), it.message());
            }
            case RunEvent.RunCancelled it -> planner.cancelAll(it.reason());
            case RunEvent.StepStarted _, RunEvent.TimePassed _, RunEvent.JobPlayed _ -> {
                return this;
            }
        }
        planner.settle();
        List<RunEvent> more = new ArrayList<>(events);
        more.add(event);
        return new WorkflowRun(setup, files, root, changed, List.copyOf(more), cancels);
    }

    @Override
    public String title() {
        JobScope scope = JobPlanner.scope(setup, root);
        return root.workflow()
                .runName()
                .map(name -> name.text(scope))
                .filter(name -> !name.isBlank())
                .orElseGet(() -> setup.event().commitMessage().isBlank()
                        ? root.workflow().name()
                        : setup.event().commitMessage().lines().findFirst().orElse(""));
    }

    @Override
    public List<JobView> jobs() {
        List<JobView> views = new ArrayList<>();
        for (JobRun job : jobs.values()) {
            List<String> needs = job.spec.needs().stream()
                    .flatMap(need -> JobPlanner.group(jobs, job.invocation.prefix() + need).stream())
                    .map(one -> one.id)
                    .toList();
            views.add(job.view(needs));
        }
        return views;
    }

    @Override
    public List<JobStart> ready() {
        Map<String, Integer> going = new HashMap<>();
        for (JobRun job : jobs.values()) {
            if (job.status == JobView.Status.RUNNING) {
                going.merge(job.group(), 1, Integer::sum);
            }
        }
        List<JobStart> ready = new ArrayList<>();
        for (JobRun job : jobs.values()) {
            JobStart start = job.start;
            if (job.status != JobView.Status.READY || start == null) {
                continue;
            }
            if (job.maxParallel > 0 && going.getOrDefault(job.group(), 0) >= job.maxParallel) {
                continue;
            }
            going.merge(job.group(), 1, Integer::sum);
            ready.add(start);
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
        JobRun job = jobs.get(id);
        return job == null ? new NextStep.None() : job.next;
    }

    @Override
    public Optional<Conclusion> conclusion() {
        if (!jobs.values().stream().allMatch(JobRun::hasEnded)) {
            return Optional.empty();
        }
        if (cancelled) {
            return Optional.of(Conclusion.CANCELLED);
        }
        return Optional.of(JobPlanner.together(List.copyOf(jobs.values())));
    }

    @Override
    public Optional<Concurrency> concurrency() {
        return JobResolver.concurrency(root.workflow().concurrency(), JobPlanner.scope(setup, root));
    }

    @Override
    public Optional<Instant> wakeAt() {
        return Optional.empty();
    }

    @Override
    public ListValue save() {
        return ListValue.copyOf(events.stream().map(RunEvents::toValue).toList());
    }
}
