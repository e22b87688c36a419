package dev.proa.image.solver;

import dev.proa.image.Digest;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageFailure;
import dev.proa.image.dockerfile.Command;
import dev.proa.image.dockerfile.Dockerfile;
import dev.proa.image.dockerfile.DockerfileException;
import dev.proa.image.dockerfile.Instruction;
import dev.proa.image.dockerfile.Scope;
import dev.proa.image.dockerfile.Source;
import dev.proa.image.dockerfile.Stage;
import dev.proa.image.dockerfile.SyntaxProblem;
import dev.proa.image.solver.BuildSandbox.Root;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Builds one stage: one instruction after the other. For one thread. */
final class StageBuild {
    private static final List<String> SHELL = List.of("/bin/sh", "-c");
    static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final Solve solve;
    private final Stage stage;
    private final List<ImageConfig.History> history = new ArrayList<>();
    private Scope scope;
    private Layers layers = Layers.none();
    private ImageConfig config;
    /** Whether this stage has set a command; a new entry point takes away only one of the base. */
    private boolean ownCommand;

    private int step = 1;
    private int steps;

    /** A stage that was built. */
    record Result(Layers layers, ImageConfig config, List<ImageConfig.History> history, Scope scope) {}

    StageBuild(Solve solve, Stage stage) {
        this.solve = solve;
        this.stage = stage;
        config = ImageConfig.empty(solve.request().platform());
        scope = solve.arguments().scope(Map.of());
    }

    /** Builds it. An interrupt ends what runs. */
    Result run() throws IOException, InterruptedException {
        steps = 1
                + (int) stage.instructions().stream().filter(StageBuild::isStep).count();
        Solve.Base base = solve.base(stage, prefix(1));
        layers = base.layers();
        scope = base.scope();
        config = base.config().toBuilder().onBuild(List.of()).build();
        history.addAll(base.history());
        for (String trigger : base.config().onBuild()) {
            trigger(trigger);
        }
        for (Instruction instruction : stage.instructions()) {
            execute(instruction, instruction.source());
        }
        solve.warn(scope.warnings());
        return new Result(layers, config, history, scope);
    }

    /** Executes what {@code ONBUILD} left in the base. A failure shows the line of {@code FROM}. */
    private void trigger(String trigger) throws IOException, InterruptedException {
        try {
            for (Instruction instruction : Dockerfile.parseTrigger(trigger)) {
                execute(instruction, stage.source());
            }
        } catch (DockerfileException e) {
            throw solve.failure(stage.source(), e.reason(), "ONBUILD " + trigger + ": " + e.problem(), "", e);
        }
    }

    private static boolean isStep(Instruction instruction) {
        return instruction instanceof Instruction.Run
                || instruction instanceof Instruction.Copy
                || instruction instanceof Instruction.Add
                || instruction instanceof Instruction.Workdir;
    }

    /** How progress names this step, as BuildKit does. */
    private String prefix(int number) {
        String name = solve.severalStages() ? stage.label() + " " : "";
        return "[" + name + number + "/" + steps + "] ";
    }

    /** @param shown where failures are shown */
    private void execute(Instruction written, Source shown) throws IOException, InterruptedException {
        if (isStep(written)) {
            step = Math.min(step + 1, steps);
        }
        try {
            Instruction instruction = scope.apply(written);
            switch (instruction) {
                case Instruction.Run run -> run(run, shown);
                case Instruction.Copy copy -> copy(CopyStep.of(copy), copy.from(), copy);
                case Instruction.Add add -> copy(CopyStep.of(add), "", add);
                case Instruction.Workdir workdir -> workdir(workdir);
                case Instruction.Arg arg -> history(arg, true);
                default -> {
                    config = ConfigChange.apply(config, instruction, ownCommand, shell());
                    ownCommand |= instruction instanceof Instruction.Cmd;
                    history(instruction, true);
                }
            }
        } catch (SyntaxProblem e) {
            throw solve.failure(shown, ImageFailure.Reason.INVALID, String.valueOf(e.getMessage()), "", e);
        } catch (ImageFailure e) {
            throw e instanceof StepFailure || e instanceof DockerfileException
                    ? e
                    : solve.failure(shown, e.reason(), String.valueOf(e.getMessage()), "", e);
        }
    }

    private List<String> shell() {
        return config.shell().isEmpty() ? SHELL : config.shell();
    }

    private void history(Instruction instruction, boolean empty) {
        String created = solve.created();
        history.add(new ImageConfig.History(created, instruction.source().text(), "", empty));
    }

    /** Puts the result of a step on top. */
    private void add(Digest key, Path result, Instruction instruction) throws IOException {
        boolean empty = Solve.isEmpty(result);
        layers = empty ? new Layers(key, layers.all()) : layers.with(key, result);
        if (!empty) {
            solve.layer(stage, result);
        }
        history(instruction, empty);
    }

