package dev.proa.server.resource.device;

import dev.proa.api.schema.Schema;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.resource.pod.VolumeSourceValidation;
import dev.proa.server.validation.BuiltInTypes;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Metadata;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.ResourceNames;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates device classes and resource claims. CEL expressions are not compiled. */
final class DeviceValidation {
    private static final Schema CLAIM = BuiltInTypes.struct("io.k8s.api.resource.v1.ResourceClaimSpec");
    private static final Schema TEMPLATE = BuiltInTypes.struct("io.k8s.api.resource.v1.ResourceClaimTemplateSpec");
    private static final String NO_REQUEST =
            "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
    private static final String[] EFFECTS = {"NoExecute", "NoSchedule", "None"};
    private static final int MAX_PARAMETERS = 10 * 1024;

    private DeviceValidation() {}

    static void deviceClass(MapValue deviceClass, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(deviceClass, "spec", errors);
        selectors(spec);
        if (atMost(spec, "config", 32)) {
            spec.each("config", DeviceValidation::opaque);
        }
        if (spec.has("extendedResourceName") && !isExtended(spec.text("extendedResourceName"))) {
            spec.invalid("extendedResourceName", "must be a valid extended resource name");
        }
    }

    private static boolean isExtended(String name) {
        return !ResourceNames.isNative(name)
                && !name.startsWith("requests.")
                && Formats.qualifiedName("requests." + name).isEmpty();
    }

    static void claim(MapValue claim, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(claim, "spec", errors);
        if (old == null) {
            devices(spec.in("devices"));
        } else {
            errors.immutable(spec.path, spec.map, old.map("spec"), CLAIM);
        }
    }

    static void template(MapValue template, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(template, "spec", errors);
        if (old == null) {
            Metadata.template(spec.map.map("metadata"), spec.path, errors);
            devices(spec.in("spec").in("devices"));
        } else {
            errors.immutable(spec.path, spec.map, old.map("spec"), TEMPLATE);
        }
    }

    /** Validates the length of a list; returns whether its items are to be validated. */
    static boolean atMost(Fields fields, String list, int most) {
        int size = fields.map.list(list).size();
        if (size > most) {
            fields.errors.tooMany(fields.at(list), size, most);
        }
        return size <= most;
    }

    /** Validates that the key of each item of a list is unique. */
    static void unique(Fields fields, String list, String key) {
        Set<String> seen = new HashSet<>();
        fields.each(list, item -> {
            if (!seen.add(item.text(key))) {
                item.errors.duplicate(item.path, item.text(key));
            }
        });
    }

    private static void devices(Fields devices) {
        Map<String, Set<String>> names = requestNames(devices.map);
        if (atMost(devices, "requests", 32)) {
            devices.each("requests", DeviceValidation::request);
            unique(devices, "requests", "name");
        }
        if (atMost(devices, "constraints", 32)) {
            devices.each("constraints", constraint -> {
                references(constraint, names);
                if (constraint.has("matchAttribute")) {
                    fullyQualified(constraint, "matchAttribute");
                } else if (constraint.has("distinctAttribute")) {
                    fullyQualified(constraint, "distinctAttribute");
                } else {
                    constraint.errors.required(
                            constraint.path,
                            "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set");
                }
            });
        }
        if (atMost(devices, "config", 32)) {
            devices.each("config", config -> {
                references(config, names);
                opaque(config);
            });
        }
    }

    /** The names of requests, with those of their alternatives. */
    private static Map<String, Set<String>> requestNames(MapValue devices) {
        Map<String, Set<String>> names = new HashMap<>();
        ListValue requests = devices.list("requests");
        for (int i = 0; i < requests.size(); i++) {
            Set<String> alternatives = new HashSet<>();
            ListValue list = requests.map(i).list("firstAvailable");
            for (int a = 0; a < list.size(); a++) {
                alternatives.add(list.map(a).string("name"));
            }
            names.put(requests.map(i).string("name"), alternatives);
        }
        return names;
    }

    private static void references(Fields holder, Map<String, Set<String>> names) {
        if (!atMost(holder, "requests", 32)) {
            return;
        }
        Set<String> seen = new HashSet<>();
        holder.eachText("requests", (name, path) -> {
            String[] parts = name.split("/", -1);
            if (parts.length > 2) {
                holder.errors.invalid(path, name, NO_REQUEST);
                return;
            }
            for (String part : parts) {
                holder.errors.invalid(path, part, Formats.dnsLabel(part));
            }
            Set<String> alternatives = names.get(parts[0]);
            if (alternatives == null || parts.length == 2 && !alternatives.contains(parts[1])) {
                holder.errors.invalid(path, name, NO_REQUEST);
            }
        });
        holder.eachText("requests", (name, path) -> {
            if (!seen.add(name)) {
                holder.errors.duplicate(path, name);
            }
        });
    }

