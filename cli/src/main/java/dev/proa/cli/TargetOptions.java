package dev.proa.cli;

import dev.proa.client.http.HttpTransport;
import dev.proa.client.http.Kubeconfig;
import dev.proa.delivery.Progress;
import dev.proa.delivery.Target;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which cluster: one of Proa's by name, or any of the kubeconfig by its context. */
final class TargetOptions {
    @Mixin
    private NameOption name;

    @Option(
            names = "--context",
            paramLabel = "CONTEXT",
            description = "Any Kubernetes, by its context in the kubeconfig, instead of a cluster of Proa.")
    private @Nullable String context;

    @Option(
            names = "--registry",
            paramLabel = "HOST/PREFIX",
            description = "With --context: where built images are pushed to, for its nodes to pull.")
    private @Nullable String registry;

    @Option(
            names = "--pull-secret",
            description = "With --registry: give the cluster the credentials for it that this machine has.")
    private boolean pullSecret;

    /**
     * A cluster that can be reached.
     *
     * @param images the store that images are built into
     * @param name for messages
     */
    record Reached(HttpTransport transport, Target target, ImageStore images, String name) {}

    /** Checks that the options go together. */
    void check() {
        if (context == null && (registry != null || pullSecret)) {
            throw new Failure(
                    Exit.USAGE, "--registry and --pull-secret go with --context: nodes of Proa need no registry");
        }
        if (pullSecret && registry == null) {
            throw new Failure(Exit.USAGE, "--pull-secret goes with --registry");
        }
    }

    /** Whether the cluster is one of Proa's, and does not run. */
    boolean mustStart() {
        return context == null && name.home().running() == null;
    }

    /** Whether this cluster of Proa is meant. */
    boolean isOf(ClusterHome home) {
        return context == null && name.home().name().equals(home.name());
    }

    /** Reaches the cluster; one of Proa's is started when it does not run. */
    Reached reach(ServerOptions options, Progress progress) throws IOException, InterruptedException {
        if (context != null) {
            return foreign(context);
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
        return local(home, started.server());
    }

    /** Reaches the cluster, which must run. */
    Reached reachRunning() {
        if (context != null) {
            return foreign(context);
        }
        ClusterHome home = name.home();
        return local(home, home.require());
    }

    private static Reached local(ClusterHome home, ClusterHome.Running server) {
        return new Reached(
                Administrator.transport(home),
                Target.local(server.nodePorts()),
                ImageStore.open(home.images()),
                "cluster \"" + home.name() + "\"");
    }

    private Reached foreign(String named) {
        Home home = Home.of(System.getenv());
        ImageStore images = ImageStore.open(home.cache().resolve("images"));
        HttpTransport transport = new HttpTransport(Kubeconfig.load().connection(named));
        return new Reached(
                transport, Registries.target(registry, pullSecret, images), images, "context \"" + named + "\"");
    }
}
