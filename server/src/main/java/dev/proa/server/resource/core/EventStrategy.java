package dev.proa.server.resource.core;

import dev.proa.api.value.MapValue;
import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.validation.NameRule;

/** Events in their two versions. Those of {@code events.k8s.io} are the same objects under newer names; stored are the core ones. */
final class EventStrategy extends ResourceStrategy {
    private static final String[][] RENAMED = {
        // core/v1, events.k8s.io/v1
        {"involvedObject", "regarding"},
        {"message", "note"},
        {"source", "deprecatedSource"},
        {"firstTimestamp", "deprecatedFirstTimestamp"},
        {"lastTimestamp", "deprecatedLastTimestamp"},
        {"count", "deprecatedCount"},
        {"reportingComponent", "reportingController"},
    };

    private static final String[] FIELDS = {
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "source",
        "type"
    };
    private static final String[] NEWER_FIELDS = {
        "regarding.kind",
        "regarding.namespace",
        "regarding.name",
        "regarding.uid",
        "regarding.apiVersion",
        "regarding.resourceVersion",
        "regarding.fieldPath",
        "reason",
        "reportingController",
        "type"
    };

    private final boolean newer;

    EventStrategy(boolean newer) {
        super(new Spec("", "v1", "events", true)
                .createOnUpdate()
                .names(newer ? NameRule.SUBDOMAIN : NameRule.PATH_SEGMENT)
                .validate(newer ? EventValidation::newer : EventValidation::event)
                .fields(newer ? NEWER_FIELDS : FIELDS));
        this.newer = newer;
    }

    @Override
    public MapValue toStorage(MapValue object) {
        return newer ? renamed(object, 1, 0, "v1") : object;
    }

    @Override
    public MapValue fromStorage(MapValue stored) {
        return newer ? renamed(stored, 0, 1, "events.k8s.io/v1") : stored;
    }

    private static MapValue renamed(MapValue event, int from, int to, String apiVersion) {
        MapValue result = event.with("apiVersion", apiVersion);
        for (String[] names : RENAMED) {
            if (event.has(names[from])) {
                result = result.without(names[from]).with(names[to], event.get(names[from]));
            }
        }
        return result;
    }

    @Override
    public String fieldValue(MapValue object, String field) {
        if (field.equals("source")) {
            String component = object.map("source").string("component");
            return component.isEmpty() ? object.string("reportingComponent") : component;
        }
        if (field.startsWith("regarding.")) {
            return super.fieldValue(object, "involvedObject" + field.substring("regarding".length()));
        }
        return super.fieldValue(object, field.equals("reportingController") ? "reportingComponent" : field);
    }
}
