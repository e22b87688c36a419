package dev.proa.cli;

import dev.proa.client.http.Connection;
import dev.proa.client.http.KubeconfigEditor;
import dev.proa.cluster.Cluster;
import dev.proa.cluster.ClusterConfig;
import dev.proa.cluster.ClusterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Spec;

/** {@code proa server}: runs a cluster in the foreground, until SIGTERM or SIGINT. */
@Command(
        name = "server",
        mixinStandardHelpOptions = true,
        description = {
            "Run a cluster in the foreground, for systemd and containers.",
            "",
            "Ends with SIGTERM; what runs in containers goes on and is found again by the next start."
        })
final class ServerCommand implements Callable<Integer> {
    @Mixin
    private NameOption name;

    @Mixin
    private ServerOptions options;

    @Mixin
    private ServerPortOption port;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ClusterHome home = name.home();
        ClusterHome.Running other = home.running();
        if (other != null) {
            throw new Failure(
                    Exit.FAILED, "cluster \"" + home.name() + "\" is running already, as process " + other.pid());
        }
        home.create();
        try (FileChannel lock =
                FileChannel.open(home.serverLock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (lock.tryLock() == null) {
                throw new Failure(
                        Exit.FAILED, "cluster \"" + home.name() + "\" is being started or ended by another process");
            }
            ClusterConfig config = options.at(port.port()).config(home);
            run(home, config);
        }
        return Exit.OK;
    }

    private void run(ClusterHome home, ClusterConfig config) throws IOException, InterruptedException {
        CountDownLatch ending = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        try (Cluster cluster = Cluster.start(config);
                CommandSocket _ = CommandSocket.open(home, cluster.client(), Caller.self(System.getenv()))) {
            writeKubeconfig(home, cluster.administrator());
            cluster.onRenewal(administrator -> writeKubeconfig(home, administrator));
            Shutdown.await("the cluster", "what is stored is safe", ended, ending::countDown);
            remember(home, config, cluster);
            spec.commandLine().getOut().println("Cluster \"" + home.name() + "\" is ready at " + cluster.url());
            spec.commandLine().getOut().flush();
            ending.await();
        } finally {
            home.withdraw();
            ended.countDown();
        }
    }

    private static void remember(ClusterHome home, ClusterConfig config, Cluster cluster) throws IOException {
        ClusterRegistry registry = cluster.registry();
        home.remember(new ClusterHome.Shape(
                config.nodes(),
                config.runtime().toString(),
                config.exposed(),
                registry == null ? 0 : registry.port(),
                config.registry() != null && config.registry().anonymous(),
                config.apiServer().arguments(),
                config.scheduler().arguments(),
                config.controllerManager().arguments()));
        home.announce(
                cluster.url(),
                config.nodes(),
                config.runtime().toString(),
                cluster.nodePorts(),
                registry == null ? "" : registry.url());
    }

    private static void writeKubeconfig(ClusterHome home, Connection administrator) {
        try {
            new KubeconfigEditor(List.of(home.kubeconfig())).put(home.name(), administrator, "default", true);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + home.kubeconfig() + ": " + Main.explain(e), e);
        }
    }
}
