package dev.proa.cli;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.DeployOutcome;
import dev.proa.delivery.DeployRequest;
import dev.proa.delivery.Deployer;
import dev.proa.delivery.Target;
import dev.proa.delivery.config.AppSpec;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.delivery.config.Strategy;
import dev.proa.image.build.Attestations;
import dev.proa.image.build.BuildOptions;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proa deploy}: builds an application from source and rolls it out. */
@Command(
        name = "deploy",
        mixinStandardHelpOptions = true,
        description = {
            "Build an application, roll it out, and print its URL.",
            "",
            "The folder has a Dockerfile, or an application in Java (Maven, Gradle), Go, Node.js, Python or Rust, or an index.html: "
                    + "proa detect says what was found. Its manifests are those in k8s/, a kustomization, a Helm chart or a Compose file, or sensible ones are generated; a .env becomes a Secret. Starts a "
                    + "cluster when none runs, does nothing when nothing changed, and ends with 0 only once the URL has answered.",
            "",
            "With --context, it goes to any Kubernetes of the kubeconfig, by way of a registry, and no cluster is started."
        })
final class DeployCommand implements Callable<Integer> {
    @Mixin
    private SourceArguments source;

    @Mixin
    private TargetOptions cluster;

    @Mixin
    private ServerOptions options;

    @Mixin
    private OutputOption output;

    @Mixin
    private NamespaceOption namespace;

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
            description = "Name of the application (default: the one in its project file, or the folder's).")
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
            names = "--strategy",
            defaultValue = "",
            paramLabel = "STRATEGY",
            description =
                    "How the new version takes over: rolling, pod by pod; blue-green, all at once beside the old one; canary, "
                            + "by a growing share of the requests. The last two are judged by their requests, and taken back when they do "
                            + "worse (default: as proa.yaml or an earlier deployment said, or rolling).")
    private String strategy;

    @Option(names = "--test", description = "Run the project's tests first; nothing is deployed when one fails.")
    private boolean test;

    @Option(
            names = "--prune",
            description = "Delete what was deployed before and is in no manifest any more; without it is only named.")
    private boolean prune;

    @Option(names = "--create-namespace", description = "Make the namespace when it is not there.")
    private boolean createNamespace;

    @Option(names = "--sbom", description = "List the packages in each image, and keep the list beside it (CycloneDX).")
    private boolean sbom;

    @Option(
            names = "--provenance",
            description = "Keep beside each image how it was built, and of which sources and bases (SLSA provenance).")
    private boolean provenance;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<AppSpec> apps = applications();
        DeployRequest request = request(Duration.ofSeconds(timeout));
        PrintWriter out = spec.commandLine().getOut();
        boolean json = output.json();
        Style style = Style.of(System.getenv());
        PrintedProgress progress = new PrintedProgress(json ? spec.commandLine().getErr() : out, style);
        if (cluster.mustStart()) { // so that nothing is started for what cannot be deployed
            for (AppSpec app : apps) {
                String wrong = Deployer.check(request.withApp(app));
                if (!wrong.isEmpty()) {
                    throw new Failure(Exit.FAILED, wrong);
                }
            }
        }
        TargetOptions.Reached reached = cluster.reach(options, progress);
        Path cache = Home.of(System.getenv()).cache();
        try (Client client = new Client(reached.transport());
                BuildSandbox sandbox = BuildSandboxes.of(cache)) {
            Deployer deployer = new Deployer(
                    client,
                    new ServedLogs(reached.transport()),
                    reached.images(),
                    building(cache, reached.target()),
                    sandbox,
                    reached.target(),
                    Clock.system(),
                    progress);
            OutcomePrinter printer = new OutcomePrinter(json, reached.target(), out, style);
            for (AppSpec app : apps) {
                print(deployer.deploy(request.withApp(app)), progress, printer);
            }
            return Exit.OK;
        }
    }

    /** Checks the options, and finds the applications that are meant. */
    private List<AppSpec> applications() {
        if (port < 0 || port > 65_535) {
            throw new Failure(Exit.USAGE, "--port must be between 1 and 65535, not " + port);
        }
        if (timeout < 1) {
            throw new Failure(Exit.USAGE, "--timeout must be at least 1, not " + timeout);
        }
        cluster.check();
        return source.applications(port > 0 || !as.isEmpty() || source.named());
    }

    private DeployRequest request(Duration patience) {
        return DeployRequest.of(source.folder(), namespace.namespace(), patience)
                .withName(as)
                .withPort(port)
                .withStrategy(wanted())
                .with(prune, createNamespace)
                .withSources(source.options());
    }

    private @Nullable Strategy wanted() {
        try {
            return strategy.isEmpty() ? null : Strategy.parse(strategy);
        } catch (DeliveryFailure e) {
            throw new Failure(Exit.USAGE, "--strategy: " + e.getMessage());
        }
    }

    private BuildOptions building(Path cache, Target target) {
        return BuildOptions.local(cache)
                .withCompression(Registries.compression(target))
                .withTests(test)
                .withBuilder(source.options().builder())
                .withAttestations(new Attestations(sbom, provenance));
    }

    private static boolean isUnchanged(DeployOutcome outcome) {
        return outcome instanceof DeployOutcome.Running running
                && running.changed().isEmpty();
    }

    private static void print(DeployOutcome outcome, PrintedProgress progress, OutcomePrinter printer) {
        if (outcome instanceof DeployOutcome.Running running && isUnchanged(outcome)) {
            progress.step(running.warnings().isEmpty() ? "Nothing changed, it runs already" : "Nothing changed");
        }
        printer.print(outcome);
    }

    /**
     * What a server knows that looks at a deployment for a command.
     *
     * @param client acts as administrator
     */
    record Look(ClusterHome home, ClusterHome.Running server, Client client, Caller caller) {}

    /**
     * Prints what the command prints when everything is deployed already. Nothing is built, started or changed.
     *
     * @return false when there is something to do; then what was printed is of no use
     * @throws Failure when there is something to do, or the command line is wrong
     */
    boolean look(Look by, PrintWriter out, PrintWriter err, Style style) throws IOException, InterruptedException {
        if (!cluster.isOf(by.home())) {
            return false;
        }
        List<AppSpec> apps = applications();
        options.check();
        options.compare(by.home(), by.server());
        if (!Server.isInKubeconfig(by.home(), by.caller())) {
            return false;
        }
        DeployRequest request = request(Duration.ZERO)
                .withSources(source.options().withoutPrograms(by.caller().environment()));
        PrintedProgress progress = new PrintedProgress(output.json() ? err : out, style);
        Target target = Target.local(by.server().nodePorts());
        Path cache = new Home(Path.of(by.caller().home())).cache();
        OutcomePrinter printer = new OutcomePrinter(output.json(), target, out, style);
        try (BuildSandbox sandbox = BuildSandboxes.of(cache)) {
            Deployer deployer = Deployer.looking(
                    by.client(),
                    ImageStore.open(by.home().images()),
                    building(cache, target),
                    sandbox,
                    target,
                    Clock.system(),
                    progress);
            for (AppSpec app : apps) {
                DeployOutcome outcome = deployer.deploy(request.withApp(app));
                print(outcome, progress, printer);
                if (!isUnchanged(outcome)) {
                    return false;
                }
            }
        }
        return true;
    }
}
