package dev.proa.examples.hello;

import dev.proa.examples.hello.config.InvalidSettings;
import dev.proa.examples.hello.config.Settings;
import dev.proa.examples.hello.config.SettingsSource;
import java.io.IOException;
import java.time.Duration;

/**
 * Starts the application, and stops it when the process gets SIGTERM: first {@code /readyz} says 503 while requests are still
 * served, for as long as it takes the load balancers to notice; then requests in flight are completed; then the process ends.
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws IOException {
        SettingsSource source = SettingsSource.of(System.getenv());
        Settings settings;
        try {
            settings = source.current();
        } catch (InvalidSettings e) {
            System.err.println("hello: " + e.getMessage());
            System.exit(2);
            return;
        }
        if (args.length == 1 && args[0].equals("--check-config")) {
            System.out.println("hello: configuration is valid: " + settings);
            return;
        }
        HelloServer server = HelloServer.start(source);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, source), "shutdown"));
        System.out.println("hello: listening on port " + server.port());
    }

    private static void stop(HelloServer server, SettingsSource source) {
        Settings settings = source.current();
        System.out.println("hello: draining for " + settings.drain().toSeconds() + " s");
        server.shutdown(settings.drain(), Duration.ofSeconds(20));
        System.out.println("hello: stopped");
        System.out.flush();
        // An orderly end is a success; without this the exit code would be that of the signal.
        Runtime.getRuntime().halt(0);
    }
}
