package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How traffic is split. */
public record TrafficWeights(MapValue value) implements View {
    public WeightDestination canary() {
        return new WeightDestination(value.map("canary"));
    }

    public TrafficWeights withCanary(WeightDestination to) {
        return new TrafficWeights(value.with("canary", to.value()));
    }

    public WeightDestination stable() {
        return new WeightDestination(value.map("stable"));
    }

    public TrafficWeights withStable(WeightDestination to) {
        return new TrafficWeights(value.with("stable", to.value()));
    }

    public List<WeightDestination> additional() {
        return Views.list(value.list("additional"), WeightDestination::new);
    }

    public TrafficWeights withAdditional(List<WeightDestination> to) {
        return new TrafficWeights(value.with("additional", Views.values(to)));
    }

    /** Whether the router has taken the weights over; null when it cannot tell. */
    public @Nullable Boolean verified() {
        return value.get("verified") instanceof Boolean bool ? bool : null;
    }

    public TrafficWeights withVerified(@Nullable Boolean to) {
        return new TrafficWeights(Views.with(value, "verified", to));
    }
}
