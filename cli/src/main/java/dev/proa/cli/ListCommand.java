package dev.proa.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Spec;

/** {@code proa list}: lists the clusters. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = {
            "List the clusters, and which of them run.",
            "",
            "Those under PROA_HOME are shown, and others that run containers on this machine. More about one: proa status --name NAME"
        })
final class ListCommand implements Callable<Integer> {
    @Mixin
    private OutputOption output;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        return ClusterList.print(
                Home.of(System.getenv()), output.json(), spec.commandLine().getOut());
    }
}
