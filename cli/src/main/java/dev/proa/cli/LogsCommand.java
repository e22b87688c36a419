package dev.proa.cli;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.http.HttpTransport;
import dev.proa.delivery.AppLogs;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code proa logs}: prints the logs of an application or of a cluster's server. */
@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        description = {
            "Print the logs of an application, of all its pods in the order of time.",
            "",
            "Each line begins with the pod and the container. With --cluster, the log of the cluster's own server."
        })
final class LogsCommand implements Callable<Integer> {
    @Parameters(paramLabel = "APP", arity = "0..1", description = "Name of the application, as proa status shows it.")
    private @Nullable String app;

    @Option(names = "--cluster", description = "The log of the cluster's server instead.")
    private boolean cluster;

    @Mixin
    private NameOption name;

    @Option(
            names = {"-n", "--namespace"},
            defaultValue = "default",
            paramLabel = "NAMESPACE",
            description = "Where the application was deployed to (default: ${DEFAULT-VALUE}).")
    private String namespace;

    @Option(
            names = "--tail",
            defaultValue = "-1",
            paramLabel = "N",
            description = "Only the last N lines, of each container.")
    private int tail;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = Since.class,
            description = "Only lines that are not older, as 30s, 5m, 2h or 1d.")
    private @Nullable Duration since;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is written from now on, by later pods or servers too, until interrupted.")
    private boolean follow;

    @Option(
            names = {"-p", "--previous"},
            description = "Of the containers, or the server, before the present ones.")
    private boolean previous;

    /** Parses a duration of a single unit, as kubectl accepts it. */
    static final class Since implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            if (!text.matches("[0-9]{1,6}[smhd]")) {
                throw new TypeConversionException("a number with s, m, h or d is wanted, as 5m, not \"" + text + "\"");
            }
            String unit = text.substring(text.length() - 1).toUpperCase(Locale.ROOT);
            return Duration.parse(unit.equals("D") ? "P" + text : "PT" + text);
        }
    }

    @Override
    public Integer call() throws Exception {
        ClusterHome home = name.home();
        if (cluster == (app != null)) {
            throw new Failure(
                    Exit.USAGE,
                    "name an application, as proa status shows it, or give --cluster for the log of the cluster's server");
        }
        if (app == null) {
            if (since != null) {
                throw new Failure(Exit.USAGE, "--since is for applications; use --tail for the cluster's server");
            }
            return ClusterLog.print(home, tail, follow, previous);
        }
        home.require();
        PrintStream out = System.out;
        HttpTransport transport = Administrator.transport(home);
        try (Client client = new Client(transport)) {
            AppLogs logs = new AppLogs(
                    client,
                    new ServedLogs(transport),
                    Clock.system(),
                    new AppLogs.Options(tail, since, previous),
                    out::println);
            if (follow && !previous) {
                logs.follow(namespace, app);
            } else {
                logs.print(namespace, app);
            }
        }
        return Exit.OK;
    }
}
