package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
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
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(home.statusSocket()));
                Selector selector = Selector.open()) {
            String question = json ? "json\n" : style.coloured() ? "coloured\n" : "text\n";
            channel.write(ByteBuffer.wrap(question.getBytes(StandardCharsets.US_ASCII)));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            ByteBuffer answer = ByteBuffer.allocate(1 << 16);
            while (selector.select(PATIENCE_MILLIS) > 0) {
                selector.selectedKeys().clear();
                if (!answer.hasRemaining()) {
                    answer = ByteBuffer.allocate(answer.capacity() * 2).put(answer.flip());
                }
                if (channel.read(answer) < 0) {
                    return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
                }
            }
            return "";
        } catch (IOException e) {
            return ""; // there is no such server, or one without the socket
        }
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