    private void workdir(Instruction.Workdir workdir) throws IOException, InterruptedException {
        String directory = absolute(workdir.path());
        config = config.toBuilder().workingDirectory(directory).build();
        Digest key = new Key("directory")
                .add("below", layers.key().hex())
                .add("path", directory)
                .add("user", config.user())
                .finish();
        String user = config.user();
        List<Path> below = layers.directories();
        Path result = solve.step(name(workdir), key, (upper, vertex) -> {
            solve.sandbox().mounted(List.of(new Root(below, upper)), roots -> {
                Owner owner = user.isEmpty() ? null : Owner.orRoot(user, roots.getFirst());
                new CopyFiles(roots.getFirst(), owner, null, solve.sandbox().whiteouts()).directory(directory);
                return roots;
            });
            return null; // a result of its own
        });
        add(key, result, workdir);
    }

    private String absolute(String path) {
        String own = config.workingDirectory().isEmpty() ? "/" : config.workingDirectory();
        return "/" + FileSource.clean(path.startsWith("/") ? path : own + "/" + path);
    }

    private String name(Instruction instruction) {
        return prefix(step)
                + (instruction instanceof Instruction.Run run
                        ? run.title()
                        : instruction.source().text());
    }

    private void copy(CopyStep copy, String from, Instruction instruction) throws IOException, InterruptedException {
        CopyStep placed = copy.to(destination(copy.destination()));
        Layers below = copy.link() ? Layers.none() : layers;
        CopyStep.Prepared prepared = placed.prepare(solve, solve.source(stage, from), below, layers);
        Path result = solve.step(name(instruction), prepared.key(), prepared.work());
        Digest key = copy.link()
                ? new Key("link")
                        .add("below", layers.key().hex())
                        .add("layer", prepared.key().hex())
                        .finish()
                : prepared.key();
        add(key, result, instruction);
    }

    /** Absolute, and with a slash at the end if it is meant to be a directory. */
    private String destination(String destination) {
        boolean directory = destination.endsWith("/")
                || destination.endsWith("/.")
                || destination.equals(".")
                || destination.equals("..");
        String absolute = absolute(destination);
        return directory && !absolute.equals("/") ? absolute + "/" : absolute;
    }

    private void run(Instruction.Run run, Source shown) throws IOException, InterruptedException {
        if (run.insecure() && !solve.request().insecure()) {
            throw ImageFailure.invalid("security.insecure is not allowed; allow it with --allow security.insecure");
        }
        if (!run.devices().isEmpty()) {
            throw ImageFailure.invalid("--device is not supported: commands of a build have no devices");
        }
        RunMounts mounts = new RunMounts(solve, stage, scope.mounts(run), this::absolute);
        try (mounts) {
            List<String> command = command(run.command(), mounts);
            Map<String, String> environment = new TreeMap<>(scope.environment());
            environment.keySet().removeAll(solve.arguments().proxies().keySet());
            Key key = new Key("run")
                    .add("below", layers.key().hex())
                    .add("command", command)
                    .add("environment", lines(environment))
                    .add("user", config.user())
                    .add("directory", config.workingDirectory())
                    .add("network", run.network().name())
                    .add("insecure", Boolean.toString(run.insecure()))
                    .add("platform", config.platform().toString());
            mounts.addTo(key);
            Digest finished = key.finish();
            environment.putAll(solve.arguments().proxies());
            environment.putIfAbsent("PATH", PATH);
            List<Path> below = layers.directories();
            Path result = solve.step(name(run), finished, (upper, vertex) -> {
                Map<String, String> all = new TreeMap<>(environment);
                List<RunRequest.Mount> prepared = mounts.prepare(all);
                RunRequest request = new RunRequest(
                        new Root(below, upper),
                        command,
                        lines(all),
                        config.user(),
                        config.workingDirectory().isEmpty() ? "/" : config.workingDirectory(),
                        prepared,
                        run.network() == Instruction.Network.NONE ? RunRequest.Network.NONE : RunRequest.Network.HOST,
                        run.insecure());
                OutputTail tail = new OutputTail(vertex);
                int code = solve.sandbox().run(request, tail);
                if (code != 0) {
                    throw solve.failure(
                            shown,
                            ImageFailure.Reason.BUILD_FAILED,
                            "process \"" + String.join(" ", command) + "\" did not complete successfully: exit code: "
                                    + code,
                            tail.text(name(run)),
                            null);
                }
                return null;
            });
            add(finished, result, run);
        }
    }

    private static List<String> lines(Map<String, String> variables) {
        return variables.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .toList();
    }

    private List<String> command(Command command, RunMounts mounts) {
        return switch (command) {
            case Command.Exec(List<String> arguments) -> {
                if (arguments.isEmpty()) {
                    throw ImageFailure.invalid("RUN needs a command");
                }
                yield arguments;
            }
            case Command.Shell line -> {
                List<String> all = new ArrayList<>(shell());
                all.add(
                        switch (line.program()) {
                            case Command.Program.Line(String text) -> text;
                            case Command.Program.Script(String name, String content) -> mounts.script(name, content);
                        });
                yield all;
            }
        };
    }
}
