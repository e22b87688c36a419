package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Spec;

/** {@code proa status}: shows whether a cluster runs, its nodes and its applications. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Show whether a cluster runs, its nodes and applications.",
            "",
            "Of each application its pods, restarts, URL and state. Ends with 3 when the cluster does not run."
        })
final class StatusCommand implements Callable<Integer> {
    private static final long PATIENCE_MILLIS = 5_000;

    @Mixin
    private NameOption name;

    @Mixin
    private OutputOption output;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        return print(name.home(), output.json(), spec.commandLine().getOut());
    }

    /** Prints the status, read from the status socket, or from the API if that does not answer. */
    static int print(ClusterHome home, boolean json, PrintWriter out) {
        ClusterHome.Running running = home.running();
        if (running == null) {
            out.println(json ? Json.toString(MapValue.of("name", home.name(), "running", false)) : notRunning(home));
            return Exit.NOT_RUNNING;
        }
        Style style = Style.of(System.getenv());
        String told = ask(home, json, style);
        out.print(told.isEmpty() ? Api.status(home, running, json, style) : told);
        out.flush();
        return Exit.OK;
    }

    /** The status from the server's socket; empty when it does not answer within some seconds. */
    private static String ask(ClusterHome home, boolean json, Style style) {
        String question = json ? "json\n" : style.coloured() ? "coloured\n" : "text\n";
        return SocketClient.ask(home.socket(), question.getBytes(StandardCharsets.US_ASCII), PATIENCE_MILLIS, false);
    }

    private static String notRunning(ClusterHome home) {
        String others = ClusterList.othersThan(home, Home.of(System.getenv()));
        return "Cluster \"" + home.name() + "\" is not running; start it with: " + home.startCommand()
                + (others.isEmpty() ? "" : "\n" + others);
    }

    /** A class of its own, so that API classes are loaded only when needed. */
    private static final class Api {
        static String status(ClusterHome home, ClusterHome.Running running, boolean json, Style style) {
            try (Client client = new Client(Administrator.transport(home))) {
                Status status = Status.of(home, running, client);
                return json ? status.json() : status.text(style);
            }
        }
    }
}
