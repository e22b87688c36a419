package dev.proa.cli;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.DeployRequest;
import dev.proa.delivery.Deployer;
import dev.proa.delivery.config.AppSpec;
import dev.proa.delivery.dev.DevOptions;
import dev.proa.delivery.dev.DevSession;
import dev.proa.image.build.BuildOptions;
import dev.proa.image.solver.BuildSandbox;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import sun.misc.Signal;

/** {@code proa dev}: deploys an application, and each change of it from then on. */
@Command(
        name = "dev",
        mixinStandardHelpOptions = true,
        description = {
            "Deploy an application, and then each change of its folder, until Ctrl-C.",
            "",
            "Prints the logs of all its pods, says at once when one crashes, and forwards its ports to localhost. Files of static sites, "
                    + "folders static and public of Node.js and Python, and what proa.yaml names in sync, are copied into the running "
                    + "containers; any other change is built and rolled out. What .gitignore and .dockerignore ignore is not watched."
        })
final class DevCommand implements Callable<Integer> {
    private static final Duration IMPATIENT = Duration.ofSeconds(1);

    @Mixin
    private SourceArguments source;

    @Mixin
    private TargetOptions cluster;

    @Mixin
    private ServerOptions options;

    @Mixin
    private NamespaceOption namespace;

    @Option(names = "--as", defaultValue = "", paramLabel = "NAME", description = "Name of the application.")
    private String as;

    @Option(
            names = "--timeout",
            defaultValue = "60",
            paramLabel = "SECONDS",
            description = "How long to wait for a new version to be ready (default: ${DEFAULT-VALUE}).")
    private int timeout;

    @Option(names = "--cleanup", description = "Delete at the end what was deployed.")
    private boolean cleanup;

    @Option(
            names = "--debug",
            description = "Have Java applications listen for debuggers, and forward port 5005 to them.")
    private boolean debug;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        cluster.check();
        if (timeout < 1) {
            throw new Failure(Exit.USAGE, "--timeout must be at least 1, not " + timeout);
        }
        List<AppSpec> apps = source.applications(!as.isEmpty() || source.named());
        DeployRequest request = DeployRequest.of(source.folder(), namespace.namespace(), Duration.ofSeconds(timeout))
                .withName(as)
                .with(false, true)
                .withSources(source.options());
        List<DeployRequest> requests = apps.stream().map(request::withApp).toList();
        for (DeployRequest each : requests) {
            String wrong = Deployer.check(each);
            if (!wrong.isEmpty()) {
                throw new Failure(Exit.FAILED, wrong);
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        DevPrinter printer = new DevPrinter(out, Style.of(System.getenv()));
        TargetOptions.Reached reached = cluster.reach(options, printer);
        Path cache = Home.of(System.getenv()).cache();
        try (Client client = new Client(reached.transport());
                BuildSandbox sandbox = BuildSandboxes.of(cache)) {
            ServedLogs logs = new ServedLogs(reached.transport());
            Deployer deployer = new Deployer(
                    client,
                    logs,
                    reached.images(),
                    BuildOptions.local(cache)
                            .withCompression(Registries.compression(reached.target()))
                            .withBuilder(source.options().builder()),
                    sandbox,
                    reached.target(),
                    Clock.system(),
                    printer);
            DevSession session = new DevSession(
                    source.folder(),
                    requests,
                    client,
                    new ServedPods(reached.transport()),
                    logs,
                    deployer,
                    new DevOptions(cleanup, debug),
                    printer,
                    Clock.system());
            run(session);
        }
        return Exit.OK;
    }

    /**
     * Runs until Ctrl-C, SIGTERM, or the end of the terminal. Another signal ends it at once, unless it comes so soon that somebody just
     * pressed twice: then what is left to delete still is.
     */
    private static void run(DevSession session) throws IOException, InterruptedException {
        AtomicLong ending = new AtomicLong();
        for (String name : List.of("INT", "TERM", "HUP")) {
            Signal.handle(new Signal(name), signal -> {
                long now = System.nanoTime();
                if (ending.compareAndSet(0, now)) {
                    session.close();
                } else if (now - ending.get() > IMPATIENT.toNanos()) {
                    Runtime.getRuntime().halt(128 + signal.getNumber());
                }
            });
        }
        try (session) {
            session.run();
        }
    }
}
