package dev.proa.cli;

import dev.proa.client.Client;
import dev.proa.delivery.Application;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Spec;

/** {@code proa open}: opens an application in the browser. */
@Command(
        name = "open",
        mixinStandardHelpOptions = true,
        description = {
            "Print the URL of an application, and open it in a browser if there is one.",
            "",
            "BROWSER names one; else that of the desktop is used."
        })
final class OpenCommand implements Callable<Integer> {
    @Mixin
    private ApplicationOptions application;

    @Mixin
    private NameOption name;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ClusterHome home = name.home();
        ClusterHome.Running server = home.require();
        String url;
        try (Client client = new Client(Administrator.transport(home))) {
            url = Application.find(client, application.namespace(), application.app())
                    .url(server.nodePorts());
        }
        spec.commandLine().getOut().println(url);
        spec.commandLine().getOut().flush();
        String browser = browser(System.getenv());
        if (!browser.isEmpty()) {
            show(browser, url);
        }
        return Exit.OK;
    }

    /** The program that opens URLs here; empty when there is none, as on a machine without a screen. */
    static String browser(Map<String, String> environment) {
        String own = environment.getOrDefault("BROWSER", "");
        if (!own.isEmpty()) {
            return own;
        }
        boolean screen = Stream.of("DISPLAY", "WAYLAND_DISPLAY")
                .anyMatch(variable -> !environment.getOrDefault(variable, "").isEmpty());
        return screen
                        && Stream.of(environment.getOrDefault("PATH", "").split(":"))
                                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "xdg-open")))
                ? "xdg-open"
                : "";
    }

    private static void show(String browser, String url) {
        try {
            new ProcessBuilder(browser, url)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, "the browser \"" + browser + "\" cannot be started: " + e.getMessage());
        }
    }
}
