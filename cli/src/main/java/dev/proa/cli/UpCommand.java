package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Spec;

/** {@code proa up}: starts a cluster unless it is running. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Start a cluster and wait until its nodes are Ready.",
            "",
            "It goes on in the background, and becomes the current context of your kubeconfig (KUBECONFIG is honoured). "
                    + "Does nothing when it runs already."
        })
final class UpCommand implements Callable<Integer> {
    @Mixin
    private NameOption name;

    @Mixin
    private ServerOptions options;

    @Mixin
    private ServerPortOption port;

    @Mixin
    private OutputOption output;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        boolean json = output.json();
        long began = System.nanoTime();
        ClusterHome home = name.home();
        Server.Started started = Server.ensure(home, options.at(port.port()));
        ClusterHome.Running server = started.server();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.toString(MapValue.builder(8)
                    .put("name", home.name())
                    .put("started", started.fresh())
                    .put("url", server.url())
                    .put("pid", server.pid())
                    .put("nodes", (long) server.nodes())
                    .put("runtime", server.runtime())
                    .put("context", home.name())
                    .put("kubeconfig", started.kubeconfig().file().toString())
                    .build()));
        } else if (started.fresh()) {
            if (!started.otherPort().isEmpty()) {
                out.println(started.otherPort());
            }
            out.printf(
                    "Cluster \"%s\" is ready after %.1f s: %d %s, %s runtime, %s%n",
                    home.name(),
                    (System.nanoTime() - began) / 1e9,
                    server.nodes(),
                    server.nodes() == 1 ? "node" : "nodes",
                    server.runtime(),
                    server.url());
        } else {
            out.printf("Cluster \"%s\" is running already: %s%n", home.name(), server.url());
        }
        out.flush();
        if (!started.kubeconfig().trouble().isEmpty()) {
            throw new Failure(
                    Exit.FAILED,
                    started.kubeconfig().trouble() + "\nThe cluster runs; its own kubeconfig: proa kubeconfig"
                            + (home.name().equals("proa") ? "" : " --name " + home.name()),
                    json);
        }
        if (!json) {
            out.printf(
                    "kubectl context \"%s\" is in %s%n",
                    home.name(), started.kubeconfig().file());
        }
        return Exit.OK;
    }
}
