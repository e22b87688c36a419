package dev.proa.node.kubelet.pod;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.ObjectFieldSelector;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.ResourceFieldSelector;
import dev.proa.api.value.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The downward API: fields of a pod for its own containers. */
public final class Downward {
    /** Resources whose limit defaults to the node's allocatable amount. */
    private static final Set<String> DEFAULTED = Set.of("cpu", "memory", "ephemeral-storage");

    private Downward() {}

    /**
     * The value of a {@code fieldRef}.
     *
     * @param ips of the pod, may be empty while it has none
     */
    public static String field(Pod pod, ObjectFieldSelector selector, List<String> ips, String hostIp) {
        String path = selector.fieldPath();
        int bracket = path.indexOf("['");
        if (bracket > 0 && path.endsWith("']")) {
            String key = path.substring(bracket + 2, path.length() - 2);
            Map<String, String> map = path.startsWith("metadata.labels") ? pod.labels() : pod.annotations();
            return map.getOrDefault(key, "");
        }
        return switch (path) {
            case "metadata.name" -> pod.name();
            case "metadata.namespace" -> pod.namespace();
            case "metadata.uid" -> pod.uid();
            case "metadata.labels" -> lines(pod.labels());
            case "metadata.annotations" -> lines(pod.annotations());
            case "spec.nodeName" -> pod.spec().nodeName();
            case "spec.serviceAccountName" -> pod.spec().serviceAccountName();
            case "status.hostIP", "status.hostIPs" -> hostIp;
            case "status.podIP" -> ips.isEmpty() ? "" : ips.getFirst();
            case "status.podIPs" -> String.join(",", ips);
            default -> throw new ConfigFailure("unsupported fieldPath: " + path);
        };
    }

    /**
     * The value of a {@code resourceFieldRef}.
     *
     * @param container the default container, unless the selector names another
     * @param allocatable the node's allocatable resources, the default of limits that are not set
     */
    public static String resource(
            Pod pod, Container container, ResourceFieldSelector selector, Map<String, Quantity> allocatable) {
        Container of = selector.containerName().isEmpty() ? container : named(pod, selector.containerName());
        String[] parts = selector.resource().split("\\.", 2);
        boolean limit = parts[0].equals("limits");
        if (parts.length != 2
                || !limit && !parts[0].equals("requests")
                || !DEFAULTED.contains(parts[1]) && !parts[1].startsWith("hugepages-")) {
            throw new ConfigFailure("unsupported container resource : " + selector.resource());
        }
        Quantity amount =
                (limit ? of.resources().limits() : of.resources().requests()).getOrDefault(parts[1], Quantity.ZERO);
        if (limit && amount.isZero() && DEFAULTED.contains(parts[1])) {
            Quantity pods = pod.spec().resources().limits().getOrDefault(parts[1], Quantity.ZERO);
            amount = pods.isZero() ? allocatable.getOrDefault(parts[1], Quantity.ZERO) : pods;
        }
        BigDecimal divisor = selector.hasDivisor() && !selector.divisor().isZero()
                ? selector.divisor().amount()
                : BigDecimal.ONE;
        return amount.amount()
                .divide(divisor, 0, RoundingMode.CEILING)
                .toBigInteger()
                .toString();
    }

    private static Container named(Pod pod, String name) {
        return Stream.concat(pod.spec().containers().stream(), pod.spec().initContainers().stream())
                .filter(other -> other.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ConfigFailure("container " + name + " not found"));
    }

    private static String lines(Map<String, String> map) {
        return new TreeMap<>(map)
                .entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + quoted(entry.getValue()))
                        .collect(Collectors.joining("\n"));
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                case '\u0007' -> out.append("\\a");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\u000b' -> out.append("\\v");
                default -> {
                    if (c < ' ' || c == 0x7f) {
                        out.append("\\x").append(HexFormat.of().toHexDigits((byte) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }
}
