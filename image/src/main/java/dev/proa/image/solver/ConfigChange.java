package dev.proa.image.solver;

import dev.proa.image.ImageConfig;
import dev.proa.image.ImageConfigBuilder;
import dev.proa.image.ImageFailure;
import dev.proa.image.dockerfile.Command;
import dev.proa.image.dockerfile.Instruction;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What instructions change in an image's configuration alone. */
final class ConfigChange {
    private static final Pattern SIGNAL = Pattern.compile("(?i)(SIG)?[A-Z][A-Z0-9+-]*|[0-9]{1,2}");

    private ConfigChange() {}

    /**
     * Applies an instruction, whose variables are expanded.
     *
     * @param ownCommand whether the stage itself has set a command, which a new entry point keeps
     * @param shell for commands in shell form
     */
    static ImageConfig apply(ImageConfig config, Instruction instruction, boolean ownCommand, List<String> shell) {
        ImageConfigBuilder builder = config.toBuilder();
        switch (instruction) {
            case Instruction.Env env -> env.variables().forEach(each -> builder.environment(each.name(), each.value()));
            case Instruction.Label label -> label.labels().forEach(each -> builder.label(each.name(), each.value()));
            case Instruction.Cmd cmd -> builder.command(words(cmd.command(), shell));
            case Instruction.Entrypoint entrypoint -> {
                builder.entrypoint(words(entrypoint.command(), shell));
                builder.command(ownCommand ? config.command() : List.of());
            }
            case Instruction.Shell own -> builder.shell(own.arguments());
            case Instruction.User user -> builder.user(user.user());
            case Instruction.Expose expose -> expose.exposed().forEach(builder::exposedPort);
            case Instruction.Volume volume -> volume.paths().forEach(builder::volume);
            case Instruction.StopSignal signal -> builder.stopSignal(signal(signal.signal()));
            case Instruction.Healthcheck check -> builder.healthcheck(healthcheck(check, shell));
            case Instruction.Onbuild onbuild -> {
                List<String> triggers = new ArrayList<>(config.onBuild());
                triggers.add(onbuild.trigger());
                builder.onBuild(triggers);
            }
            case Instruction.Maintainer maintainer -> builder.author(maintainer.name());
            case Instruction.Run run -> throw isStep(run);
            case Instruction.Copy copy -> throw isStep(copy);
            case Instruction.Add add -> throw isStep(add);
            case Instruction.Workdir workdir -> throw isStep(workdir);
            case Instruction.Arg arg -> throw isStep(arg);
        }
        return builder.build();
    }

    private static IllegalStateException isStep(Instruction instruction) {
        return new IllegalStateException(instruction.keyword() + " changes more than the configuration");
    }

    private static List<String> words(Command command, List<String> shell) {
        return switch (command) {
            case Command.Exec(List<String> arguments) -> arguments;
            case Command.Shell(String line, var heredocs) -> {
                List<String> words = new ArrayList<>(shell);
                words.add(line);
                yield words;
            }
        };
    }

    private static String signal(String signal) {
        if (!SIGNAL.matcher(signal).matches()) {
            throw ImageFailure.invalid("invalid signal: " + signal);
        }
        return signal;
    }

    private static ImageConfig.Healthcheck healthcheck(Instruction.Healthcheck check, List<String> shell) {
        List<String> test = new ArrayList<>();
        switch (check.command()) {
            case null -> test.add("NONE");
            case Command.Exec(List<String> arguments) -> {
                test.add("CMD");
                test.addAll(arguments);
            }
            case Command.Shell(String line, var heredocs) -> {
                test.add("CMD-SHELL");
                test.add(line);
            }
        }
        return new ImageConfig.Healthcheck(
                test,
                check.interval().toNanos(),
                check.timeout().toNanos(),
                check.startPeriod().toNanos(),
                check.startInterval().toNanos(),
                check.retries());
    }
}
