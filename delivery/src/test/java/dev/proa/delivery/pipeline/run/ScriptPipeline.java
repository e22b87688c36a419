package dev.proa.delivery.pipeline.run;

import dev.proa.api.value.ListValue;
import dev.proa.delivery.pipeline.Available;
import dev.proa.delivery.pipeline.Conclusion;
import dev.proa.delivery.pipeline.Concurrency;
import dev.proa.delivery.pipeline.JobStart;
import dev.proa.delivery.pipeline.JobView;
import dev.proa.delivery.pipeline.NextStep;
import dev.proa.delivery.pipeline.OutputReader;
import dev.proa.delivery.pipeline.ParseOutcome;
import dev.proa.delivery.pipeline.Pipeline;
import dev.proa.delivery.pipeline.Problem;
import dev.proa.delivery.pipeline.RepositoryFiles;
import dev.proa.delivery.pipeline.ResultFile;
import dev.proa.delivery.pipeline.RunEvent;
import dev.proa.delivery.pipeline.RunEvents;
import dev.proa.delivery.pipeline.RunSetup;
import dev.proa.delivery.pipeline.RunState;
import dev.proa.delivery.pipeline.Step;
import dev.proa.delivery.pipeline.StepAction;
import dev.proa.delivery.pipeline.TriggerDecision;
import dev.proa.delivery.pipeline.TriggerEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A syntax for tests: the file {@code pipeline} has a job a line, {@code NAME: SCRIPT; SCRIPT}, each script a step, or {@code @NAME} for an action. All jobs run
 * at once; a step that fails ends its job.
 */
record ScriptPipeline(List<String> lines, Optional<Concurrency> group) implements Pipeline {
    static final PipelineReader READER = new PipelineReader() {
        @Override
        public List<String> find(RepositoryFiles files) {
            return files.paths().stream().filter("pipeline"::equals).toList();
        }

        @Override
        public ParseOutcome read(String path, RepositoryFiles files) {
            byte[] content = files.read(path);
            String text = content == null ? "" : new String(content, StandardCharsets.UTF_8);
            if (!text.contains(":")) {
                return new ParseOutcome.Rejected(List.of(new Problem(path, 1, 1, "there is no job")));
            }
            List<String> jobs =
                    text.lines().filter(line -> !line.startsWith("group ")).toList();
            return new ParseOutcome.Parsed(new ScriptPipeline(
                    jobs,
                    text.lines()
                            .filter(line -> line.startsWith("group "))
                            .map(line -> new Concurrency(line.substring(6), true))
                            .findFirst()));
        }
    };

    @Override
    public String path() {
        return "pipeline";
    }

    @Override
    public String name() {
        return "test";
    }

    @Override
    public TriggerDecision trigger(TriggerEvent event) {
        return event.branch().filter("ignored"::equals).isPresent()
                ? new TriggerDecision.Ignores("the branch is ignored")
                : new TriggerDecision.Runs();
    }

    @Override
    public List<String> schedules() {
        return List.of();
    }

    @Override
    public List<Problem> missing(Available available) {
        return List.of();
    }

    @Override
    public RunState start(RunSetup setup) {
        return new State(this, List.of());
    }

    @Override
    public OutputReader outputReader(Collection<String> masked) {
        StringBuilder rest = new StringBuilder();
        return new OutputReader() {
            @Override
            public List<Line> read(byte[] bytes, int start, int length) {
                rest.append(new String(bytes, start, length, StandardCharsets.UTF_8));
                List<Line> lines = new ArrayList<>();
                for (int end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
                    lines.add(text(rest.substring(0, end)));
                    rest.delete(0, end + 1);
                }
                return lines;
            }

            private Line text(String line) {
                String shown = line;
                for (String mask : masked) {
                    shown = shown.replace(mask, "***");
                }
                return new Line.Text(shown);
            }

            @Override
            public List<Line> end() {
                return rest.isEmpty() ? List.of() : List.of(text(rest.toString()));
            }

            @Override
            public Map<String, String> outputs() {
                return Map.of();
            }

            @Override
            public Map<String, String> state() {
                return Map.of();
            }

            @Override
            public List<String> masks() {
                return List.of();
            }
        };
    }

    private record State(ScriptPipeline pipeline, List<RunEvent> events) implements RunState {
        @Override
        public RunState after(RunEvent event) {
            List<RunEvent> more = new ArrayList<>(events);
            more.add(event);
            return new State(pipeline, List.copyOf(more));
        }

        @Override
        public String title() {
            return "test";
        }

