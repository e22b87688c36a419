package dev.proa.image.solver;

import dev.proa.image.Digest;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageFailure;
import dev.proa.image.dockerfile.Command;
import dev.proa.image.dockerfile.Dockerfile;
import dev.proa.image.dockerfile.Heredoc;
import dev.proa.image.dockerfile.Instruction;
import dev.proa.image.dockerfile.Scope;
import dev.proa.image.dockerfile.Stage;
import dev.proa.image.solver.BuildSandbox.Root;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Builds one stage: one instruction after the other. For one thread. */
final class StageBuild {
    private static final List<String> SHELL = List.of("/bin/sh", "-c");
    private static final String PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

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
            for (Instruction instruction : Dockerfile.parseTrigger(trigger)) {
                execute(instruction);
            }
        }
        for (Instruction instruction : stage.instructions()) {
            execute(instruction);
        }
        solve.warn(scope.warnings());
        return new Result(layers, config, history, scope);
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

    private void execute(Instruction written) throws IOException, InterruptedException {
        if (isStep(written)) {
            step = Math.min(step + 1, steps);
        }
        try {
            Instruction instruction = scope.apply(written);
            switch (instruction) {
                case Instruction.Run run -> run(run);
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
        } catch (ImageFailure e) {
            throw e instanceof StepFailure || e instanceof dev.proa.image.dockerfile.DockerfileException
                    ? e
                    : solve.failure(written, e.reason(), String.valueOf(e.getMessage()), "", e);
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
    private void add(Digest key, java.nio.file.Path result, Instruction instruction) throws IOException {
        boolean empty = Solve.isEmpty(result);
        layers = empty ? new Layers(key, layers.all()) : layers.with(key, result);
        history(instruction, empty);
    }

    private void workdir(Instruction.Workdir workdir) throws IOException, InterruptedException {
        String directory = absolute(workdir.path());
        config = config.toBuilder().workingDirectory(directory).build();
        Digest key = new Key("directory")
                .add("below", layers.key().hex())
                .add("path", directory)
                .finish();
        List<java.nio.file.Path> below = layers.directories();
        java.nio.file.Path result = solve.step(
                name(workdir),
                key,
                (upper, vertex) -> solve.sandbox().mounted(List.of(new Root(below, upper)), roots -> {
                    new CopyFiles(roots.getFirst(), null, null, solve.sandbox().whiteouts()).directory(directory);
                    return directory;
                }));
        add(key, result, workdir);
    }

    private String absolute(String path) {
        String own = config.workingDirectory().isEmpty() ? "/" : config.workingDirectory();
        return "/" + FileSource.clean(path.startsWith("/") ? path : own + "/" + path);
    }

    private String name(Instruction instruction) {
        return prefix(step) + instruction.source().text();
    }

    private void copy(CopyStep copy, String from, Instruction instruction) throws IOException, InterruptedException {
        CopyStep placed = copy.to(destination(copy.destination()));
        Layers below = copy.link() ? Layers.none() : layers;
        CopyStep.Prepared prepared = placed.prepare(solve, solve.source(stage, from), below, layers);
        java.nio.file.Path result = solve.step(name(instruction), prepared.key(), prepared.work());
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

    private void run(Instruction.Run run) throws IOException, InterruptedException {
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
            environment.putIfAbsent("PATH", PATH.substring("PATH=".length()));
            List<java.nio.file.Path> below = layers.directories();
            java.nio.file.Path result = solve.step(name(run), finished, (upper, vertex) -> {
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
                            run,
                            ImageFailure.Reason.BUILD_FAILED,
                            "process \"" + String.join(" ", command) + "\" did not complete successfully: exit code: "
                                    + code,
                            tail.text(name(run)),
                            null);
                }
                return code;
            });
            add(finished, result, run);
        }
    }

    private static List<String> lines(Map<String, String> variables) {
        return variables.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .toList();
    }

    /** A heredoc alone is the script itself; in a longer line it stays for the shell to read. */
    private List<String> command(Command command, RunMounts mounts) {
        return switch (command) {
            case Command.Exec(List<String> arguments) -> {
                if (arguments.isEmpty()) {
                    throw ImageFailure.invalid("RUN needs a command");
                }
                yield arguments;
            }
            case Command.Shell(String line, List<Heredoc> heredocs) -> {
                List<String> all = new ArrayList<>(shell());
                all.add(line(line, heredocs, mounts));
                yield all;
            }
        };
    }

    private static String line(String line, List<Heredoc> heredocs, RunMounts mounts) {
        if (heredocs.isEmpty()) {
            return line;
        }
        Heredoc first = heredocs.getFirst();
        if (heredocs.size() == 1
                && line.strip().matches("[0-9]*<<-?['\"]?" + java.util.regex.Pattern.quote(first.name()) + "['\"]?")) {
            return first.content().startsWith("#!") ? mounts.script(first.name(), first.text()) : first.text();
        }
        StringBuilder whole = new StringBuilder(line);
        heredocs.forEach(heredoc -> whole.append('\n').append(heredoc.content()).append(heredoc.name()));
        return whole.toString();
    }
}
