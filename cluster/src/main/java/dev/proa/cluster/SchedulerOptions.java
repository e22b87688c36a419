package dev.proa.cluster;

import dev.proa.control.scheduler.configuration.SchedulerConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Flags of kube-scheduler, of which there is one here: {@code config}.
 *
 * @param config the file with a {@code KubeSchedulerConfiguration}; null for the defaults
 */
public record SchedulerOptions(@Nullable Path config) {
    public static final SchedulerOptions NONE = new SchedulerOptions(null);

    private static final String CONFIG = "config";

    /**
     * Reads flags, with or without dashes, as {@code config=FILE}; the last one counts.
     *
     * @param directory where relative paths begin
     * @throws IllegalArgumentException when there is no such flag, or it has no value
     */
    public static SchedulerOptions parse(List<String> arguments, Path directory) {
        SchedulerOptions options = NONE;
        for (String argument : arguments) {
            checkName(argument);
            int equals = argument.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("flag needs a value: " + CONFIG + "=FILE");
            }
            String file = argument.substring(equals + 1);
            options = file.isEmpty() ? NONE : new SchedulerOptions(directory.resolve(file));
        }
        return options;
    }

    /** The flag that an argument names, without dashes. */
    public static String name(String argument) {
        String text = argument.startsWith("--") ? argument.substring(2) : argument;
        int equals = text.indexOf('=');
        return equals < 0 ? text : text.substring(0, equals);
    }

    /** @throws IllegalArgumentException when the argument names a flag and there is no such flag */
    public static void checkName(String argument) {
        if (!argument.isEmpty() && !name(argument).equals(CONFIG)) {
            throw new IllegalArgumentException(
                    "there is no flag \"" + name(argument) + "\" of kube-scheduler here; there is " + CONFIG);
        }
    }

    /** The flags as {@link #parse} reads them. */
    public List<String> arguments() {
        return config == null ? List.of() : List.of(CONFIG + "=" + config);
    }

    /**
     * Reads the file.
     *
     * @throws IllegalArgumentException when it is not as it should be; the message says where
     * @throws UncheckedIOException when it cannot be read
     */
    public SchedulerConfiguration configuration() {
        if (config == null) {
            return SchedulerConfiguration.DEFAULT;
        }
        Path directory = config.toAbsolutePath().getParent();
        try {
            return SchedulerConfiguration.parse(
                    config.toString(), directory == null ? config : directory, Files.readAllBytes(config));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + config + ": " + e.getMessage(), e);
        }
    }
}
