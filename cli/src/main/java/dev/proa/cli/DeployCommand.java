package dev.proa.cli;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.http.HttpTransport;
import dev.proa.client.http.Kubeconfig;
import dev.proa.delivery.DeployOutcome;
import dev.proa.delivery.DeployRequest;
import dev.proa.delivery.Deployer;
import dev.proa.delivery.Progress;
import dev.proa.image.build.BuildOptions;
import dev.proa.image.store.ImageStore;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa deploy}: from an application's source to its running service. */
@Command(
        name = "deploy",
        mixinStandardHelpOptions = true,
        description =
                "Build the application in a folder (a Maven project or a static site), roll it out, and print its URL "
                        + "once that answered. Starts a cluster when none runs. Uses the manifests in the folder's k8s/ when it has "
                        + "them. Does nothing when nothing changed.")
final class DeployCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "Folder of the application.")
    private Path folder;

    @Mixin
    private NameOption name;

    @Mixin
    private ServerOptions options;

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
            description = "How long the rollout and the first answer may take (default: ${DEFAULT-VALUE}).")
    private int timeout;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        ClusterHome home = name.home();
        Printed progress = new Printed(out);
        if (home.running() == null) {
            progress.step("Starting cluster \"" + home.name() + "\"");
        }
        Server.ensure(home, options);
        try (Client client = new Client(
                new HttpTransport(Kubeconfig.load(List.of(home.kubeconfig())).connection(home.name())))) {
            Deployer deployer = new Deployer(
                    client,
                    ImageStore.open(home.images()),
                    BuildOptions.local(Home.of(System.getenv()).cache()),
                    "127.0.0.1",
                    Clock.system(),
                    progress);
            DeployOutcome outcome = deployer.deploy(new DeployRequest(folder, namespace, Duration.ofSeconds(timeout)));
            return switch (outcome) {
                case DeployOutcome.Running running -> {
                    if (running.changed().isEmpty()) {
                        progress.step("Nothing changed, it runs already");
                    }
                    out.println(
                            running.url().isEmpty() ? "Running (it has no service with a node port)" : running.url());
                    yield Exit.OK;
                }
                case DeployOutcome.Failed failed -> throw new Failure(Exit.FAILED, failed.message());
            };
        }
    }

    private record Printed(PrintWriter out, long began) implements Progress {
        Printed(PrintWriter out) {
            this(out, System.nanoTime());
        }

        @Override
        public synchronized void step(String message) {
            out.printf("%5.1f s  %s%n", (System.nanoTime() - began) / 1e9, message);
            out.flush();
        }

        @Override
        public synchronized void detail(String message) {
            out.printf("         %s%n", message);
            out.flush();
        }
    }
}
