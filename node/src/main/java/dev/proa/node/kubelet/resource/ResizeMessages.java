package dev.proa.node.kubelet.resource;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Formats the messages of resize events: the resources of each container, as JSON in Kubernetes' order. */
final class ResizeMessages {
    private ResizeMessages() {}

    /** @param error or empty */
    static String of(String what, Pod pod, long generation, String error) {
        List<String> fields = new ArrayList<>();
        add(fields, "initContainers", pod.spec().initContainers());
        add(fields, "containers", pod.spec().containers());
        fields.add("\"generation\":" + generation);
        if (!error.isEmpty()) {
            fields.add("\"error\":" + Json.toString(error));
        }
        return what + ": {" + String.join(",", fields) + "}";
    }

    private static void add(List<String> fields, String name, List<Container> containers) {
        if (!containers.isEmpty()) {
            fields.add("\"" + name + "\":"
                    + containers.stream()
                            .map(container -> Json.toString(MapValue.of(
                                    "name",
                                    container.name(),
                                    "resources",
                                    container.resources().value())))
                            .collect(Collectors.joining(",", "[", "]")));
        }
    }
}
