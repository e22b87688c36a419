package dev.proa.cli;

import dev.proa.api.status.StatusException;
import dev.proa.client.Transport;
import dev.proa.cluster.UnmetRequirements;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code proa}: a Kubernetes cluster in one JVM, and the way to deliver web applications on it. */
@Command(
        name = "proa",
        mixinStandardHelpOptions = true,
        version = "proa 0.1.0 (Kubernetes v1.36.3)",
        description = "Kubernetes in one JVM, and the way to deliver web applications on it.",
        footer = {
            "",
            "Exit codes: 0 done, 1 failed, 2 usage, 3 no such cluster is running, 4 the machine lacks something.",
            "Data lies under $PROA_HOME (default: $XDG_DATA_HOME/proa, else ~/.local/share/proa)."
        },
        subcommands = {
            DeployCommand.class,
            UpCommand.class,
            StatusCommand.class,
            DownCommand.class,
            KubeconfigCommand.class,
            LogsCommand.class,
            ServerCommand.class
        })
public final class Main implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs a command line; returns an {@link Exit}. */
    static int run(String... arguments) {
        CommandLine line = new CommandLine(new Main());
        line.setExecutionExceptionHandler((exception, command, parsed) -> {
            PrintWriter err = command.getErr();
            if (exception instanceof Failure failure) {
                err.println("proa: " + failure.getMessage());
                return failure.exit();
            }
            if (exception instanceof UnmetRequirements) {
                err.println("proa: " + exception.getMessage());
                return Exit.UNMET;
            }
            if (exception instanceof Transport.TransportException || exception instanceof StatusException) {
                err.println("proa: " + exception.getMessage() + "; what the server has to say: proa logs --tail 20");
                return Exit.FAILED;
            }
            if (exception instanceof IllegalArgumentException || exception instanceof IllegalStateException) {
                err.println("proa: " + exception.getMessage());
                return Exit.FAILED;
            }
            exception.printStackTrace(err);
            return Exit.FAILED;
        });
        line.setCaseInsensitiveEnumValuesAllowed(true);
        return line.execute(arguments);
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
