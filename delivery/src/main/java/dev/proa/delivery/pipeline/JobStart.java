package dev.proa.delivery.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A job that may begin, with everything resolved.
 *
 * @param id {@link JobView#id}
 * @param name as shown
 * @param attempt counted from 1; each has containers of its own
 * @param labels of {@code runs-on}, or the tags of GitLab; they choose the image when there is no container
 * @param container in which the steps run, when the job says so
 * @param services beside it, by the name at which they are reached
 * @param timeout after which the job is ended as TIMED_OUT
 * @param concurrency of the job
 * @param environment the name of what it deploys to; empty when nothing
 * @param permissions of the job's token by name, as {@code contents: read}; empty for the usual ones
 */
public record JobStart(
        String id,
        String name,
        int attempt,
        List<String> labels,
        Optional<ContainerSpec> container,
        Map<String, ContainerSpec> services,
        Duration timeout,
        Optional<Concurrency> concurrency,
        String environment,
        Map<String, String> permissions) {
    public JobStart {
        labels = List.copyOf(labels);
        services = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(services));
        permissions = Map.copyOf(permissions);
    }

    /**
     * A container of a job.
     *
     * @param ports as {@code 5432} or {@code 8080:80}
     * @param volumes as {@code /host:/container} or {@code name:/container}
     * @param options of {@code docker create}, as they stand
     * @param user and {@code password} for the image's registry; both empty when none
     * @param entrypoint empty for the image's own
     * @param arguments empty for the image's own
     */
    public record ContainerSpec(
            String image,
            Map<String, String> env,
            List<String> ports,
            List<String> volumes,
            String options,
            String user,
            String password,
            List<String> entrypoint,
            List<String> arguments) {
        public ContainerSpec {
            env = Map.copyOf(env);
            ports = List.copyOf(ports);
            volumes = List.copyOf(volumes);
            entrypoint = List.copyOf(entrypoint);
            arguments = List.copyOf(arguments);
        }

        /** A container with nothing but an image. */
        public ContainerSpec(String image) {
            this(image, Map.of(), List.of(), List.of(), "", "", "", List.of(), List.of());
        }
    }
}
