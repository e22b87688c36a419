package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.http.HttpTransport;
import dev.proa.client.http.Kubeconfig;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proa status}: whether a cluster runs, and how it is. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description =
                "Show whether a cluster runs, its nodes and how many pods are ready. Exits 3 when it does not run.")
final class StatusCommand implements Callable<Integer> {
    @Mixin
    private NameOption name;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "json for programs.")
    private String output = "";

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        if (!output.isEmpty() && !output.equals("json")) {
            throw new Failure(Exit.USAGE, "unknown output format \"" + output + "\": only json is known");
        }
        ClusterHome home = name.home();
        ClusterHome.Running running = home.running();
        PrintWriter out = spec.commandLine().getOut();
        if (running == null) {
            if (output.equals("json")) {
                out.println(Json.toString(MapValue.of("name", home.name(), "running", false)));
            } else {
                out.println("Cluster \"" + home.name() + "\" is not running; start it with: " + home.startCommand());
            }
            return Exit.NOT_RUNNING;
        }
        try (Client client = new Client(
                new HttpTransport(Kubeconfig.load(List.of(home.kubeconfig())).connection(home.name())))) {
            List<Node> nodes = client.resource(Node.KIND).list();
            List<Pod> pods = client.resource(Pod.KIND).list();
            long ready = pods.stream().filter(StatusCommand::ready).count();
            if (output.equals("json")) {
                out.println(Json.toString(json(home, running, nodes, pods.size(), ready)));
            } else {
                print(out, home, running, nodes, pods.size(), ready);
            }
        }
        return Exit.OK;
    }

    private static void print(
            PrintWriter out, ClusterHome home, ClusterHome.Running running, List<Node> nodes, int pods, long ready) {
        out.println("Cluster \"" + home.name() + "\" is running: " + running.url() + " (process " + running.pid() + ", "
                + running.runtime() + " runtime)");
        for (Node node : nodes) {
            out.println("  node " + node.name() + ": " + (ready(node) ? "Ready" : "NotReady"));
        }
        out.println("  pods: " + ready + " of " + pods + " ready");
        out.println("  data: " + home.directory());
    }

    private static MapValue json(
            ClusterHome home, ClusterHome.Running running, List<Node> nodes, int pods, long ready) {
        List<MapValue> list = nodes.stream()
                .map(node -> MapValue.of("name", node.name(), "ready", ready(node)))
                .toList();
        return MapValue.of(
                "name", home.name(),
                "running", true,
                "url", running.url(),
                "pid", running.pid(),
                "runtime", running.runtime(),
                "nodes", ListValue.copyOf(list),
                "pods", MapValue.of("total", (long) pods, "ready", ready),
                "directory", home.directory().toString());
    }

    private static boolean ready(Node node) {
        return node.status().conditions().stream()
                .anyMatch(condition ->
                        condition.type().equals("Ready") && condition.status().equals("True"));
    }

    private static boolean ready(Pod pod) {
        return pod.status().conditions().stream()
                .anyMatch(condition ->
                        condition.type().equals("Ready") && condition.status().equals("True"));
    }
}
