package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.delivery.ApplicationStatus;
import java.util.List;

/** The status of a running cluster: its nodes and applications. */
record Status(
        ClusterHome home, ClusterHome.Running server, List<Node> nodes, List<Pod> pods, List<ApplicationStatus> apps) {

    /** Reads the status from the API. */
    static Status of(ClusterHome home, ClusterHome.Running server, Client client) {
        List<Pod> pods = client.resource(Pod.KIND).list();
        return new Status(
                home,
                server,
                client.resource(Node.KIND).list(),
                pods,
                ApplicationStatus.list(client, pods, server.nodePorts()));
    }

    /** The status as text. */
    String text(Style style) {
        StringBuilder out = new StringBuilder();
        out.append("Cluster \"" + home.name() + "\" is running at " + server.url() + " (process " + server.pid() + ", "
                + server.runtime() + " runtime)\n");
        Table table = new Table("NODE", "STATE", "PODS");
        for (Node node : nodes) {
            long own = pods.stream()
                    .filter(pod -> pod.spec().nodeName().equals(node.name()))
                    .count();
            table.row(node.name(), ready(node) ? "Ready" : "NotReady", String.valueOf(own));
        }
        append(out, table, style);
        if (apps.isEmpty()) {
            out.append("\nNo application is deployed yet. Deploy one with: proa deploy FOLDER"
                    + (home.name().equals("proa") ? "" : " --name " + home.name()) + "\n");
        } else {
            append(out, appTable(), style);
        }
        String registry = server.registry().isEmpty() ? "" : "image registry at " + server.registry() + ", ";
        return out + "\n" + style.faint(registry + "data in " + home.directory()) + "\n";
    }

    private Table appTable() {
        Table table = new Table("APP", "PODS", "RESTARTS", "URL", "STATE");
        for (ApplicationStatus app : apps) {
            table.row(
                    app.namespace().equals("default") ? app.name() : app.namespace() + "/" + app.name(),
                    app.ready() + "/" + app.wanted(),
                    String.valueOf(app.restarts()),
                    app.url().isEmpty() ? "-" : app.url(),
                    app.state());
        }
        return table;
    }

    private static void append(StringBuilder out, Table table, Style style) {
        List<String> lines = table.lines("  ");
        out.append("\n").append(style.faint(lines.getFirst())).append("\n");
        lines.stream().skip(1).forEach(line -> out.append(line).append("\n"));
    }

    /** The status as a JSON object. */
    String json() {
        long ready = pods.stream().filter(Status::ready).count();
        return Json.toString(MapValue.builder(11)
                        .put("name", home.name())
                        .put("running", true)
                        .put("url", server.url())
                        .put("pid", server.pid())
                        .put("runtime", server.runtime())
                        .put("registry", server.registry())
                        .put(
                                "nodes",
                                ListValue.copyOf(nodes.stream()
                                        .map(node -> MapValue.of("name", node.name(), "ready", ready(node)))
                                        .toList()))
                        .put("pods", MapValue.of("total", (long) pods.size(), "ready", ready))
                        .put(
                                "apps",
                                ListValue.copyOf(apps.stream().map(Status::json).toList()))
                        .put("directory", home.directory().toString())
                        .build())
                + "\n";
    }

    private static MapValue json(ApplicationStatus app) {
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
