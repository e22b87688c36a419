package dev.proa.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Spec;

/** {@code proa kubeconfig}: prints the administrator's kubeconfig of a cluster. */
@Command(
        name = "kubeconfig",
        mixinStandardHelpOptions = true,
        description = {
            "Print the administrator's kubeconfig of a cluster.",
            "",
            "For a file of its own: proa kubeconfig > FILE"
        })
final class KubeconfigCommand implements Callable<Integer> {
    @Mixin
    private NameOption name;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        return print(name.home(), spec.commandLine().getOut());
    }

    static int print(ClusterHome home, PrintWriter out) throws IOException {
        home.require();
        out.print(Files.readString(home.kubeconfig()));
        out.flush();
        return Exit.OK;
    }
}
