package dev.proa.examples.hello.service;

import dev.proa.examples.hello.config.Settings;
import dev.proa.examples.hello.config.SettingsSource;
import dev.proa.examples.hello.model.Greeting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;

/** Greets, with the settings of the moment. */
public final class GreetingService {
    private final SettingsSource settings;
    private final String host = hostName();
    private final long started = System.nanoTime();
    private final LongAdder served = new LongAdder();

    public GreetingService(SettingsSource settings) {
        this.settings = settings;
    }

    public Greeting greet() {
        served.increment();
        return new Greeting(
                settings.current().greeting(), host, served.sum(), (System.nanoTime() - started) / 1_000_000_000);
    }

    public Settings settings() {
        return settings.current();
    }

    /** The kernel's name for this host, which for a pod is its own; no name service is asked. */
    private static String hostName() {
        String name = System.getenv("HOSTNAME");
        if (name != null && !name.isBlank()) {
            return name;
        }
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "localhost";
        }
    }
}
