package dev.proa.server.resource.device;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.resource.pod.SchedulingValidation;
import dev.proa.server.resource.pod.VolumeSourceValidation;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Validates resource slices. */
final class SliceValidation {
    private static final String ONE_PLACE =
            "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
    private static final String DEVICE_PLACE =
            "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in"
                    + " the ResourceSlice spec";
    private static final String IF_SET = "must be either unset or set to true";
    /** The regular expression of semver.org. */
    private static final String VERSION = "(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)"
            + "(-((0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)(\\.(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
            + "(\\+([0-9a-zA-Z-]+(\\.[0-9a-zA-Z-]+)*))?";

    private SliceValidation() {}

    static void check(MapValue slice, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(slice, "spec", errors);
        VolumeSourceValidation.driverName(spec, "driver");
        Fields pool = spec.in("pool");
        pool(pool);
        if (old != null) {
            MapValue before = old.map("spec");
            errors.immutable(
                    pool.at("name"), pool.text("name"), before.map("pool").string("name"));
            errors.immutable(spec.at("driver"), spec.text("driver"), before.string("driver"));
            if (spec.has("nodeName") != before.has("nodeName")) {
                spec.invalid("nodeName", "field is immutable");
            } else {
                spec.immutable("nodeName", before);
            }
        }
        place(spec);
        boolean perDevice = spec.map.bool("perDeviceNodeSelection");
        if (spec.has("sharedCounters") && spec.has("devices")) {
            errors.invalid(spec.path, "", "only one of `sharedCounters` or `devices` is allowed");
        }
        if (DeviceValidation.atMost(spec, "devices", 128)) {
            spec.each("devices", device -> device(device, perDevice));
            DeviceValidation.unique(spec, "devices", "name");
        }
        if (DeviceValidation.atMost(spec, "sharedCounters", 8)) {
            spec.each("sharedCounters", set -> {
                set.requiredForm("name", Formats::dnsLabel);
                set.requiredValue("counters", "");
            });
            DeviceValidation.unique(spec, "sharedCounters", "name");
        }
    }

    private static void pool(Fields pool) {
        String name = pool.text("name");
        if (pool.required("name")) {
            if (name.length() > 253) {
                pool.errors.tooLong(pool.at("name"), 253);
            }
            for (String part : name.split("/", -1)) {
                pool.errors.invalid(pool.at("name"), part, Formats.dnsSubdomain(part));
            }
        }
        if (pool.number("resourceSliceCount") <= 0) {
            pool.errors.invalid(
                    pool.at("resourceSliceCount"), pool.number("resourceSliceCount"), "must be greater than zero");
        }
        if (pool.number("generation") < 0) {
            pool.invalid("generation", "must be greater than or equal to zero");
        }
    }

    private static void place(Fields spec) {
        List<String> places = new ArrayList<>();
        if (spec.has("nodeName")) {
            if (spec.text("nodeName").isEmpty()) {
                spec.invalid("nodeName", "must be either unset or set to a non-empty string");
            } else {
                places.add("`nodeName`");
                spec.form("nodeName", Formats::dnsSubdomain);
            }
        }
        if (spec.map.get("nodeSelector") instanceof MapValue selector) {
            places.add("`nodeSelector`");
            SchedulingValidation.nodeSelector(selector, spec.at("nodeSelector"), spec.errors);
            ListValue terms = selector.list("nodeSelectorTerms");
            if (terms.size() != 1) {
                spec.errors.invalid(
                        spec.at("nodeSelector").child("nodeSelectorTerms"),
                        terms,
                        "must have exactly one node selector term");
            }
        }
        flag(spec, "allNodes", places);
        flag(spec, "perDeviceNodeSelection", places);
        if (places.isEmpty()) {
            spec.errors.required(spec.path, ONE_PLACE);
        } else if (places.size() > 1) {
            spec.errors.invalid(
                    spec.path, "{" + String.join(", ", places) + "}", ONE_PLACE + ", but multiple fields are set");
        }
    }

    private static void flag(Fields fields, String name, List<String> places) {
        if (fields.map.bool(name)) {
            places.add("`" + name + "`");
        } else if (fields.has(name)) {
            fields.invalid(name, IF_SET);
        }
    }

