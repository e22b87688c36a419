package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.http.HttpTransport;
import dev.proa.client.http.Kubeconfig;
import dev.proa.delivery.App;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Spec;

/** {@code proa status}: whether a cluster runs, and how it and its applications are. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Show whether a cluster runs, its nodes and applications.",
            "",
            "Of each application its pods, restarts, URL and state. Ends with 3 when the cluster does not run."
        })
final class StatusCommand implements Callable<Integer> {
    @Mixin
    private NameOption name;

    @Mixin
    private OutputOption output;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    /** What there is to tell of a running cluster. */
    private record State(
            ClusterHome home, ClusterHome.Running server, List<Node> nodes, List<Pod> pods, List<App> apps) {
        long ready() {
            return pods.stream().filter(StatusCommand::ready).count();
        }
    }

    @Override
    public Integer call() {
        boolean json = output.json();
        ClusterHome home = name.home();
        ClusterHome.Running running = home.running();
        PrintWriter out = spec.commandLine().getOut();
        if (running == null) {
            if (json) {
                out.println(Json.toString(MapValue.of("name", home.name(), "running", false)));
            } else {
                out.println("Cluster \"" + home.name() + "\" is not running; start it with: " + home.startCommand());
            }
            return Exit.NOT_RUNNING;
        }
        try (Client client = new Client(
                new HttpTransport(Kubeconfig.load(List.of(home.kubeconfig())).connection(home.name())))) {
            List<Pod> pods = client.resource(Pod.KIND).list();
            State state = new State(
                    home,
                    running,
                    client.resource(Node.KIND).list(),
                    pods,
                    App.list(client, pods, running.simulated() ? "" : "127.0.0.1"));
            if (json) {
                out.println(Json.toString(json(state)));
            } else {
                print(out, state, Style.of(System.getenv()));
            }
        }
        return Exit.OK;
    }

    private static void print(PrintWriter out, State state, Style style) {
        ClusterHome.Running server = state.server;
        out.println("Cluster \"" + state.home.name() + "\" is running at " + server.url() + " (process " + server.pid()
                + ", " + server.runtime() + " runtime)");
        Table nodes = new Table("NODE", "STATE", "PODS");
        for (Node node : state.nodes) {
            long pods = state.pods.stream()
                    .filter(pod -> pod.spec().nodeName().equals(node.name()))
                    .count();
            nodes.row(node.name(), ready(node) ? "Ready" : "NotReady", String.valueOf(pods));
        }
        print(out, nodes, style);
        if (state.apps.isEmpty()) {
            out.println();
            out.println("No application is deployed yet. Deploy one with: proa deploy FOLDER"
                    + (state.home.name().equals("proa") ? "" : " --name " + state.home.name()));
        } else {
            Table apps = new Table("APP", "PODS", "RESTARTS", "URL", "STATE");
            for (App app : state.apps) {
                apps.row(
                        app.namespace().equals("default") ? app.name() : app.namespace() + "/" + app.name(),
                        app.ready() + "/" + app.wanted(),
                        String.valueOf(app.restarts()),
                        app.url().isEmpty() ? "-" : app.url(),
                        app.state());
            }
            print(out, apps, style);
        }
        out.println();
        out.println(style.faint("data in " + state.home.directory()));
    }

    private static void print(PrintWriter out, Table table, Style style) {
        List<String> lines = table.lines("  ");
        out.println();
        out.println(style.faint(lines.getFirst()));
        lines.stream().skip(1).forEach(out::println);
    }

    private static MapValue json(State state) {
        return MapValue.builder(10)
                .put("name", state.home.name())
                .put("running", true)
                .put("url", state.server.url())
                .put("pid", state.server.pid())
                .put("runtime", state.server.runtime())
                .put(
                        "nodes",
                        ListValue.copyOf(state.nodes.stream()
                                .map(node -> MapValue.of("name", node.name(), "ready", ready(node)))
                                .toList()))
                .put("pods", MapValue.of("total", (long) state.pods.size(), "ready", state.ready()))
                .put(
                        "apps",
                        ListValue.copyOf(
                                state.apps.stream().map(StatusCommand::json).toList()))
                .put("directory", state.home.directory().toString())
                .build();
    }

    private static MapValue json(App app) {
        return MapValue.builder(9)
                .put("namespace", app.namespace())
                .put("name", app.name())
                .put("image", app.image())
                .put("pods", MapValue.of("wanted", (long) app.wanted(), "ready", (long) app.ready()))
                .put("restarts", (long) app.restarts())
                .put("settled", app.settled())
                .put("state", app.state())
                .put("url", app.url())
                .build();
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
