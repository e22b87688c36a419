package dev.proa.server.table;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Cells of the group {@code flowcontrol.apiserver.k8s.io}. */
final class FlowCells {
    private FlowCells() {}

    static TableFormat.@Nullable Cells of(String resource) {
        return switch (resource) {
            case "flowschemas" -> FlowCells::flowSchema;
            case "prioritylevelconfigurations" -> FlowCells::priorityLevel;
            default -> null;
        };
    }

    private static ListValue flowSchema(MapValue schema, Instant now) {
        MapValue spec = schema.map("spec");
        return ListValue.of(
                Text.name(schema),
                spec.map("priorityLevelConfiguration").string("name"),
                spec.integer("matchingPrecedence", 0),
                Text.or(spec.map("distinguisherMethod").get("type"), Text.NONE),
                Text.age(schema, now),
                condition(schema, "Dangling", "?"));
    }

    private static String condition(MapValue object, String type, String otherwise) {
        ListValue conditions = object.map("status").list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals(type)) {
                return conditions.map(i).string("status");
            }
        }
        return otherwise;
    }

    private static ListValue priorityLevel(MapValue level, Instant now) {
        MapValue spec = level.map("spec");
        MapValue limited = spec.map("limited");
        MapValue queuing = limited.map("limitResponse").map("queuing");
        return ListValue.of(
                Text.name(level),
                spec.string("type"),
                orNone(limited.get("nominalConcurrencyShares")),
                orNone(queuing.get("queues")),
                orNone(queuing.get("handSize")),
                orNone(queuing.get("queueLengthLimit")),
                Text.age(level, now));
    }

    private static Object orNone(@Nullable Object value) {
        return value == null ? Text.NONE : value;
    }
}
