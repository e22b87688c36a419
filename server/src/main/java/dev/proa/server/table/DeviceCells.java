package dev.proa.server.table;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cells of the group {@code resource.k8s.io}. */
final class DeviceCells {
    private DeviceCells() {}

    static TableFormat.@Nullable Cells of(String resource) {
        return switch (resource) {
            case "resourceclaims" ->
                (object, now) -> ListValue.of(Text.name(object), claimState(object), Text.age(object, now));
            case "resourceslices" ->
                (object, now) -> {
                    MapValue spec = object.map("spec");
                    return ListValue.of(
                            Text.name(object),
                            spec.string("nodeName"),
                            spec.string("driver"),
                            spec.map("pool").string("name"),
                            Text.age(object, now));
                };
            case "deviceclasses", "resourceclaimtemplates" ->
                (object, now) -> ListValue.of(Text.name(object), Text.age(object, now));
            default -> null;
        };
    }

    private static String claimState(MapValue claim) {
        MapValue status = claim.map("status");
        boolean deleted = claim.map("metadata").get("deletionTimestamp") != null;
        List<String> states = new ArrayList<>();
        if (deleted) {
            states.add("deleted");
        }
        if (status.get("allocation") != null) {
            states.add("allocated");
            if (!status.list("reservedFor").isEmpty()) {
                states.add("reserved");
            }
        } else if (!deleted) {
            states.add("pending");
        }
        return Text.join(states);
    }
}
