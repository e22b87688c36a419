package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** A share of the traffic. */
public record WeightDestination(MapValue value) implements View {
    public int weight() {
        return (int) value.integer("weight", 0);
    }

    public WeightDestination withWeight(int to) {
        return new WeightDestination(value.with("weight", (long) to));
    }

    public String serviceName() {
        return value.string("serviceName");
    }

    public WeightDestination withServiceName(String to) {
        return new WeightDestination(value.with("serviceName", to));
    }

    public String podTemplateHash() {
        return value.string("podTemplateHash");
    }

    public WeightDestination withPodTemplateHash(String to) {
        return new WeightDestination(value.with("podTemplateHash", to));
    }
}
