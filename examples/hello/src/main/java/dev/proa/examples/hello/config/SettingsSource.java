package dev.proa.examples.hello.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/**
 * Where settings come from: the environment ({@code HELLO_GREETING}, {@code HELLO_PORT}, {@code HELLO_DRAIN_SECONDS}, {@code
 * HELLO_ACCENT}) before the properties file that {@code HELLO_CONFIG} names, usually a mounted ConfigMap, before defaults.
 *
 * <p>The file is read again when it changed, looked at no more than once a second. A change that cannot be used is reported and
 * the last good settings stay. Safe for many threads.
 */
public final class SettingsSource {
    private static final String[] NAMES = {"greeting", "port", "drain.seconds", "accent"};
    private static final long LOOK_NANOS = 1_000_000_000;

    private final Map<String, String> environment;
    private final Path file;
    private volatile State state;

    private record State(Settings settings, Object version, long lookedAt) {}

    private SettingsSource(Map<String, String> environment, Path file) {
        this.environment = environment;
        this.file = file;
    }

    /** The source that the environment describes. */
    public static SettingsSource of(Map<String, String> environment) {
        String file = environment.getOrDefault("HELLO_CONFIG", "/etc/hello/hello.properties");
        return new SettingsSource(environment, Path.of(file));
    }

    /**
     * The settings as they are now.
     *
     * @throws InvalidSettings the first time, when they cannot be used
     */
    public Settings current() {
        State known = state;
        if (known != null && System.nanoTime() - known.lookedAt < LOOK_NANOS) {
            return known.settings;
        }
        return refresh();
    }

    private synchronized Settings refresh() {
        State known = state;
        Object version = version();
        if (known != null && known.version.equals(version)) {
            state = new State(known.settings, version, System.nanoTime());
            return known.settings;
        }
        Settings settings;
        try {
            settings = Settings.of(values());
        } catch (InvalidSettings e) {
            if (known == null) {
                throw e;
            }
            System.err.println("hello: keeping the settings in use, " + file + " is invalid: " + e.getMessage());
            settings = known.settings;
        }
        state = new State(settings, version, System.nanoTime());
        return settings;
    }

    /** A ConfigMap volume changes by a symbolic link being swapped, so the real path counts as well. */
    private Object version() {
        try {
            return file.toRealPath() + " " + Files.getLastModifiedTime(file) + " " + Files.size(file);
        } catch (IOException e) {
            return "absent";
        }
    }

    private Map<String, String> values() {
        Map<String, String> values = new HashMap<>();
        if (Files.exists(file)) {
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                throw new InvalidSettings("cannot read " + file + ": " + e);
            }
            for (String name : properties.stringPropertyNames()) {
                values.put(name, properties.getProperty(name));
            }
        }
        for (String name : NAMES) {
            String value = environment.get("HELLO_" + name.toUpperCase(Locale.ROOT).replace('.', '_'));
            if (value != null) {
                values.put(name, value);
            }
        }
        return values;
    }
}
