package dev.proa.cli;

import dev.proa.client.clock.Clock;
import dev.proa.client.http.Connection;
import dev.proa.client.http.Kubeconfig;
import dev.proa.image.registry.RegistryMirror;
import dev.proa.node.agent.JoinedNode;
import dev.proa.node.agent.RegistrySource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proa node}: runs one node of a cluster in the foreground, until SIGTERM or SIGINT. */
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        description = {
            "Run one more node of a cluster in the foreground, as a process of its own.",
            "",
            "All that it needs to know of the cluster is a kubeconfig: one of the node, proa kubeconfig --node NAME > FILE,",
            "or one by which any node joins, proa kubeconfig --join > FILE. It orders its certificates itself, and renews them.",
            "The node has to be on the machine of the cluster, and needs root. It ends with SIGTERM; what runs in",
            "containers goes on and is found again by the next start. To take it away, with its containers and its",
            "data: kubectl delete node NAME, end this process, and proa node --name NAME --remove."
        })
final class NodeCommand implements Callable<Integer> {
    @Option(names = "--name", required = true, paramLabel = "NAME", description = "Name of the Node object.")
    private String name;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = {
                "The node's kubeconfig, of user system:node:NAME in group system:nodes, or with a bootstrap token, which is used",
                "once: later starts need the file for the address of the API server and its CA only."
            })
    private @Nullable Path kubeconfig;

    @Option(
            names = "--images",
            paramLabel = "FOLDER",
            description = "The store of images (default: one of its own, to which images are pulled).")
    private @Nullable Path images;

    @Option(
            names = "--registry",
            paramLabel = "URL",
            description = {
                "The cluster's registry, which is asked first for every image, as a mirror: a URL, or \"none\"",
                "(default: what the cluster says; none with --images, where the images are at hand)."
            })
    private @Nullable String registry;

    @Option(names = "--remove", description = "Remove the node from this machine instead, with its containers.")
    private boolean remove;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        checkName(name);
        Home home = Home.of(System.getenv());
        refuseNodesOfServers(home);
        Path directory = home.directory().resolve("nodes").resolve(name);
        if (remove) {
            if (!Files.isDirectory(directory)) {
                throw new Failure(Exit.FAILED, "there is no node \"" + name + "\" on this machine");
            }
            JoinedNode.remove(name, directory, images);
            spec.commandLine().getOut().println("Node \"" + name + "\" is removed");
            return Exit.OK;
        }
        RegistrySource source = registrySource();
        run(directory, connection(), source);
        return Exit.OK;
    }

    /** @throws Failure when a node cannot be called so */
    static void checkName(String name) {
        if (!name.matches("[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?")) {
            throw new Failure(
                    Exit.USAGE,
                    "\"" + name + "\" cannot name a node: use up to 63 lower-case letters, digits, dots and dashes");
        }
    }

    /** A second kubelet of the same name would take over the network of the first. */
    private void refuseNodesOfServers(Home home) throws IOException {
        if (!Files.isDirectory(home.clusters())) {
            return;
        }
        try (Stream<Path> clusters = Files.list(home.clusters())) {
            for (Path cluster : clusters.toList()) {
                if (Files.exists(cluster.resolve("nodes").resolve(name))) {
                    throw new Failure(
                            Exit.FAILED,
                            "node \"" + name + "\" is run by the server of cluster \"" + cluster.getFileName()
                                    + "\"; choose another name");
                }
            }
        }
    }

    private Connection connection() throws IOException {
        if (kubeconfig == null) {
            throw new Failure(
                    Exit.USAGE,
                    "a node needs --kubeconfig FILE; make one with: proa kubeconfig --join, or proa kubeconfig --node "
                            + name);
        }
        if (!Files.isReadable(kubeconfig)) {
            throw new Failure(Exit.USAGE, "there is no file " + kubeconfig + " that can be read");
        }
        return Kubeconfig.load(List.of(kubeconfig)).connection(null);
    }

    private RegistrySource registrySource() {
        if (registry == null) {
            return images == null ? new RegistrySource.Advertised() : new RegistrySource.None();
        }
        if (registry.equals("none")) {
            return new RegistrySource.None();
        }
        try {
            return new RegistrySource.At(new RegistryMirror(URI.create(registry), null, "").url());
        } catch (IllegalArgumentException e) {
            throw new Failure(Exit.USAGE, "--registry: " + e.getMessage());
        }
    }

    private void run(Path directory, Connection connection, RegistrySource source) throws InterruptedException {
        Thread starting = Thread.currentThread();
        CountDownLatch ended = new CountDownLatch(1);
        Shutdown.await("the node", "its containers go on", ended, starting::interrupt);
        try (JoinedNode node = JoinedNode.start(connection, name, directory, images, source, Clock.system())) {
            spec.commandLine()
                    .getOut()
                    .println(node + " is ready as process "
                            + ProcessHandle.current().pid());
            spec.commandLine().getOut().flush();
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            return; // the shutdown hook's
        } finally {
            ended.countDown();
        }
    }
}
