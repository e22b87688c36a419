package dev.proa.node.sandbox.cdi;

import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.RuntimeFailure.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The devices that the files of the Container Device Interface describe. They are read anew for each container that has devices, since
 * drivers write them just before.
 *
 * @param directories of the files, the most important one last: its devices win over those of the same name in others
 */
public record CdiDevices(List<Path> directories) {
    /** Where files lie unless somebody configures something else. */
    public static final CdiDevices USUAL = new CdiDevices(List.of(Path.of("/etc/cdi"), Path.of("/var/run/cdi")));

    public CdiDevices {
        directories = List.copyOf(directories);
    }

    /** A device with its file. */
    private record Found(CdiSpec spec, int priority, ContainerEdits edits) {}

    /**
     * The configuration of a container with all that its {@linkplain ContainerConfig#cdiDevices devices} need.
     *
     * @throws RuntimeFailure when there is no such device, or what it needs is not supported
     */
    public ContainerConfig inject(ContainerConfig config) {
        List<String> problems = new ArrayList<>();
        Map<String, Found> found = find(problems);
        List<String> unresolved = config.cdiDevices().stream()
                .filter(name -> !found.containsKey(name))
                .toList();
        if (!unresolved.isEmpty()) {
            problems.addFirst("unresolvable CDI devices " + String.join(", ", unresolved));
            throw failure(String.join("; ", problems), null);
        }
        ContainerConfig edited = config;
        Set<Path> files = new HashSet<>();
        try {
            for (String name : config.cdiDevices()) {
                Found device = Objects.requireNonNull(found.get(name), name);
                if (files.add(device.spec().file())) {
                    edited = device.spec().edits().apply(edited);
                }
                edited = device.edits().apply(edited);
            }
        } catch (CdiFailure e) {
            throw failure("failed to inject devices: " + e.getMessage(), e);
        }
        return edited;
    }

    private static RuntimeFailure failure(String why, @Nullable CdiFailure cause) {
        return new RuntimeFailure(Reason.INVALID_ARGUMENT, "CDI device injection failed: " + why, cause);
    }

    /** All devices by qualified name, without those that two files of one directory describe. */
    private Map<String, Found> find(List<String> problems) {
        Map<String, Found> devices = new HashMap<>();
        Set<String> conflicts = new HashSet<>();
        for (int i = 0; i < directories.size(); i++) {
            int priority = i;
            for (Path file : files(directories.get(i), problems)) {
                try {
                    CdiSpec spec = CdiSpec.read(file);
                    spec.devices().forEach((name, edits) -> {
                        Found before = devices.put(name, new Found(spec, priority, edits));
                        if (before != null && before.priority() == priority) {
                            conflicts.add(name);
                            problems.add("conflicting device \"" + name + "\" (specs \""
                                    + before.spec().file() + "\", \"" + file + "\")");
                        } else {
                            conflicts.remove(name);
                        }
                    });
                } catch (CdiFailure e) {
                    problems.add("failed to load CDI Spec " + file + ": " + e.getMessage());
                }
            }
        }
        devices.keySet().removeAll(conflicts);
        return devices;
    }

    private static List<Path> files(Path directory, List<String> problems) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(file ->
                            file.toString().endsWith(".json") || file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            problems.add(directory + " cannot be read: " + e.getMessage());
            return List.of();
        }
    }
}