        private boolean cancelled() {
            return events.stream().anyMatch(RunEvent.RunCancelled.class::isInstance);
        }

        @Override
        public List<JobView> jobs() {
            return pipeline.lines.stream().map(this::job).toList();
        }

        private JobView job(String line) {
            String id = line.substring(0, line.indexOf(':'));
            Optional<Instant> started = Optional.empty();
            Optional<RunEvent.JobEnded> end = Optional.empty();
            List<RunEvent.StepEnded> ended = new ArrayList<>();
            for (RunEvent event : events) {
                switch (event) {
                    case RunEvent.JobStarted it when it.job().equals(id) -> started = Optional.of(it.at());
                    case RunEvent.StepEnded it when it.job().equals(id) -> ended.add(it);
                    case RunEvent.JobEnded it when it.job().equals(id) -> end = Optional.of(it);
                    default -> {}
                }
            }
            if (end.isEmpty() && started.isEmpty() && cancelled()) {
                end = Optional.of(
                        new RunEvent.JobEnded(Instant.EPOCH, id, Conclusion.CANCELLED, "the run was cancelled"));
            }
            List<JobView.StepView> steps = new ArrayList<>();
            String[] scripts = scripts(line);
            for (int i = 0; i < scripts.length; i++) {
                Optional<Conclusion> how =
                        i < ended.size() ? Optional.of(ended.get(i).outcome()) : Optional.empty();
                steps.add(new JobView.StepView("s" + i, scripts[i], false, how, how));
            }
            return new JobView(
                    id,
                    id,
                    List.of(),
                    end.isPresent()
                            ? JobView.Status.ENDED
                            : started.isPresent() ? JobView.Status.RUNNING : JobView.Status.READY,
                    end.map(RunEvent.JobEnded::conclusion),
                    end.map(RunEvent.JobEnded::message).orElse(""),
                    false,
                    1,
                    started,
                    end.map(RunEvent.JobEnded::at),
                    steps,
                    Map.of());
        }

        private static String[] scripts(String line) {
            return line.substring(line.indexOf(':') + 1).strip().split(" *; *");
        }

        @Override
        public List<JobStart> ready() {
            return jobs().stream()
                    .filter(job -> job.status() == JobView.Status.READY)
                    .map(job -> new JobStart(
                            job.id(),
                            job.name(),
                            1,
                            List.of("linux"),
                            Optional.empty(),
                            Map.of(),
                            Duration.ofMinutes(5),
                            Optional.empty(),
                            "",
                            Map.of()))
                    .toList();
        }

        @Override
        public List<String> stopping() {
            return cancelled()
                    ? jobs().stream()
                            .filter(job -> job.status() == JobView.Status.RUNNING)
                            .map(JobView::id)
                            .toList()
                    : List.of();
        }

        @Override
        public NextStep next(String id) {
            JobView job = jobs().stream()
                    .filter(one -> one.id().equals(id))
                    .findFirst()
                    .orElseThrow();
            if (job.status() != JobView.Status.RUNNING) {
                return new NextStep.None();
            }
            for (JobView.StepView step : job.steps()) {
                if (step.conclusion().isEmpty()) {
                    return cancelled()
                            ? new NextStep.Finished(Conclusion.CANCELLED)
                            : new NextStep.Run(new Step(
                                    step.id(),
                                    step.name(),
                                    action(step.name()),
                                    Map.of(),
                                    List.of(),
                                    Optional.empty(),
                                    List.of(new ResultFile("OUT", "OUT", ""))));
                }
                if (!step.conclusion().get().good()) {
                    return new NextStep.Finished(step.conclusion().get());
                }
            }
            return new NextStep.Finished(Conclusion.SUCCESS);
        }

        private static StepAction action(String text) {
            return text.startsWith("@")
                    ? new StepAction.BuiltIn(text.substring(1), "v4", Map.of(), StepAction.Phase.MAIN, Map.of())
                    : new StepAction.Script(text.replace(" and do ", "; do ").replace(" and ", "\n"), "sh -e {0}", "");
        }

        @Override
        public Optional<Conclusion> conclusion() {
            List<JobView> all = jobs();
            if (!all.stream().allMatch(job -> job.status() == JobView.Status.ENDED)) {
                return Optional.empty();
            }
            return Optional.of(all.stream()
                    .map(job -> job.conclusion().orElseThrow())
                    .filter(how -> !how.good())
                    .findFirst()
                    .orElse(Conclusion.SUCCESS));
        }

        @Override
        public Optional<Concurrency> concurrency() {
            return pipeline.group;
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
}
