package dev.proa.cli;

import dev.proa.client.http.Kubeconfig;
import dev.proa.client.http.KubeconfigEditor;
import dev.proa.cluster.ClusterCleanup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proa down}: stops a cluster and everything that runs in it. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = {
            "End a cluster with all its containers.",
            "",
            "Its data stays for the next \"proa up\" unless --delete-data is given."
        })
final class DownCommand implements Callable<Integer> {
    @Mixin
    private NameOption name;

    @Option(
            names = "--delete-data",
            description = "Also delete everything the cluster has stored, and its kubectl context.")
    private boolean deleteData;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ClusterHome home = name.home();
        boolean ran = Server.stop(home, () -> {
            ClusterCleanup.removeContainers(home.directory());
            if (deleteData) {
                ClusterCleanup.deleteData(home.directory());
            }
        });
        if (deleteData) {
            forgetContext(home);
        }
        spec.commandLine()
                .getOut()
                .println("Cluster \"" + home.name() + "\" " + (ran ? "has ended" : "was not running")
                        + (deleteData ? ", and its data is deleted" : ""));
        return Exit.OK;
    }

    /**
     * Removes the context; a kubeconfig that cannot be written is only reported, since the cluster has ended anyway.
     */
    private void forgetContext(ClusterHome home) {
        try {
            new KubeconfigEditor(Kubeconfig.files(System.getenv())).remove(home.name());
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            spec.commandLine()
                    .getErr()
                    .println(Main.PREFIX + "your kubeconfig was left as it is, with the context \"" + home.name()
                            + "\": " + Main.explain(e));
        }
    }
}
