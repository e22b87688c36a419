package dev.proa.cli;

import dev.proa.client.Client;
import dev.proa.client.http.KubeconfigEditor;
import dev.proa.cluster.NodeCredentials;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proa kubeconfig}: prints the administrator's kubeconfig of a cluster, that of a node, or one by which nodes join. */
@Command(
        name = "kubeconfig",
        mixinStandardHelpOptions = true,
        description = {
            "Print the administrator's kubeconfig of a cluster, that of a node, or one by which nodes join.",
            "",
            "For a file of its own: proa kubeconfig > FILE"
        })
final class KubeconfigCommand implements Callable<Integer> {
    private static final int USUAL_HOURS = 24;

    @Mixin
    private NameOption name;

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "The kubeconfig of this node, for proa node. It has only the rights of that node.")
    private @Nullable String node;

    @Option(
            names = "--join",
            description = {
                "A kubeconfig with a new bootstrap token, for proa node: it may be used for any node, and only to order",
                "the node's first certificate. Keep it as a secret."
            })
    private boolean join;

    @Option(
            names = "--ttl",
            paramLabel = "HOURS",
            description = "Of --join: for how many hours nodes may join with it (default: 24).")
    private @Nullable Integer hours;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (join) {
            return printJoin(name.home(), spec.commandLine().getOut());
        }
        if (hours != null) {
            throw new Failure(Exit.USAGE, "--ttl is for --join");
        }
        if (node != null) {
            NodeCommand.checkName(node);
        }
        return node == null
                ? print(name.home(), spec.commandLine().getOut())
                : printNode(name.home(), node, spec.commandLine().getOut());
    }

    private int printJoin(ClusterHome home, PrintWriter out) {
        int valid = hours == null ? USUAL_HOURS : hours;
        if (node != null || valid < 1) {
            throw new Failure(
                    Exit.USAGE,
                    node == null ? "--ttl is at least one hour" : "--join is for any node: leave --node out");
        }
        ClusterHome.Running running = home.require();
        try (Client client = new Client(Administrator.transport(home))) {
            out.print(KubeconfigEditor.text(
                    home.name(),
                    NodeCredentials.joining(client, home.directory(), running.url(), Duration.ofHours(valid)),
                    "default"));
        }
        out.flush();
        return Exit.OK;
    }

    private static int printNode(ClusterHome home, String node, PrintWriter out) throws IOException {
        ClusterHome.Running running = home.require();
        out.print(KubeconfigEditor.text(
                home.name(), NodeCredentials.of(home.directory(), running.url(), node), "default"));
        out.flush();
        return Exit.OK;
    }

    static int print(ClusterHome home, PrintWriter out) throws IOException {
        home.require();
        out.print(Files.readString(home.kubeconfig()));
        out.flush();
        return Exit.OK;
    }
}
