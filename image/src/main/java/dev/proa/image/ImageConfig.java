package dev.proa.image;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of an image: how its containers start, and the digests of its uncompressed layers.
 *
 * @param created RFC 3339 time, or null
 * @param user name or number, {@code user:group}, or empty for root
 * @param exposedPorts such as {@code 8080/tcp}
 * @param environment {@code NAME=value} in order
 * @param entrypoint the command a pod's {@code command} replaces
 * @param command the arguments a pod's {@code args} replace
 * @param stopSignal such as {@code SIGQUIT}, or null for SIGTERM
 * @param author who maintains the image, or empty
 * @param shell what commands in shell form are run by ({@code SHELL} of a Dockerfile); empty for the default
 * @param healthcheck of Docker, or null; Kubernetes ignores it
 * @param onBuild instructions that builds on this image run first ({@code ONBUILD} of a Dockerfile)
 * @param diffIds digests of the layers' uncompressed archives, the lowest first
 * @param history one line a layer or more, for people
 */
public record ImageConfig(
        Platform platform,
        @Nullable String created,
        String user,
        List<String> exposedPorts,
        List<String> environment,
        List<String> entrypoint,
        List<String> command,
        List<String> volumes,
        String workingDirectory,
        Map<String, String> labels,
        @Nullable String stopSignal,
        String author,
        List<String> shell,
        @Nullable Healthcheck healthcheck,
        List<String> onBuild,
        List<Digest> diffIds,
        List<History> history) {

    /**
     * Linux allows arguments and environment of a quarter of the stack limit, usually 8 MiB; the pod's own environment
     * comes on top.
     */
    private static final long MAX_START_BYTES = 1L << 20;

    private static final int MAX_PATH = 4096;
    private static final int MAX_USER = 256;

    public ImageConfig {
        exposedPorts = List.copyOf(exposedPorts);
        environment = List.copyOf(environment);
        entrypoint = List.copyOf(entrypoint);
        command = List.copyOf(command);
        volumes = List.copyOf(volumes);
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        shell = List.copyOf(shell);
        onBuild = List.copyOf(onBuild);
        diffIds = List.copyOf(diffIds);
        history = List.copyOf(history);
    }

    /**
     * A health check of Docker.
     *
     * @param test {@code CMD} or {@code CMD-SHELL} with the command, or {@code NONE}; empty to inherit
     * @param interval and the other times are nanoseconds; 0 for the default
     */
    public record Healthcheck(
            List<String> test, long interval, long timeout, long startPeriod, long startInterval, int retries) {
        public Healthcheck {
            test = List.copyOf(test);
        }

        private static @Nullable Healthcheck read(@Nullable JsonDocument json) {
            return json == null
                    ? null
                    : new Healthcheck(
                            json.strings("Test"),
                            json.number("Interval", 0),
                            json.number("Timeout", 0),
                            json.number("StartPeriod", 0),
                            json.number("StartInterval", 0),
                            (int) json.number("Retries", 0));
        }

        private Map<String, Object> toJson() {
            Map<String, Object> json = new LinkedHashMap<>();
            putUnlessEmpty(json, "Test", test);
            putUnlessZero(json, "Interval", interval);
            putUnlessZero(json, "Timeout", timeout);
            putUnlessZero(json, "StartPeriod", startPeriod);
            putUnlessZero(json, "StartInterval", startInterval);
            putUnlessZero(json, "Retries", retries);
            return json;
        }

        private static void putUnlessZero(Map<String, Object> json, String name, long value) {
            if (value != 0) {
                json.put(name, value);
            }
        }
    }

    /** How a layer was created. */
    public record History(@Nullable String created, String createdBy, String comment, boolean emptyLayer) {}

    /** An empty configuration for a platform. */
    public static ImageConfig empty(Platform platform) {
        return new ImageConfig(
                platform, null, "", List.of(), List.of(), List.of(), List.of(), List.of(), "", Map.of(), null, "",
                List.of(), null, List.of(), List.of(), List.of());
    }

    /** Starts changing a copy. */
    public ImageConfigBuilder toBuilder() {
        return new ImageConfigBuilder(this);
    }

    /**
     * Reads an OCI or Docker configuration.
     *
     * @throws ImageFailure also when the kernel could not start a container with it
     */
    public static ImageConfig parse(byte[] bytes) {
        JsonDocument json = JsonDocument.parse(bytes, "image configuration");
        JsonDocument config = json.object("config");
        if (config == null) {
            config = JsonDocument.parse(new byte[] {'{', '}'}, "image configuration.config");
        }
        JsonDocument rootfs = json.object("rootfs");
        ImageConfig parsed = new ImageConfig(
                Platform.read(json),
                json.string("created"),
                config.string("User", ""),
                config.keys("ExposedPorts"),
                config.strings("Env"),
                config.strings("Entrypoint"),
                config.strings("Cmd"),
                config.keys("Volumes"),
                config.string("WorkingDir", ""),
                config.stringMap("Labels"),
                config.string("StopSignal"),
                json.string("author", ""),
                config.strings("Shell"),
                Healthcheck.read(config.object("Healthcheck")),
                config.strings("OnBuild"),
                rootfs == null
                        ? List.of()
                        : rootfs.strings("diff_ids").stream().map(Digest::parse).toList(),
                json.objects("history").stream().map(ImageConfig::readHistory).toList());
        parsed.requireStartable();
        return parsed;
    }

    /** Rejects strings with a NUL, which the kernel would truncate. */
    private void requireStartable() {
        long bytes = 0;
        for (List<String> part : List.of(environment, entrypoint, command)) {
            for (String text : part) {
                bytes += text.length();
                requireNoZero(text);
            }
        }
        if (bytes > MAX_START_BYTES) {
            throw ImageFailure.invalid("the image's command and environment have " + bytes + " bytes, more than "
                    + MAX_START_BYTES + ", which the kernel would not take; move some to a file");
        }
        if (workingDirectory.length() > MAX_PATH || user.length() > MAX_USER) {
            throw ImageFailure.invalid("the image's working directory or user is too long to be one");
        }
        requireNoZero(workingDirectory);
        requireNoZero(user);
        volumes.forEach(ImageConfig::requireNoZero);
    }

    private static void requireNoZero(String text) {
        if (text.indexOf('\0') >= 0) {
            throw ImageFailure.invalid(
                    "the image's configuration has a zero character in its command, environment, user or paths");
        }
    }

    /** The JSON document; equal configurations give equal bytes. */
    public byte[] toBytes() {
        Map<String, Object> json = new LinkedHashMap<>();
        if (created != null) {
            json.put("created", created);
        }
        putUnlessEmpty(json, "author", author);
        json.putAll(platform.toJson());
        json.put("config", configJson());
        Map<String, Object> rootfs = new LinkedHashMap<>();
        rootfs.put("type", "layers");
        rootfs.put("diff_ids", diffIds.stream().map(Digest::toString).toList());
        json.put("rootfs", rootfs);
        if (!history.isEmpty()) {
            json.put("history", history.stream().map(ImageConfig::historyJson).toList());
        }
        return JsonDocument.write(json);
    }

    private Map<String, Object> configJson() {
        Map<String, Object> config = new LinkedHashMap<>();
        putUnlessEmpty(config, "User", user);
        putUnlessEmpty(config, "ExposedPorts", asSet(exposedPorts));
        putUnlessEmpty(config, "Env", environment);
        putUnlessEmpty(config, "Entrypoint", entrypoint);
        putUnlessEmpty(config, "Cmd", command);
        putUnlessEmpty(config, "Volumes", asSet(volumes));
        putUnlessEmpty(config, "WorkingDir", workingDirectory);
        putUnlessEmpty(config, "Labels", labels);
        putUnlessEmpty(config, "StopSignal", stopSignal == null ? "" : stopSignal);
        putUnlessEmpty(config, "Shell", shell);
        if (healthcheck != null) {
            config.put("Healthcheck", healthcheck.toJson());
        }
        putUnlessEmpty(config, "OnBuild", onBuild);
        return config;
    }

    private static void putUnlessEmpty(Map<String, Object> json, String name, Object value) {
        boolean empty = switch (value) {
            case String text -> text.isEmpty();
            case List<?> list -> list.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            default -> false;
        };
        if (!empty) {
            json.put(name, value);
        }
    }

    private static Map<String, Object> asSet(List<String> names) {
        Map<String, Object> set = new TreeMap<>();
        for (String name : names) {
            set.put(name, Map.of());
        }
        return set;
    }

    private static History readHistory(JsonDocument json) {
        return new History(
                json.string("created"),
                json.string("created_by", ""),
                json.string("comment", ""),
                json.flag("empty_layer"));
    }

    private static Map<String, Object> historyJson(History entry) {
        Map<String, Object> json = new LinkedHashMap<>();
        if (entry.created != null) {
            json.put("created", entry.created);
        }
        putUnlessEmpty(json, "created_by", entry.createdBy);
        putUnlessEmpty(json, "comment", entry.comment);
        if (entry.emptyLayer) {
            json.put("empty_layer", true);
        }
        return json;
    }

    /** The default command of a container: entry point and command together. */
    public List<String> defaultCommand() {
        List<String> all = new ArrayList<>(entrypoint);
        all.addAll(command);
        return all;
    }
}
