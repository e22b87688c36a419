package dev.proa.delivery.pipeline.run;

import dev.proa.client.clock.Clock;
import dev.proa.delivery.pipeline.Conclusion;
import dev.proa.delivery.pipeline.Masks;
import dev.proa.delivery.pipeline.OutputReader;
import dev.proa.delivery.pipeline.ResultFile;
import dev.proa.delivery.pipeline.RunEvent;
import dev.proa.delivery.pipeline.Step;
import dev.proa.delivery.pipeline.StepAction;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one step of a job. For one thread, but for {@link #end}. */
final class StepRunner {
    private static final Logger LOG = LoggerFactory.getLogger(StepRunner.class);
    private static final int MOST_RESULT_BYTES = 1 << 20;
    /** From a step's termination to its killing. */
    private static final Duration GRACE = Duration.ofSeconds(8);

    private final RunContext context;
    private final RunDriver run;
    private final String job;
    private final JobContainer container;
    private final Step step;
    private final JobLog log;
    private final int number;
    private volatile @Nullable StepProcess process;
    private volatile @Nullable Conclusion ending;

    StepRunner(RunContext context, RunDriver run, String job, JobContainer container, Step step, JobLog log) {
        this.context = context;
        this.run = run;
        this.job = job;
        this.container = container;
        this.step = step;
        this.log = log;
        number = run.number(job, step.id());
    }

    /** Ends the step, which then ends like that. */
    void end(Conclusion how) {
        ending = how;
        StepProcess running = process;
        if (running != null) {
            signal(running, "TERM");
            context.clock().schedule(GRACE, () -> signal(running, "KILL"));
        }
    }

    private static void signal(StepProcess process, String signal) {
        Thread.ofVirtual().start(() -> {
            try {
                process.signal(signal);
            } catch (IOException | RuntimeException e) {
                LOG.info("a step was not sent {}: {}", signal, e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Runs it to its end. */
    RunEvent.StepEnded run() throws IOException, InterruptedException {
        log.again(number);
        return switch (step.action()) {
            case StepAction.Script script -> script(script.script(), script.shell(), folder(script.workingDirectory()));
            case StepAction.JavaScript action ->
                script(
                        "",
                        "node " + StepProcess.quoted(folder(action.folder()) + "/" + action.file()),
                        JobPod.WORKSPACE);
            case StepAction.BuiltIn action -> builtIn(action);
            case StepAction.Container action ->
                failed("actions in containers of their own (" + action.image() + action.dockerfile()
                        + ") are not run; run the job in that image by container:");
        };
    }

    private RunEvent.StepEnded failed(String message) throws IOException {
        log.line(number, "##[error]" + message);
        return new RunEvent.StepEnded(
                context.clock().instant(), job, step.id(), Conclusion.FAILURE, message, Map.of(), Map.of(), Map.of());
    }

    private static String folder(String relative) {
        return relative.startsWith("/")
                ? relative
                : relative.isEmpty() ? JobPod.WORKSPACE : JobPod.WORKSPACE + "/" + relative;
    }

    private RunEvent.StepEnded builtIn(StepAction.BuiltIn action) throws IOException, InterruptedException {
        BuiltInActions actions = new BuiltInActions(context, run.actionJob(container), run.docker());
        Masks masks = new Masks(run.masks(job));
        BuiltInActions.Ended ended = actions.run(action, line -> {
            try {
                log.line(number, masks.hide(line));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        if (!ended.message().isEmpty()) {
            log.line(number, "##[error]" + masks.hide(ended.message()));
        }
        return new RunEvent.StepEnded(
                context.clock().instant(),
                job,
                step.id(),
                ending == null ? ended.outcome() : ending,
                masks.hide(ended.message()),
                ended.files(),
                ended.outputs(),
                ended.state());
    }

    private RunEvent.StepEnded script(String script, String shell, String folder)
            throws IOException, InterruptedException {
        Map<String, String> files = new LinkedHashMap<>();
        for (ResultFile file : step.resultFiles()) {
            files.put(
                    file.name(),
                    file.path().isEmpty()
                            ? JobPod.CONTROL + "/files/" + step.id() + "/" + file.name()
                            : folder(file.path()));
        }
        StepProcess started = new StepProcess(container, step.id());
        start(started, script, shell, folder, files);
        process = started;
        Conclusion asked = ending;
        if (asked != null) {
            end(asked); // it came while the step was being started
        }
        OutputReader reader = run.pipeline().outputReader(run.masks(job));
        Clock.Timer timer = step.timeout()
                .map(timeout -> context.clock().schedule(timeout, () -> end(Conclusion.TIMED_OUT)))
                .orElse(() -> {});
        int exit;
        try {
            ToolServer tools = new ToolServer(container, run.tools());
            exit = started.follow(new StepProcess.Counted(new Lines(reader)), tools::answer);
        } finally {
            timer.cancel();
        }
        write(reader.end());
        run.mask(job, reader.masks(), container);
        return ended(exit, reader, results(files));
    }

    private void start(StepProcess started, String script, String shell, String folder, Map<String, String> files)
            throws IOException, InterruptedException {
        Map<String, String> environment = new LinkedHashMap<>(step.env());
        environment.put("PROA_CONTROL", JobPod.CONTROL);
        environment.put("GIT_CONFIG_COUNT", "1");
        environment.put("GIT_CONFIG_KEY_0", "safe.directory");
        environment.put("GIT_CONFIG_VALUE_0", "*");
        for (ResultFile file : step.resultFiles()) {
            String path = String.valueOf(files.get(file.name()));
            if (!file.variable().isEmpty()) {
                environment.put(file.variable(), path);
            }
            if (file.path().isEmpty()) {
                container.sh("mkdir -p \"${1%/*}\" && if [ ! -e \"$1\" ]; then : > \"$1\"; fi", path);
            }
        }
        List<String> path = new ArrayList<>(step.path());
        path.add(JobPod.CONTROL + "/bin");
        started.start(script, shell, folder, environment, path);
    }

    private Map<String, String> results(Map<String, String> files) throws IOException, InterruptedException {
        Map<String, String> contents = new LinkedHashMap<>();
        for (Map.Entry<String, String> file : files.entrySet()) {
            try {
                byte[] content = container.read(file.getValue(), MOST_RESULT_BYTES);
                if (content.length > 0) {
                    contents.put(file.getKey(), new String(content, StandardCharsets.UTF_8));
                }
            } catch (BoundedOutput.TooLarge e) {
                log.line(number, "##[error]" + file.getKey() + " is larger than 1 MiB and is not read");
            }
        }
        return contents;
    }

    private RunEvent.StepEnded ended(int exit, OutputReader reader, Map<String, String> contents) throws IOException {
        Conclusion how = ending;
        String message = "";
        if (how == null) {
            how = exit == 0 ? Conclusion.SUCCESS : Conclusion.FAILURE;
            if (exit != 0) {
                message = "Process completed with exit code " + exit + ".";
                log.line(number, "##[error]" + message);
            }
        } else {
            message = how == Conclusion.TIMED_OUT ? "it took too long" : "it was cancelled";
            log.line(number, "##[error]" + message);
        }
        return new RunEvent.StepEnded(
                context.clock().instant(), job, step.id(), how, message, contents, reader.outputs(), reader.state());
    }

    private void write(List<OutputReader.Line> lines) throws IOException {
        for (OutputReader.Line line : lines) {
            log.line(number, text(line));
        }
    }

    /** A line as it is kept, with GitHub's marks for what is not plain text. */
    static String text(OutputReader.Line line) {
        return switch (line) {
            case OutputReader.Line.Text text -> text.text();
            case OutputReader.Line.GroupStart group -> "##[group]" + group.title();
            case OutputReader.Line.GroupEnd end -> "##[endgroup]";
            case OutputReader.Line.Debug debug -> "##[debug]" + debug.text();
            case OutputReader.Line.Annotation at ->
                "##[" + at.level().name().toLowerCase(java.util.Locale.ROOT) + "]"
                        + (at.file().isEmpty() ? "" : at.file() + (at.line() > 0 ? ":" + at.line() : "") + ": ")
                        + at.message();
        };
    }

    /** Takes what the step writes. */
    private final class Lines extends OutputStream {
        private final OutputReader reader;

        Lines(OutputReader reader) {
            this.reader = reader;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int start, int length) throws IOException {
            StepRunner.this.write(reader.read(bytes, start, length));
        }
    }
}
