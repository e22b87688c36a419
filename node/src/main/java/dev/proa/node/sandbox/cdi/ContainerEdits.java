package dev.proa.node.sandbox.cdi;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerConfig.Device;
import dev.proa.node.cri.ContainerConfig.Mount;
import dev.proa.node.linux.FileNodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a device changes of a container, as {@code containerEdits} of the Container Device Interface.
 *
 * @param unsupported the fields that are set and that the sandbox runtime cannot do, such as {@code hooks}
 */
record ContainerEdits(
        List<Map.Entry<String, String>> environment,
        List<Mount> mounts,
        List<MapValue> deviceNodes,
        List<Long> groups,
        List<String> unsupported) {
    private static final int PERMISSIONS = 07777;
    /** Owned by the user of the container. */
    private static final long ITS_USER = -1;

    static ContainerEdits of(MapValue edits) throws CdiFailure {
        List<String> unsupported = new ArrayList<>();
        for (String field : List.of("hooks", "netDevices", "intelRdt")) {
            if (edits.has(field)) {
                unsupported.add(field);
            }
        }
        List<Long> groups = new ArrayList<>();
        for (Object group : edits.list("additionalGids")) {
            if (group instanceof Long number && number != 0) {
                groups.add(number);
            }
        }
        return new ContainerEdits(
                environment(edits.list("env")),
                mounts(edits.list("mounts")),
                maps(edits.list("deviceNodes")),
                groups,
                unsupported);
    }

    private static List<MapValue> maps(ListValue list) {
        List<MapValue> maps = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            maps.add(list.map(i));
        }
        return maps;
    }

    private static List<Map.Entry<String, String>> environment(ListValue list) throws CdiFailure {
        List<Map.Entry<String, String>> variables = new ArrayList<>();
        for (Object variable : list) {
            String text = String.valueOf(variable);
            int equals = text.indexOf('=');
            if (equals <= 0) {
                throw new CdiFailure("invalid environment variable \"" + text + "\"");
            }
            variables.add(Map.entry(text.substring(0, equals), text.substring(equals + 1)));
        }
        return variables;
    }

    private static List<Mount> mounts(ListValue list) throws CdiFailure {
        List<Mount> mounts = new ArrayList<>();
        for (MapValue mount : maps(list)) {
            List<String> options = new ArrayList<>();
            mount.list("options").forEach(option -> options.add(String.valueOf(option)));
            String host = mount.string("hostPath");
            String type = mount.string("type");
            if (host.isEmpty() || mount.string("containerPath").isEmpty()) {
                throw new CdiFailure("a mount needs hostPath and containerPath");
            }
            if (!type.isEmpty() && !type.equals("bind") && !type.equals("none")) {
                throw new CdiFailure("a mount of type " + type + " is not supported, only bind");
            }
            mounts.add(new Mount(
                    Path.of(host),
                    mount.string("containerPath"),
                    options.contains("ro"),
                    options.contains("rslave") || options.contains("rshared")));
        }
        return mounts;
    }

    /** The configuration with these edits; a mount replaces another one at its place. */
    ContainerConfig apply(ContainerConfig config) throws CdiFailure {
        if (!unsupported.isEmpty()) {
            throw new CdiFailure("the sandbox runtime does not support " + String.join(", ", unsupported));
        }
        List<Map.Entry<String, String>> variables = new ArrayList<>(config.environment());
        variables.addAll(environment);
        List<Mount> paths = new ArrayList<>(config.mounts());
        paths.removeIf(
                path -> mounts.stream().anyMatch(mount -> mount.containerPath().equals(path.containerPath())));
        paths.addAll(mounts);
        List<Device> nodes = new ArrayList<>(config.devices());
        for (MapValue node : deviceNodes) {
            Device device = device(node);
            nodes.removeIf(other -> other.path().equals(device.path()));
            nodes.add(device);
        }
        return config.withDevices(variables, paths, config.security().withGroups(groups), nodes);
    }

    /** A device node; what the file does not say is as with the node of the host. */
    private static Device device(MapValue node) throws CdiFailure {
        String path = node.string("path");
        if (path.isEmpty()) {
            throw new CdiFailure("a device node needs a path");
        }
        String host = node.string("hostPath").isEmpty() ? path : node.string("hostPath");
        String type = node.string("type");
        long major = node.integer("major", 0);
        int mode = (int) node.integer("fileMode", ITS_USER);
        long number = FileNodes.device(major, node.integer("minor", 0));
        boolean complete = (type.equals("c") || type.equals("b") || type.equals("u")) && major != 0;
        if (!complete || mode < 0) {
            try {
                int found = (Integer) Files.getAttribute(Path.of(host), "unix:mode", LinkOption.NOFOLLOW_LINKS);
                if (!complete) {
                    type = type(found, host);
                    number = (Long) Files.getAttribute(Path.of(host), "unix:rdev", LinkOption.NOFOLLOW_LINKS);
                }
                mode = mode < 0 ? found & PERMISSIONS : mode;
            } catch (IOException e) {
                if (!complete) {
                    throw new CdiFailure("failed to stat CDI host device \"" + host + "\": " + e.getMessage());
                }
                mode = 0666;
            }
        }
        int bits = type.equals("b") ? FileNodes.BLOCK_DEVICE : FileNodes.CHARACTER_DEVICE;
        return new Device(path, bits | mode, number, node.integer("uid", ITS_USER), node.integer("gid", ITS_USER));
    }

    private static String type(int mode, String host) throws CdiFailure {
        return switch (mode & 0xF000) {
            case FileNodes.CHARACTER_DEVICE -> "c";
            case FileNodes.BLOCK_DEVICE -> "b";
            default -> throw new CdiFailure("\"" + host + "\" is not a device node");
        };
    }
}
