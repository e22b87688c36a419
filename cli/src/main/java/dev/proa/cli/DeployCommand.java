package dev.proa.cli;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.http.HttpTransport;
import dev.proa.delivery.DeployOutcome;
import dev.proa.delivery.DeployRequest;
import dev.proa.delivery.Deployer;
import dev.proa.delivery.Progress;
import dev.proa.image.build.BuildOptions;
import dev.proa.image.build.Builder;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa deploy}: builds an application from source and rolls it out. */
@Command(
        name = "deploy",
        mixinStandardHelpOptions = true,
        description = {
            "Build an application, roll it out, and print its URL.",
            "",
            "The folder is a Maven project with a main class or of Quarkus, or has an index.html. The manifests in its k8s/ are used, "
                    + "or sensible ones are generated. Starts a cluster when none runs, does nothing when nothing changed, "
                    + "and ends with 0 only once the URL has answered."
        })
final class DeployCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "Folder of the application.")
    private Path folder;

    @Mixin
    private NameOption name;

    @Mixin
    private ServerOptions options;

    @Mixin
    private OutputOption output;

    @Option(
            names = {"-n", "--namespace"},
            defaultValue = "default",
            paramLabel = "NAMESPACE",
            description = "For manifests that name none (default: ${DEFAULT-VALUE}).")
    private String namespace;

    @Option(
            names = "--timeout",
            defaultValue = "180",
            paramLabel = "SECONDS",
            description =
                    "How long the rollout and the first answer may take, the build not counted (default: ${DEFAULT-VALUE}).")
    private int timeout;

    @Option(
            names = "--as",
            defaultValue = "",
            paramLabel = "NAME",
            description = "Name of the application (default: its artifactId, or the folder's name).")
    private String as;

    @Option(
            names = "--port",
            defaultValue = "0",
            paramLabel = "PORT",
            description =
                    "Port on which the application listens, when its manifests are generated (default: as was said before, "
                            + "as its source says, or 8080). The application also finds it as PORT in its environment.")
    private int port;

    @Option(
            names = "--test",
            description = "Run the tests of a Maven project first; nothing is deployed when one fails.")
    private boolean test;

    @Option(
            names = "--builder",
            defaultValue = "auto",
            paramLabel = "BUILDER",
            description = "dockerfile: build by the folder's Dockerfile; project: build without it; "
                    + "auto: by the Dockerfile when there is one (default: ${DEFAULT-VALUE}).")
    private Builder builder;

    @Option(
            names = "--prune",
            description = "Delete what was deployed before and is in no manifest any more; without it is only named.")
    private boolean prune;

    @Option(names = "--create-namespace", description = "Make the namespace when it is not there.")
    private boolean createNamespace;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (port < 0 || port > 65_535) {
            throw new Failure(Exit.USAGE, "--port must be between 1 and 65535, not " + port);
        }
        if (timeout < 1) {
            throw new Failure(Exit.USAGE, "--timeout must be at least 1, not " + timeout);
        }
        PrintWriter out = spec.commandLine().getOut();
        boolean json = output.json();
        Style style = Style.of(System.getenv());
        PrintedProgress progress = new PrintedProgress(json ? spec.commandLine().getErr() : out, style);
        String wrong = Deployer.check(folder, builder);
        if (!wrong.isEmpty()) {
            throw new Failure(Exit.FAILED, wrong);
        }
        ClusterHome home = name.home();
        if (home.running() == null) {
            progress.step("Starting cluster \"" + home.name() + "\"");
        }
        Server.Started started = Server.ensure(home, options);
        if (!started.otherPort().isEmpty()) {
            progress.detail("note: " + started.otherPort());
        }
        if (!started.kubeconfig().trouble().isEmpty()) {
            progress.detail("note: " + started.kubeconfig().trouble());
        }
        DeployOutcome outcome = deploy(home, started.server(), progress);
        if (outcome instanceof DeployOutcome.Running running
                && running.changed().isEmpty()) {
            progress.step(running.warnings().isEmpty() ? "Nothing changed, it runs already" : "Nothing changed");
        }
        return OutcomePrinter.print(outcome, json, started.server(), out, style);
    }

    private DeployOutcome deploy(ClusterHome home, ClusterHome.Running server, Progress progress)
            throws IOException, InterruptedException {
        HttpTransport transport = Administrator.transport(home);
        Path cache = Home.of(System.getenv()).cache();
        try (Client client = new Client(transport);
                BuildSandbox sandbox = BuildSandboxes.of(cache)) {
            Deployer deployer = new Deployer(
                    client,
                    new ServedLogs(transport),
                    ImageStore.open(home.images()),
                    BuildOptions.local(cache).withTests(test).withBuilder(builder),
                    sandbox,
                    server.nodePorts(),
                    Clock.system(),
                    progress);
            return deployer.deploy(new DeployRequest(
                    folder, namespace, Duration.ofSeconds(timeout), as, prune, createNamespace, port));
        }
    }
}
