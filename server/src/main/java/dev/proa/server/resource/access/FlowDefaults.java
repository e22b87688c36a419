package dev.proa.server.resource.access;

import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Defaulter;
import dev.proa.server.validation.Values;

/** Defaults of the group {@code flowcontrol.apiserver.k8s.io}. */
final class FlowDefaults {
    private FlowDefaults() {}

    static MapValue flowSchema(MapValue schema) {
        return schema.withMap(
                "spec",
                spec -> Defaulter.of(spec).fillZero("matchingPrecedence", 1000).done());
    }

    static MapValue priorityLevel(MapValue level) {
        return level.withMap("spec", spec -> {
            MapValue filled = Values.withIfPresent(
                    spec,
                    "exempt",
                    exempt -> Defaulter.of(exempt)
                            .fill("nominalConcurrencyShares", 0L)
                            .fill("lendablePercent", 0L)
                            .done());
            return Values.withIfPresent(
                    filled,
                    "limited",
                    limited -> Defaulter.of(limited)
                            .fill("nominalConcurrencyShares", 30L)
                            .fill("lendablePercent", 0L)
                            .done()
                            .withMap(
                                    "limitResponse",
                                    response -> Values.withIfPresent(
                                            response,
                                            "queuing",
                                            queuing -> Defaulter.of(queuing)
                                                    .fillZero("handSize", 8)
                                                    .fillZero("queues", 64)
                                                    .fillZero("queueLengthLimit", 50)
                                                    .done())));
        });
    }
}
