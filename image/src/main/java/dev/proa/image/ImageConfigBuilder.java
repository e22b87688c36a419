package dev.proa.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Changes a copy of an {@link ImageConfig}; for one thread. */
public final class ImageConfigBuilder {
    private final ImageConfig base;
    private String user;
    private final List<String> exposedPorts;
    private final List<String> environment;
    private List<String> entrypoint;
    private List<String> command;
    private String workingDirectory;
    private final Map<String, String> labels;
    private @Nullable String created;
    private @Nullable String stopSignal;
    private final List<String> volumes;
    private String author;
    private List<String> shell;
    private ImageConfig.@Nullable Healthcheck healthcheck;
    private List<String> onBuild;
    private final List<Digest> diffIds;
    private final List<ImageConfig.History> history;

    ImageConfigBuilder(ImageConfig base) {
        this.base = base;
        user = base.user();
        exposedPorts = new ArrayList<>(base.exposedPorts());
        environment = new ArrayList<>(base.environment());
        entrypoint = base.entrypoint();
        command = base.command();
        workingDirectory = base.workingDirectory();
        labels = new TreeMap<>(base.labels());
        created = base.created();
        stopSignal = base.stopSignal();
        volumes = new ArrayList<>(base.volumes());
        author = base.author();
        shell = base.shell();
        healthcheck = base.healthcheck();
        onBuild = base.onBuild();
        diffIds = new ArrayList<>(base.diffIds());
        history = new ArrayList<>(base.history());
    }

    public ImageConfigBuilder user(String value) {
        user = value;
        return this;
    }

    /** Adds a port, {@code 8080/tcp}. */
    public ImageConfigBuilder exposedPort(String value) {
        if (!exposedPorts.contains(value)) {
            exposedPorts.add(value);
        }
        return this;
    }

    /** Sets a variable; an existing one of the same name is replaced in place. */
    public ImageConfigBuilder environment(String name, String value) {
        String entry = name + "=" + value;
        for (int i = 0; i < environment.size(); i++) {
            if (environment.get(i).startsWith(name + "=")) {
                environment.set(i, entry);
                return this;
            }
        }
        environment.add(entry);
        return this;
    }

    /** Sets the entry point, and clears the base's command, which was meant for another one. */
    public ImageConfigBuilder entrypoint(List<String> value) {
        entrypoint = value;
        command = List.of();
        return this;
    }

    public ImageConfigBuilder command(List<String> value) {
        command = value;
        return this;
    }

    public ImageConfigBuilder workingDirectory(String value) {
        workingDirectory = value;
        return this;
    }

    public ImageConfigBuilder label(String name, String value) {
        labels.put(name, value);
        return this;
    }

    public ImageConfigBuilder created(@Nullable String value) {
        created = value;
        return this;
    }

    public ImageConfigBuilder stopSignal(@Nullable String value) {
        stopSignal = value;
        return this;
    }

    /** Adds a path of a volume. */
    public ImageConfigBuilder volume(String path) {
        if (!volumes.contains(path)) {
            volumes.add(path);
        }
        return this;
    }

    public ImageConfigBuilder author(String value) {
        author = value;
        return this;
    }

    /** Sets what commands in shell form are run by. */
    public ImageConfigBuilder shell(List<String> value) {
        shell = value;
        return this;
    }

    public ImageConfigBuilder healthcheck(ImageConfig.@Nullable Healthcheck value) {
        healthcheck = value;
        return this;
    }

    /** Sets the instructions that builds on this image run first. */
    public ImageConfigBuilder onBuild(List<String> value) {
        onBuild = value;
        return this;
    }

    /** Replaces all layers, with their history. */
    public ImageConfigBuilder layers(List<Digest> layers, List<ImageConfig.History> entries) {
        diffIds.clear();
        diffIds.addAll(layers);
        history.clear();
        history.addAll(entries);
        return this;
    }

    /** Adds a layer on top, with its history entry. */
    public ImageConfigBuilder layer(Digest diffId, String createdBy) {
        diffIds.add(diffId);
        history.add(new ImageConfig.History(null, createdBy, "", false));
        return this;
    }

    public ImageConfig build() {
        return new ImageConfig(
                base.platform(),
                created,
                user,
                exposedPorts,
                environment,
                entrypoint,
                command,
                volumes,
                workingDirectory,
                labels,
                stopSignal,
                author,
                shell,
                healthcheck,
                onBuild,
                diffIds,
                history);
    }
}
