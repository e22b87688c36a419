package dev.proa.server.resource;

import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/** Validation of events, in the shape of the core group. */
final class EventValidation {
    private EventValidation() {}

    static void event(MapValue event, @Nullable MapValue old, Errors errors) {
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
        Path componentPath = Path.of("reportingComponent");
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
