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
            String file = ComponentFlags.value(argument, "FILE");
            options = file.isEmpty() ? NONE : new SchedulerOptions(directory.resolve(file));
        }
        return options;
    }

    /** The flag that an argument names, without dashes. */
    public static String name(String argument) {
        return ComponentFlags.name(argument);
    }

    /** @throws IllegalArgumentException when the argument names a flag and there is no such flag */
    public static void checkName(String argument) {
        ComponentFlags.checkName(argument, "kube-scheduler", List.of(CONFIG));
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
