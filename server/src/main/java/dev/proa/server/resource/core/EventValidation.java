package dev.proa.server.resource.core;

import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import org.jspecify.annotations.Nullable;

/** Validates events as the core group represents them. */
final class EventValidation {
    private EventValidation() {}

    static void event(MapValue event, @Nullable MapValue old, Errors errors) {
        always(event, "reportingComponent", errors);
    }

    /** The same with what {@code events.k8s.io} asks for besides; the fields have the names of the core group nonetheless. */
    static void newer(MapValue event, @Nullable MapValue old, Errors errors) {
        always(event, "reportingController", errors);
        if (old != null) {
            if (!Values.same(event.get("series"), old.get("series"))) {
                series(event, errors);
            }
            for (String name : new String[] {
                "involvedObject",
                "reason",
                "message",
                "source",
                "firstTimestamp",
                "lastTimestamp",
                "count",
                "reason",
                "type",
                "eventTime",
                "action",
                "related"
            }) {
                boolean text =
                        name.equals("reason") || name.equals("type") || name.equals("action") || name.equals("message");
                Object now = text ? event.string(name) : event.get(name);
                errors.immutable(Path.of(name), now, old.get(name));
            }
            errors.immutable(
                    Path.of("reportingController"), event.string("reportingComponent"), old.get("reportingComponent"));
            errors.immutable(
                    Path.of("reportingInstance"), event.string("reportingInstance"), old.get("reportingInstance"));
            return;
        }
        series(event, errors);
        if (event.get("eventTime") == null) {
            errors.required(Path.of("eventTime"), "");
        }
        String type = event.string("type");
        if (!type.equals("Normal") && !type.equals("Warning")) {
            errors.invalid(Path.of("type"), "", "has invalid value: " + type);
        }
        for (String name : new String[] {"firstTimestamp", "lastTimestamp"}) {
            if (event.get(name) != null) {
                errors.invalid(Path.of(name), "", "needs to be unset");
            }
        }
        if (event.integer("count", 0) != 0) {
            errors.invalid(Path.of("count"), "", "needs to be unset");
        }
        if (!event.map("source").string("component").isEmpty()
                || !event.map("source").string("host").isEmpty()) {
            errors.invalid(Path.of("source"), "", "needs to be unset");
        }
    }

    private static void series(MapValue event, Errors errors) {
        if (event.get("series") instanceof MapValue series) {
            if (series.integer("count", 0) < 2) {
                errors.invalid(Path.of("series.count"), "", "should be at least 2");
            }
            if (series.get("lastObservedTime") == null) {
                errors.required(Path.of("series.lastObservedTime"), "");
            }
        }
    }

    private static void always(MapValue event, String controllerField, Errors errors) {
        MapValue involved = event.map("involvedObject");
        String namespace = event.map("metadata").string("namespace");
        String about = involved.string("namespace");
        Path involvedNamespace = Path.of("involvedObject").child("namespace");
        if (event.get("eventTime") == null) {
            boolean matches =
                    about.isEmpty() ? namespace.isEmpty() || namespace.equals("default") : about.equals(namespace);
            if (!matches) {
                errors.invalid(involvedNamespace, about, "does not match event.namespace");
            }
            return;
        }
        if (about.isEmpty() && !namespace.equals("default") && !namespace.equals("kube-system")) {
            errors.invalid(involvedNamespace, about, "does not match event.namespace");
        }
        String component = event.string("reportingComponent");
        Path componentPath = Path.of(controllerField);
        if (component.isEmpty()) {
            errors.required(componentPath, "");
        }
        errors.invalid(componentPath, component, Formats.qualifiedName(component));
        text(event, "reportingInstance", 128, errors);
        text(event, "action", 128, errors);
        text(event, "reason", 128, errors);
        if (event.string("message").length() > 1024) {
            errors.invalid(Path.of("message"), "", "can have at most 1024 characters");
        }
    }

    private static void text(MapValue event, String name, int max, Errors errors) {
        String value = event.string(name);
        if (value.isEmpty()) {
            errors.required(Path.of(name), "");
        } else if (value.length() > max) {
            errors.invalid(Path.of(name), "", "can have at most " + max + " characters");
        }
    }
}
