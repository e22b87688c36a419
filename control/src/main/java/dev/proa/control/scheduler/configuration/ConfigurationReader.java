package dev.proa.control.scheduler.configuration;

import dev.proa.api.config.ConfigException;
import dev.proa.api.config.ConfigObject;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.MapValue;
import dev.proa.control.scheduler.extender.ExtenderConfig;
import dev.proa.control.scheduler.framework.Profile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the file, notes what is wrong with its values in the order of kube-scheduler, and refuses it in the end if anything is. */
final class ConfigurationReader {
    private static final String GROUP = "kubescheduler.config.k8s.io";
    /** Fields that say how a process of its own finds and leads its cluster. */
    private static final List<String> OF_A_PROCESS =
            List.of("clientConnection", "leaderElection", "delayCacheUntilActive");

    private static final List<String> PROFILING = List.of("enableProfiling", "enableContentionProfiling");

    private final ConfigObject root;
    private final Path directory;
    private final List<FieldError> errors = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    ConfigurationReader(ConfigObject root, Path directory) {
        this.root = root;
        this.directory = directory;
    }

    SchedulerConfiguration read() {
        root.require(GROUP, Set.of("v1"), "KubeSchedulerConfiguration");
        readProcess();
        long parallelism = root.integer("parallelism", 16);
        if (parallelism <= 0) {
            errors.add(FieldError.invalid("parallelism", parallelism, "should be an integer value greater than zero"));
        } else if (root.has("parallelism")) {
            notes.add("parallelism has no effect: nodes are looked at by one thread");
        }
        List<ExtenderConfig> extenders = new ArrayList<>();
        List<FieldError> ofExtenders = new ArrayList<>();
        Set<String> ignored = new ExtenderReader(directory, ofExtenders).read(root.objects("extenders"), extenders);
        List<ProfileReader> profiles = profiles(ignored);
        int percentage = percentage(root, "percentageOfNodesToScore", errors).orElse(0);
        long first = root.integer("podInitialBackoffSeconds", 1);
        if (first <= 0) {
            errors.add(FieldError.invalid("podInitialBackoffSeconds", first, "must be greater than 0"));
        }
        long longest = root.integer("podMaxBackoffSeconds", 10);
        if (longest < first) {
            errors.add(FieldError.invalid(
                    "podMaxBackoffSeconds", longest, "must be greater than or equal to PodInitialBackoffSeconds"));
        }
        errors.addAll(ofExtenders);
        root.endAll();
        refuse(errors);
        return new SchedulerConfiguration(
                build(profiles), extenders, percentage, Duration.ofSeconds(first), Duration.ofSeconds(longest), notes);
    }

    private void readProcess() {
        root.object("leaderElection").ifPresent(election -> {
            List.of("leaseDuration", "renewDeadline", "retryPeriod")
                    .forEach(name -> election.duration(name, Duration.ZERO));
            List.of("resourceName", "resourceNamespace").forEach(election::text);
            String lock = election.text("resourceLock", "leases");
            if (election.bool("leaderElect", true) && !lock.equals("leases")) {
                errors.add(FieldError.invalid(
                        "leaderElection.resourceLock", lock, "resourceLock value must be \"leases\""));
            }
        });
        root.object("clientConnection").ifPresent(connection -> {
            List.of("kubeconfig", "acceptContentTypes", "contentType").forEach(connection::text);
            connection.ignore("qps"); // which may have a fraction
            connection.integer("burst");
        });
        root.bool("delayCacheUntilActive");
        PROFILING.forEach(root::bool);
        OF_A_PROCESS.stream()
                .filter(root::has)
                .forEach(name -> notes.add(name + " has no effect: the scheduler is a part of the server"));
        PROFILING.stream()
                .filter(root::has)
                .forEach(name -> notes.add(name + " has no effect: the JVM is profiled by its own tools"));
    }

    private List<ProfileReader> profiles(Set<String> ignoredResources) {
        List<ConfigObject> given = root.objects("profiles");
        List<ProfileReader> profiles = new ArrayList<>();
        Map<String, Integer> names = new LinkedHashMap<>();
        for (int i = 0; i < Math.max(1, given.size()); i++) {
            ConfigObject object = i < given.size() ? given.get(i) : ConfigObject.parse("", new byte[0]);
            String usual = given.size() > 1 ? "" : SchedulerConfiguration.DEFAULT_SCHEDULER;
            ProfileReader profile = new ProfileReader(object, "profiles[" + i + "]", usual, ignoredResources, errors);
            profiles.add(profile);
            if (names.put(profile.schedulerName(), i) != null) {
                // the value is a path, which kube-scheduler writes as an object without fields
                errors.add(FieldError.duplicate("profiles[" + i + "].schedulerName", MapValue.EMPTY));
            }
        }
        for (ProfileReader profile : profiles.subList(1, profiles.size())) {
            profile.checkQueueSort(profiles.getFirst());
        }
        return profiles;
    }

    private List<Profile> build(List<ProfileReader> profiles) {
        List<Profile> built = new ArrayList<>();
        for (ProfileReader profile : profiles) {
            try {
                built.add(profile.build());
            } catch (IllegalArgumentException e) {
                throw root.problem(
                        "", "creating profile for scheduler name " + profile.schedulerName() + ": " + e.getMessage());
            }
        }
        return built;
    }

    private void refuse(List<FieldError> all) {
        if (all.isEmpty()) {
            return;
        }
        String text = all.stream().map(FieldError::summary).distinct().collect(Collectors.joining(", "));
        throw new ConfigException(root + ": " + (all.size() == 1 ? text : "[" + text + "]"));
    }

    static Optional<Integer> percentage(ConfigObject object, String name, List<FieldError> errors) {
        return object.integer(name).map(percentage -> {
            if (percentage < 0 || percentage > 100) {
                errors.add(FieldError.invalid(object.place(name), percentage, "not in valid range [0-100]"));
            }
            return Math.toIntExact(Math.clamp(percentage, 0, 100));
        });
    }
}
