package dev.proa.e2e.extensions;

import dev.proa.client.clock.Clock;
import dev.proa.client.http.KubeconfigEditor;
import dev.proa.e2e.Run;
import dev.proa.e2e.Tools;
import dev.proa.embedded.ApiServerConfig;
import dev.proa.embedded.EmbeddedApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An API server without nodes on the loopback interface, for clients that are processes of their own. */
final class LoopbackServer implements AutoCloseable {
    private final EmbeddedApiServer server;
    private final Path home;
    private final Path kubeconfig;

    private LoopbackServer(EmbeddedApiServer server, Path home) throws IOException {
        this.server = server;
        this.home = home;
        this.kubeconfig = Files.writeString(
                home.resolve("kubeconfig"), KubeconfigEditor.text("proa", server.administrator(), ""));
    }

    /**
     * Starts one.
     *
     * @param home an empty directory that the caller removes
     */
    static LoopbackServer start(Path home) throws IOException {
        EmbeddedApiServer server =
                EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system()).listeningOn("127.0.0.1", 0));
        return new LoopbackServer(server, home);
    }

    /** The administrator's kubeconfig. */
    Path kubeconfig() {
        return kubeconfig;
    }

    /** Runs kubectl as the administrator. */
    Run kubectl(String... arguments) throws IOException {
        return kubectlWithInput("", arguments);
    }

    /** Runs kubectl with a standard input, for {@code -f -}. */
    Run kubectlWithInput(String input, String... arguments) throws IOException {
        return Run.of(kubectlCommand(arguments), Map.of(), input);
    }

    /** Starts kubectl for something that goes on; what it says goes to a file. The caller ends it. */
    Process startKubectl(Path out, String... arguments) throws IOException {
        return new ProcessBuilder(kubectlCommand(arguments))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
    }

    private List<String> kubectlCommand(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Tools.kubectl().toString(),
                "--kubeconfig",
                kubeconfig.toString(),
                "--cache-dir",
                home.resolve("kubectl-cache").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Runs a client program, which finds the server by its environment's {@code KUBECONFIG}. */
    Run run(String... command) {
        return Run.of(List.of(command), Map.of("KUBECONFIG", kubeconfig.toString()), "");
    }

    @Override
    public void close() {
        server.close();
    }
}
