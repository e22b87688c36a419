package dev.proa.node.agent;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.node.network.PodNetwork.Port;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Builds Node objects: labels, capacity and system information. */
final class NodeObjects {
    private static final long MEBI = 1 << 20;
    /** The annotation that the scheduler's NodePorts plugin reads. */
    private static final String RESERVED_PORTS = "node.proa.dev/reserved-ports";
    /** The annotation that says where volumes of StorageClasses with provisioner {@code proa.dev/local-path} lie. */
    private static final String LOCAL_VOLUMES = "node.proa.dev/local-volumes";

    private NodeObjects() {}

    /** Bytes of memory of this machine. */
    static long machineMemory() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
    }

    /**
     * The resources of this machine.
     *
     * @param directory where the node's data lies
     */
    static Map<String, Quantity> capacity(Path directory) {
        return capacity(machineMemory(), Runtime.getRuntime().availableProcessors(), diskBytes(directory));
    }

    /** The resources of a machine, in bytes. */
    static Map<String, Quantity> capacity(long memory, int processors, long disk) {
        return Map.of(
                "cpu", Quantity.of(processors),
                "memory", Quantity.parse(memory / 1024 + "Ki"),
                "ephemeral-storage", Quantity.parse(disk / 1024 + "Ki"),
                "pods", Quantity.of(110));
    }

    /** What a node offers to pods: all but 100 Mi of memory, kept for the node itself. */
    static Map<String, Quantity> allocatable(Map<String, Quantity> capacity) {
        Quantity memory = capacity.getOrDefault("memory", Quantity.ZERO);
        Map<String, Quantity> allocatable = new java.util.HashMap<>(capacity);
        allocatable.put("memory", Quantity.parse((memory.value() - 100 * MEBI) / 1024 + "Ki"));
        return allocatable;
    }

    /**
     * The Node object, without its conditions.
     *
     * @param kubeletPort of the kubelet's server, 0 for none
     * @param reserved ports that the node itself listens on, for the scheduler to avoid
     * @param volumes the directory of volumes that are provisioned on the node
     */
    static MapValue node(
            String name,
            String address,
            String runtimeVersion,
            int kubeletPort,
            Map<String, Quantity> capacity,
            Set<Port> reserved,
            Path volumes) {
        String architecture = architecture();
        MapValue.Builder status = MapValue.builder()
                .put("capacity", quantities(capacity))
                .put("allocatable", quantities(allocatable(capacity)))
                .put(
                        "addresses",
                        ListValue.of(
                                MapValue.of("type", "InternalIP", "address", address),
                                MapValue.of("type", "Hostname", "address", name)))
                .put("nodeInfo", systemInfo(architecture, runtimeVersion))
                // Features that older nodes may lack (KEP-5328).
                .put(
                        "declaredFeatures",
                        ListValue.of(
                                "InPlacePodLevelResourcesVerticalScaling", "InPlacePodVerticalScalingInitContainers"))
                .put(
                        "runtimeHandlers",
                        ListValue.of(
                                MapValue.of("name", "", "features", MapValue.of("recursiveReadOnlyMounts", true))));
        if (kubeletPort > 0) {
            status.put("daemonEndpoints", MapValue.of("kubeletEndpoint", MapValue.of("Port", (long) kubeletPort)));
        }
        return named(name)
                .withMap("metadata", metadata -> metadata.with("annotations", annotations(reserved, volumes)))
                .with("status", status.build());
    }

    /** A Node object of which only the name and the usual labels are known. */
    static MapValue named(String name) {
        String architecture = architecture();
        MapValue labels = MapValue.of(
                "kubernetes.io/hostname", name,
                "kubernetes.io/os", "linux",
                "kubernetes.io/arch", architecture,
                "beta.kubernetes.io/os", "linux",
                "beta.kubernetes.io/arch", architecture);
        return MapValue.of(
                "apiVersion", "v1",
                "kind", "Node",
                "metadata", MapValue.of("name", name, "labels", labels));
    }

    /** The same Node object with a range of pod addresses. */
    static MapValue withPodRange(MapValue node, String range) {
        return node.with("spec", MapValue.of("podCIDR", range, "podCIDRs", ListValue.of(range)));
    }

    private static MapValue annotations(Set<Port> reserved, Path volumes) {
        MapValue annotations = MapValue.of(LOCAL_VOLUMES, volumes.toString());
        return reserved.isEmpty()
                ? annotations
                : annotations.with(
                        RESERVED_PORTS,
                        reserved.stream()
                                .map(port -> port.number() + "/" + port.protocol())
                                .sorted()
                                .collect(Collectors.joining(",")));
    }

    private static MapValue systemInfo(String architecture, String runtimeVersion) {
        return MapValue.of(
                "machineID",
                read("/etc/machine-id"),
                "systemUUID",
                read("/sys/class/dmi/id/product_uuid"),
                "bootID",
                read("/proc/sys/kernel/random/boot_id"),
                "kernelVersion",
                read("/proc/sys/kernel/osrelease"),
                "osImage",
                osImage(),
                "containerRuntimeVersion",
                runtimeVersion,
                "kubeletVersion",
                "v1.36.3",
                "kubeProxyVersion",
                "",
                "operatingSystem",
                "linux",
                "architecture",
                architecture);
    }

    private static MapValue quantities(Map<String, Quantity> quantities) {
        MapValue.Builder builder = MapValue.builder();
        quantities.forEach((name, quantity) -> builder.put(name, quantity.toString()));
        return builder.build();
    }

    private static String architecture() {
        String machine = System.getProperty("os.arch");
        return machine.equals("aarch64") ? "arm64" : machine;
    }

    private static String osImage() {
        return read("/etc/os-release")
                .lines()
                .filter(line -> line.startsWith("PRETTY_NAME="))
                .map(line -> line.substring("PRETTY_NAME=".length()).replace("\"", ""))
                .findFirst()
                .orElse("Linux");
    }

    private static long diskBytes(Path directory) {
        try {
            return Files.getFileStore(directory).getTotalSpace();
        } catch (IOException e) {
            return 0; // a node without a known disk offers none
        }
    }

    /** The text of a small file; empty when it does not exist or cannot be read. */
    private static String read(String file) {
        try {
            return new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
