package dev.proa.delivery.pipeline;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Drives a run in tests: begins jobs, ends steps, and writes down what ran. */
public final class RunDriver {
    private static final String SHA = "0123456789abcdef0123456789abcdef01234567";

    private final Pipeline pipeline;
    private final RunSetup setup;
    private RunState state;
    private Instant now = Instant.parse("2026-01-31T12:00:00Z");
    private final List<String> ran = new ArrayList<>();

    public RunDriver(Pipeline pipeline, RunSetup setup) {
        this.pipeline = pipeline;
        this.setup = setup;
        this.state = pipeline.start(setup);
    }

    /** A push to a ref on which files changed. */
    public static TriggerEvent push(String ref, String... changed) {
        return TriggerEvent.push(
                ref,
                "f".repeat(40),
                SHA,
                changed.length == 0 ? Optional.empty() : Optional.of(List.of(changed)),
                "main",
                "mona",
                "Change things\n\nIn detail.",
                "2026-01-31T12:00:00Z");
    }

    public static TriggerEvent request(String base, String action, String... changed) {
        return push("refs/heads/topic")
                .pullRequest(
                        new TriggerEvent.PullRequest(
                                7, action, "Title", "topic", SHA, base, "b".repeat(40), false, List.of()),
                        changed.length == 0 ? Optional.empty() : Optional.of(List.of(changed)));
    }

    public static RunSetup setup(TriggerEvent event, Map<String, String> files) {
        return new RunSetup(
                event,
                RepositoryFiles.of(files),
                "team/shop",
                "https://git.example/team/shop.git",
                "https://git.example",
                "42",
                3,
                1,
                Map.of("REGION", "eu"),
                Map.of("TOKEN", "s3cret", "GITHUB_TOKEN", "ghs_1"));
    }

    public RunState state() {
        return state;
    }

    public RunDriver send(RunEvent event) {
        state = state.after(event);
        return this;
    }

    public Instant at() {
        return now = now.plusSeconds(1);
    }

    public RunDriver begin(String job) {
        return send(new RunEvent.JobStarted(at(), job, RunnerFacts.linux("runner", "/github")));
    }

    /** The step that a job runs. */
    public Step step(String job) {
        if (state.next(job) instanceof NextStep.Run(Step step)) {
            return step;
        }
        throw new AssertionError(job + " does not run a step but " + state.next(job) + " " + state.jobs());
    }

    public String script(String job) {
        return ((StepAction.Script) step(job).action()).script();
    }

    public RunDriver end(String job, Conclusion outcome, Map<String, String> files) {
        return send(new RunEvent.StepEnded(at(), job, step(job).id(), outcome, "", files, Map.of(), Map.of()));
    }

    public RunDriver end(String job, Conclusion outcome) {
        return end(job, outcome, Map.of());
    }

    /** Ends a job that has nothing left to do. */
    public RunDriver finish(String job) {
        NextStep.Finished finished = (NextStep.Finished) state.next(job);
        return send(new RunEvent.JobEnded(at(), job, finished.conclusion(), ""));
    }

    /** Runs everything; steps whose job and name {@code fails} takes fail. Goes on from what was saved before each event. */
    public RunDriver run(Predicate<String> fails) {
        for (int i = 0; i < 10_000 && state.conclusion().isEmpty(); i++) {
            state = pipeline.resume(setup, state.save());
            if (!advance(fails)) {
                return this;
            }
        }
        return this;
    }

    private boolean advance(Predicate<String> fails) {
        for (JobView job : state.jobs()) {
            switch (state.next(job.id())) {
                case NextStep.Run(Step step) -> {
                    ran.add(job.id() + "/" + step.name());
                    end(job.id(), fails.test(job.id() + "/" + step.name()) ? Conclusion.FAILURE : Conclusion.SUCCESS);
                    return true;
                }
                case NextStep.HashFiles(List<String> patterns) -> {
                    send(new RunEvent.FilesHashed(at(), job.id(), patterns, "abc123"));
                    return true;
                }
                case NextStep.Finished _ -> {
                    finish(job.id());
                    return true;
                }
                case NextStep.None _ -> {}
            }
        }
        if (state.ready().isEmpty()) {
            return false;
        }
        begin(state.ready().getFirst().id());
        return true;
    }

    /** What ran, as {@code job/step}. */
    public List<String> ran() {
        return ran;
    }

    /** How each job ended, or where it is, as {@code build: SUCCESS}. */
    public List<String> jobs() {
        return state.jobs().stream()
                .map(job -> job.name() + ": "
                        + job.conclusion()
                                .map(Object::toString)
                                .orElse(job.status().toString()))
                .toList();
    }
}
