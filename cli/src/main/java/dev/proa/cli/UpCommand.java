package dev.proa.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Spec;

/** {@code proa up}: a running cluster, whatever was before. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description =
                "Start a cluster in the background, wait until its nodes are Ready, and make it the current context of "
                        + "your kubeconfig (KUBECONFIG is honoured). Does nothing when it runs already.")
final class UpCommand implements Callable<Integer> {
    @Mixin
    private NameOption name;

    @Mixin
    private ServerOptions options;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        long began = System.nanoTime();
        ClusterHome home = name.home();
        Server.Started started = Server.ensure(home, options);
        PrintWriter out = spec.commandLine().getOut();
        if (started.fresh()) {
            out.printf(
                    "Cluster \"%s\" is ready after %.1f s: %d node(s), %s runtime, %s%n",
                    home.name(),
                    (System.nanoTime() - began) / 1e9,
                    started.server().nodes(),
                    started.server().runtime(),
                    started.server().url());
        } else {
            out.printf(
                    "Cluster \"%s\" is running already: %s%n",
                    home.name(), started.server().url());
        }
        out.printf("kubectl context \"%s\" is in %s%n", home.name(), started.kubeconfig());
        return Exit.OK;
    }
}
