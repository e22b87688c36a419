package dev.proa.server.admission;

import dev.proa.api.codec.GoText;
import dev.proa.api.pod.PodRequests;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Refuses resizes that the pod's node can never give. Kubernetes' admission plugin of this name; the texts are its own. */
public final class PodResizeValidator implements ValidatingPlugin {

    @Override
    public String name() {
        return "PodResizeValidator";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation == Operation.UPDATE && subresource.equals("resize") && PodAttributes.isPods(resource);
    }

    @Override
    public void validate(AdmissionAttributes request) {
        if (!BoundPods.specChanged(request)) {
            return;
        }
        MapValue node = BoundPods.node(request);
        String os = node.map("metadata").map("labels").string("kubernetes.io/os");
        if (!os.isEmpty() && !os.equals("linux")) {
            throw refusal(
                    request,
                    "pod resize is only supported on linux nodes, node "
                            + GoText.quote(node.map("metadata").string("name")) + " is " + GoText.quote(os),
                    "UnsupportedPlatform");
        }
        MapValue allocatable = node.map("status").map("allocatable");
        Map<String, Quantity> requests = PodRequests.requests(request.object().map("spec"));
        List<String> tooMuch = new ArrayList<>();
        Quantity cpu = requests.getOrDefault("cpu", Quantity.ZERO);
        Quantity cpuThere = amount(allocatable, "cpu");
        if (cpu.compareTo(cpuThere) > 0) {
            tooMuch.add("cpu, requested: " + cpu.milliValue() + ", allocatable: " + cpuThere.milliValue());
        }
        Quantity memory = requests.getOrDefault("memory", Quantity.ZERO);
        Quantity memoryThere = amount(allocatable, "memory");
        if (memory.compareTo(memoryThere) > 0) {
            tooMuch.add("memory, requested: " + memory.value() + ", allocatable: " + memoryThere.value());
        }
        if (!tooMuch.isEmpty()) {
            throw refusal(
                    request,
                    "node didn't have enough allocatable resources: " + String.join("; ", tooMuch),
                    "NodeCapacity");
        }
    }

    private static Quantity amount(MapValue amounts, String name) {
        return amounts.has(name) ? Quantity.from(amounts.get(name)) : Quantity.ZERO;
    }

    private static StatusException refusal(AdmissionAttributes request, String why, String cause) {
        MapValue status = request.forbidden(why).status();
        return StatusException.from(status.withMap(
                "details", details -> details.with("causes", ListValue.of(MapValue.of("reason", cause)))));
    }
}
