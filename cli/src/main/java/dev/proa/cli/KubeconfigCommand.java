package dev.proa.cli;

import dev.proa.client.http.KubeconfigEditor;
import dev.proa.cluster.NodeCredentials;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proa kubeconfig}: prints the administrator's kubeconfig of a cluster, or that of a node. */
@Command(
        name = "kubeconfig",
        mixinStandardHelpOptions = true,
        description = {
            "Print the administrator's kubeconfig of a cluster, or that of a node.",
            "",
            "For a file of its own: proa kubeconfig > FILE"
        })
final class KubeconfigCommand implements Callable<Integer> {
    @Mixin
    private NameOption name;

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "The kubeconfig of this node, for proa node. It has only the rights of that node.")
    private @Nullable String node;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        return node == null
                ? print(name.home(), spec.commandLine().getOut())
                : printNode(name.home(), node, spec.commandLine().getOut());
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
