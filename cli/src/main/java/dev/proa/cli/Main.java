package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Transport.TransportException;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.image.ImageFailure;
import dev.proa.node.agent.UnmetRequirements;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code proa}: a Kubernetes cluster in one JVM, and the way to deliver web applications on it. */
@Command(
        name = "proa",
        mixinStandardHelpOptions = true,
        version = Main.VERSION,
        description = "Kubernetes in one JVM, and the way to deliver web applications on it.",
        footer = {
            "",
            "Exit codes: 0 done, 1 failed, 2 usage, 3 no such cluster is running, 4 the machine lacks something.",
            "Data lies under $PROA_HOME (default: $XDG_DATA_HOME/proa, else",
            "~/.local/share/proa). More about a command: proa COMMAND --help"
        },
        subcommands = {
            DeployCommand.class,
            DevCommand.class,
            DetectCommand.class,
            DiffCommand.class,
            HistoryCommand.class,
            ManifestsCommand.class,
            ConvertCommand.class,
            LogsCommand.class,
            OpenCommand.class,
            RollbackCommand.class,
            DeleteCommand.class,
            UpCommand.class,
            ListCommand.class,
            StatusCommand.class,
            DownCommand.class,
            KubeconfigCommand.class,
            CertsCommand.class,
            ServerCommand.class,
            NodeCommand.class,
            LoginCommand.class,
            LdapWebhookCommand.class,
            ImageCommand.class,
            GitCommand.class,
            CiCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Main implements Runnable {
    /** Prefix of messages on standard error. */
    static final String PREFIX = "proa: ";

    /** The commands that have a log. */
    private static final Set<String> LOGGING = Set.of("server", "node", "ldap-webhook");

    static final String VERSION = "proa 0.1.0 (Kubernetes v1.36.3)";

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    public static void main(String[] arguments) {
        if (arguments.length == 0 || !LOGGING.contains(arguments[0])) {
            logNothing();
        }
        System.exit(isAnswered(arguments) ? Exit.OK : run(arguments));
    }

    /** Whether the cluster's server has answered already: most deployments have nothing to do, and the server is quick to see that. */
    static boolean isAnswered(String... arguments) {
        if (arguments.length < 2 || !arguments[0].equals("deploy")) {
            return false;
        }
        try {
            Caller self = Caller.self(System.getenv());
            boolean coloured = Style.of(System.getenv()).coloured();
            return UnchangedDeploy.ask(
                    List.of(arguments), self, coloured, UnchangedDeploy.PATIENCE, System.out, System.err);
        } catch (IOException e) {
            return false; // the command itself tells what is wrong
        }
    }

    /** Turns logging off: commands print their own messages, only servers and nodes have a log. */
    static void logNothing() {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "off");
    }

    /** Runs a command line; returns an {@link Exit}. */
    static int run(String... arguments) {
        CommandLine line = new CommandLine(new Main());
        if (List.of(arguments).contains("image")) {
            ImageCommand.complete(line);
        }
        if (List.of(arguments).contains("git")) {
            GitCommand.complete(line);
        }
        if (List.of(arguments).contains("ci")) {
            CiCommand.complete(line);
        }
        line.setExecutionExceptionHandler((exception, command, parsed) -> {
            PrintWriter err = command.getErr();
            if (!understood(exception)) {
                exception.printStackTrace(err);
            }
            int exit = switch (exception) {
                case Failure failure -> failure.exit();
                case UnmetRequirements unmet -> Exit.UNMET;
                default -> Exit.FAILED;
            };
            err.println(PREFIX + explain(exception));
            boolean answered = exception instanceof Failure failure && failure.answered();
            if (isJson(parsed) && !answered) {
                tellProgram(command, explain(exception), exit);
            }
            return exit;
        });
        line.setParameterExceptionHandler(Main::misunderstood);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        return line.execute(arguments);
    }

    /** The definition of the command line. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        ImageCommand.complete(line);
        GitCommand.complete(line);
        CiCommand.complete(line);
        return line;
    }

    private static void tellProgram(CommandLine command, String error, int exit) {
        PrintWriter out = command.getOut();
        out.println(Json.toString(MapValue.of("error", error, "exit", (long) exit)));
        out.flush();
    }

    /** Whether the failed command was to write JSON. */
    private static boolean isJson(CommandLine.ParseResult parsed) {
        CommandLine.ParseResult of = parsed;
        while (of.hasSubcommand()) {
            of = of.subcommand();
        }
        return "json".equals(of.matchedOptionValue("--output", ""));
    }

    /** Prints one line about what is wrong with the command line, rather than a page of help. */
    private static int misunderstood(ParameterException exception, String[] arguments) {
        CommandLine command = exception.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(PREFIX + exception.getMessage());
        if (String.join(" ", arguments).matches("(?s)(.* )?(-o|--output)[ =]?json( .*)?")) {
            tellProgram(command, String.valueOf(exception.getMessage()), Exit.USAGE);
        }
        // Only the best suggestion.
        if (exception instanceof UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()
                && !unmatched.getSuggestions().isEmpty()) {
            err.println("Did you mean: proa " + unmatched.getSuggestions().getFirst() + "?");
        } else if (!UnmatchedArgumentException.printSuggestions(exception, err)) {
            err.println("See: " + command.getCommandSpec().qualifiedName() + " --help");
        }
        return Exit.USAGE;
    }

    /** Whether its message is meant for users; anything else is a bug, whose stack trace is printed. */
    static boolean understood(Exception exception) {
        return exception instanceof Failure
                || exception instanceof ImageFailure
                || exception instanceof DeliveryFailure
                || exception instanceof TransportException
                || exception instanceof StatusException
                || exception instanceof IllegalArgumentException
                || exception instanceof IllegalStateException
                || exception instanceof IOException
                || exception instanceof UncheckedIOException;
    }

    /** The message for users. */
    static String explain(Exception exception) {
        String message = String.valueOf(exception.getMessage());
        return switch (exception) {
            case TransportException e -> message + "; what the server has to say: proa logs --cluster --tail 20";
            case StatusException e -> message + "; what the server has to say: proa logs --cluster --tail 20";
            // The JDK's messages of these are only the path.
            case AccessDeniedException e ->
                "there is no right to use " + e.getFile() + (e.getReason() == null ? "" : ": " + e.getReason());
            case NoSuchFileException e -> "there is no " + e.getFile();
            case FileAlreadyExistsException e -> e.getFile() + " is in the way: it is no folder";
            case UncheckedIOException e when e.getCause() instanceof FileSystemException cause -> explain(cause);
            case IOException e ->
                message + " (data lies in " + Home.of(System.getenv()).directory() + ", or where PROA_HOME says)";
            default -> message;
        };
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
