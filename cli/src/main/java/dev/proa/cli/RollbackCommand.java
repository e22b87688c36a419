package dev.proa.cli;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.http.HttpTransport;
import dev.proa.delivery.DeployOutcome;
import dev.proa.delivery.Rollback;
import dev.proa.delivery.Target;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa rollback}: rolls an application back to an earlier revision. */
@Command(
        name = "rollback",
        mixinStandardHelpOptions = true,
        description = {
            "Roll an application back to an earlier version, and print its URL.",
            "",
            "As kubectl rollout undo does, followed as deploy is, for Deployments, StatefulSets, DaemonSets and Rollouts. Its folder stays as it is: the next deploy brings that again. "
                    + "Which versions there are: proa history APP"
        })
final class RollbackCommand implements Callable<Integer> {
    @Mixin
    private ApplicationOptions application;

    @Mixin
    private NameOption name;

    @Mixin
    private OutputOption output;

    @Parameters(index = "1", arity = "0..1", defaultValue = "0", paramLabel = "REVISION", description = "As --to.")
    private long given;

    @Option(
            names = "--to",
            defaultValue = "0",
            paramLabel = "REVISION",
            description = "Default: the one before the present.")
    private long revision;

    @Option(
            names = "--timeout",
            defaultValue = "180",
            paramLabel = "SECONDS",
            description = "How long the rollout and the first answer may take (default: ${DEFAULT-VALUE}).")
    private int timeout;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        boolean json = output.json();
        if (timeout < 1) {
            throw new Failure(Exit.USAGE, "--timeout must be at least 1, not " + timeout);
        }
        if (revision < 0 || given < 0) {
            throw new Failure(Exit.USAGE, "--to must be a revision, not " + Math.min(revision, given));
        }
        if (revision > 0 && given > 0 && revision != given) {
            throw new Failure(
                    Exit.USAGE, "revision " + given + " and --to " + revision + " are not the same: name one");
        }
        ClusterHome home = name.home();
        ClusterHome.Running server = home.require();
        PrintWriter out = spec.commandLine().getOut();
        Style style = Style.of(System.getenv());
        HttpTransport transport = Administrator.transport(home);
        try (Client client = new Client(transport)) {
            Rollback rollback = new Rollback(
                    client,
                    new ServedLogs(transport),
                    server.nodePorts(),
                    Clock.system(),
                    new PrintedProgress(json ? spec.commandLine().getErr() : out, style));
            DeployOutcome outcome = rollback.back(
                    application.namespace(), application.app(), Math.max(revision, given), Duration.ofSeconds(timeout));
            return new OutcomePrinter(json, Target.local(server.nodePorts()), out, style).print(outcome);
        }
    }
}