    private static void request(Fields request) {
        name(request);
        boolean first = !request.map.list("firstAvailable").isEmpty();
        if (!first && !request.has("exactly")) {
            request.errors.required(request.path, "exactly one of `exactly` or `firstAvailable` is required");
        } else if (first && request.has("exactly")) {
            request.errors.invalid(
                    request.path,
                    null,
                    "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set");
        } else if (first) {
            if (atMost(request, "firstAvailable", 8)) {
                request.each("firstAvailable", alternative -> {
                    name(alternative);
                    device(alternative);
                });
                unique(request, "firstAvailable", "name");
            }
        } else {
            device(request.in("exactly"));
        }
    }

    private static void name(Fields fields) {
        fields.errors.invalid(fields.at("name"), fields.text("name"), Formats.dnsLabel(fields.text("name")));
    }

    private static void device(Fields device) {
        device.requiredForm("deviceClassName", Formats::dnsSubdomain);
        selectors(device);
        long count = device.number("count");
        switch (device.text("allocationMode")) {
            case "All" -> {
                if (count != 0) {
                    device.invalid("count", "must not be specified when allocationMode is 'All'");
                }
            }
            case "ExactCount" -> {
                if (count <= 0) {
                    device.errors.invalid(device.at("count"), count, "must be greater than zero");
                }
            }
            default -> device.oneOf("allocationMode", "All", "ExactCount");
        }
        device.each("tolerations", toleration -> {
            toleration.form("key", Formats::qualifiedName);
            String value = toleration.text("value");
            switch (toleration.text("operator")) {
                case "Exists" -> {
                    if (!value.isEmpty()) {
                        toleration.invalid("value", "must be empty for operator `Exists`");
                    }
                }
                case "Equal" -> toleration.form("value", Formats::labelValue);
                default -> toleration.requiredOneOf("operator", "Equal", "Exists");
            }
            if (!toleration.text("effect").isEmpty()) {
                toleration.oneOf("effect", EFFECTS);
            }
        });
    }

    private static void selectors(Fields holder) {
        if (atMost(holder, "selectors", 32)) {
            holder.each("selectors", selector -> {
                if (!selector.has("cel")) {
                    selector.errors.required(selector.at("cel"), "");
                } else if (selector.in("cel").text("expression").length() > 10 * 1024) {
                    selector.errors.tooLong(selector.at("cel").child("expression"), 10 * 1024);
                }
            });
        }
    }

    private static void opaque(Fields config) {
        if (!config.has("opaque")) {
            config.errors.required(config.at("opaque"), "");
            return;
        }
        Fields opaque = config.in("opaque");
        VolumeSourceValidation.driverName(opaque, "driver");
        Object parameters = opaque.map.get("parameters");
        if (parameters == null) {
            opaque.errors.required(opaque.at("parameters"), "");
        } else if (dev.proa.api.codec.Json.encode(parameters).length > MAX_PARAMETERS) {
            opaque.errors.tooLong(opaque.at("parameters"), MAX_PARAMETERS);
        } else if (!(parameters instanceof MapValue)) {
            opaque.errors.invalid(opaque.at("parameters"), "<value omitted>", "must be a valid JSON object");
        }
    }

    private static void fullyQualified(Fields holder, String field) {
        String name = holder.text(field);
        qualified(name, holder.at(field), holder.errors);
        if (name.indexOf('/') < 0) {
            holder.invalid(field, "a fully qualified name must be a domain and a name separated by a slash");
        }
    }

    /** Validates the name of an attribute or capacity: an identifier, optionally after a domain. */
    static void qualified(String name, Path path, Errors errors) {
        String[] parts = name.split("/", -1);
        if (parts.length == 1) {
            identifier(name, path, errors);
        } else if (parts.length == 2) {
            if (parts[0].isEmpty()) {
                errors.invalid(path, "", "the domain must not be empty");
            } else {
                MapValue driver = MapValue.of("driver", parts[0]);
                Errors wrong = new Errors();
                VolumeSourceValidation.driverName(new Fields(driver, path, wrong), "driver");
                // Errors about the domain are reported on the whole name.
                wrong.toList()
                        .forEach(error -> errors.add(
                                new dev.proa.api.status.FieldError(error.reason(), path.toString(), error.message())));
            }
            if (parts[1].isEmpty()) {
                errors.invalid(path, "", "the name must not be empty");
            } else {
                identifier(parts[1], path, errors);
            }
        }
    }

    private static void identifier(String name, Path path, Errors errors) {
        if (name.length() > 32) {
            errors.tooLong(path, 32);
        }
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            errors.invalid(
                    path,
                    name,
                    Formats.regex(
                            "a valid C identifier must start with alphabetic character or '_', followed by a string of"
                                    + " alphanumeric characters or '_'",
                            "[A-Za-z_][A-Za-z0-9_]*",
                            "my_name",
                            "MY_NAME",
                            "MyName"));
        }
    }
}
