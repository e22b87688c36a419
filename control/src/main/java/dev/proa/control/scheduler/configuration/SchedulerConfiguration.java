package dev.proa.control.scheduler.configuration;

import dev.proa.api.config.ConfigObject;
import dev.proa.control.scheduler.extender.ExtenderConfig;
import dev.proa.control.scheduler.framework.Profile;
import dev.proa.control.scheduler.plugin.DefaultPlugins;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How a scheduler is configured.
 *
 * @param profiles at least one; the first is the one that the queue goes by
 * @param extenders in the order in which they are asked: those that can be ignored come last
 * @param percentageOfNodesToScore how many of the nodes are looked at where a profile does not say so; 0 for a number that depends on the
 *     size of the cluster
 * @param firstBackoff of a pod that could not be scheduled; each further one is twice as long
 * @param longestBackoff at least the first one
 * @param notes what of the configuration has no effect, and why
 */
public record SchedulerConfiguration(
        List<Profile> profiles,
        List<ExtenderConfig> extenders,
        int percentageOfNodesToScore,
        Duration firstBackoff,
        Duration longestBackoff,
        List<String> notes) {
    /** The scheduler of pods that do not choose one by {@code spec.schedulerName}. */
    public static final String DEFAULT_SCHEDULER = "default-scheduler";

    /** What a scheduler does without a file. */
    public static final SchedulerConfiguration DEFAULT =
            of(List.of(new Profile(DEFAULT_SCHEDULER, DefaultPlugins.ALL)));

    public SchedulerConfiguration {
        profiles = List.copyOf(profiles);
        extenders = List.copyOf(extenders);
        notes = List.copyOf(notes);
    }

    /** These profiles and else the defaults. */
    public static SchedulerConfiguration of(List<Profile> profiles) {
        return new SchedulerConfiguration(
                profiles, List.of(), 0, Duration.ofSeconds(1), Duration.ofSeconds(10), List.of());
    }

    /**
     * Reads a {@code KubeSchedulerConfiguration} in YAML or JSON.
     *
     * @param source what messages call it, as the file's name
     * @param directory where relative paths in it begin
     * @throws dev.proa.api.config.ConfigException when it is not as it should be; the message has the field
     */
    public static SchedulerConfiguration parse(String source, Path directory, byte[] text) {
        return new ConfigurationReader(ConfigObject.parse(source, text), directory).read();
    }
}
