package dev.proa.server.resource.device;

import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Defaulter;
import dev.proa.server.validation.Values;

/** Defaults of the group {@code resource.k8s.io}. */
final class DeviceDefaults {
    private DeviceDefaults() {}

    /** Defaults of the device requests of resource claims and templates. */
    static MapValue resourceClaimSpec(MapValue spec) {
        return spec.withMap(
                "devices",
                devices -> Values.withEach(devices, "requests", request -> {
                    MapValue filled = Values.withIfPresent(request, "exactly", DeviceDefaults::deviceRequest);
                    return Values.withEach(filled, "firstAvailable", DeviceDefaults::deviceRequest);
                }));
    }

    private static MapValue deviceRequest(MapValue request) {
        MapValue filled = Values.withEach(
                Defaulter.of(request).fill("allocationMode", "ExactCount").done(),
                "tolerations",
                toleration -> Defaulter.of(toleration).fill("operator", "Equal").done());
        return filled.string("allocationMode").equals("ExactCount")
                ? Defaulter.of(filled).fillZero("count", 1).done()
                : filled;
    }

    /** List attributes belong to a feature that is off by default, and are dropped. */
    static MapValue resourceSlice(MapValue slice) {
        return slice.withMap(
                "spec",
                spec -> Values.withEach(spec, "devices", device -> {
                    MapValue attributes = device.map("attributes");
                    for (int i = 0; i < attributes.size(); i++) {
                        if (attributes.valueAt(i) instanceof MapValue value) {
                            MapValue plain = value.without("bools")
                                    .without("ints")
                                    .without("strings")
                                    .without("versions");
                            attributes = plain == value ? attributes : attributes.with(attributes.nameAt(i), plain);
                        }
                    }
                    return attributes == device.map("attributes") ? device : device.with("attributes", attributes);
                }));
    }
}