    private static void device(Fields device, boolean perDevice) {
        device.errors.invalid(device.at("name"), device.text("name"), Formats.dnsLabel(device.text("name")));
        MapValue attributes = device.map.map("attributes");
        MapValue capacity = device.map.map("capacity");
        int size = attributes.size() + capacity.size();
        if (size > 32) {
            device.errors.invalid(
                    device.path, size, "the total number of attributes and capacities must not exceed 32");
        }
        for (Map.Entry<String, @Nullable Object> entry : attributes) {
            DeviceValidation.qualified(entry.getKey(), device.at("attributes"), device.errors);
            if (entry.getValue() instanceof MapValue value) {
                attribute(new Fields(value, device.at("attributes").key(entry.getKey()), device.errors));
            }
        }
        for (Map.Entry<String, @Nullable Object> entry : capacity) {
            DeviceValidation.qualified(entry.getKey(), device.at("capacity"), device.errors);
            if (entry.getValue() instanceof MapValue value
                    && value.has("requestPolicy")
                    && !device.map.bool("allowMultipleAllocations")) {
                device.errors.forbidden(
                        device.at("capacity").key(entry.getKey()).child("requestPolicy"),
                        "allowMultipleAllocations must be true");
            }
        }
        if (DeviceValidation.atMost(device, "taints", 16)) {
            device.each("taints", SliceValidation::taint);
        }
        device.each("consumesCounters", consumption -> {
            consumption.requiredForm("counterSet", Formats::dnsLabel);
            consumption.requiredValue("counters", "");
        });
        DeviceValidation.unique(device, "consumesCounters", "counterSet");
        if (perDevice) {
            devicePlace(device);
        } else if (device.has("nodeName") || device.has("nodeSelector") || device.has("allNodes")) {
            device.errors.invalid(
                    device.path,
                    null,
                    "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the"
                            + " ResourceSlice spec");
        }
        conditions(device);
    }

    private static void devicePlace(Fields device) {
        List<String> places = new ArrayList<>();
        if (device.has("nodeName")) {
            if (device.text("nodeName").isEmpty()) {
                device.invalid("nodeName", "must not be empty");
            } else {
                places.add("`nodeName`");
                device.form("nodeName", Formats::dnsSubdomain);
            }
        }
        if (device.map.get("nodeSelector") instanceof MapValue selector) {
            places.add("`nodeSelector`");
            SchedulingValidation.nodeSelector(selector, device.at("nodeSelector"), device.errors);
        }
        flag(device, "allNodes", places);
        if (places.isEmpty()) {
            device.errors.required(device.path, DEVICE_PLACE);
        } else if (places.size() > 1) {
            device.errors.invalid(device.path, "{" + String.join(", ", places) + "}", DEVICE_PLACE);
        }
    }

    private static void attribute(Fields attribute) {
        int values = 0;
        for (String name : new String[] {"bool", "int", "string", "version", "bools", "ints", "strings", "versions"}) {
            if (!attribute.has(name)) {
                continue;
            }
            values++;
            if (name.endsWith("s") && attribute.map.list(name).isEmpty()) {
                attribute.invalid(name, "must not be empty if specified");
            }
            if (name.equals("string") || name.equals("version")) {
                value(attribute.text(name), name.equals("version"), attribute.at(name), attribute.errors);
            } else if (name.equals("strings") || name.equals("versions")) {
                boolean version = name.equals("versions");
                attribute.eachText(name, (text, path) -> value(text, version, path, attribute.errors));
            }
        }
        if (values != 1) {
            Object shown = values == 0 ? "" : attribute.map;
            attribute.errors.invalid(attribute.path, shown, "exactly one value must be specified");
        }
    }

    private static void value(String text, boolean version, Path path, Errors errors) {
        if (version && !text.matches(VERSION)) {
            errors.invalid(path, text, "must be a string compatible with semver.org spec 2.0.0");
        }
        if (text.length() > 64) {
            errors.tooLong(path, 64);
        }
    }

    private static void taint(Fields taint) {
        taint.errors.invalid(taint.at("key"), taint.text("key"), Formats.qualifiedName(taint.text("key")));
        taint.form("value", Formats::labelValue);
        taint.requiredOneOf("effect", "NoExecute", "NoSchedule", "None");
    }

    private static void conditions(Fields device) {
        for (String name : new String[] {"bindingConditions", "bindingFailureConditions"}) {
            if (DeviceValidation.atMost(device, name, 4)) {
                device.eachText(
                        name,
                        (condition, path) -> device.errors.invalid(path, condition, Formats.qualifiedName(condition)));
            }
        }
        boolean binding = !device.map.list("bindingConditions").isEmpty();
        boolean failure = !device.map.list("bindingFailureConditions").isEmpty();
        if (binding && !failure) {
            device.errors.invalid(
                    device.at("bindingFailureConditions"),
                    ListValue.EMPTY,
                    "bindingFailureConditions are required to use bindingConditions");
        } else if (failure && !binding) {
            device.errors.invalid(
                    device.at("bindingConditions"),
                    ListValue.EMPTY,
                    "bindingConditions are required to use bindingFailureConditions");
        }
    }
}
