package dev.proa.server.resource;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Validation of requests and limits. */
final class Requirements {
    private Requirements() {}

    static void check(MapValue resources, Path path, Errors errors) {
        MapValue limits = resources.map("limits");
        MapValue requests = resources.map("requests");
        each(limits, path.child("limits"), errors);
        for (Map.Entry<String, @Nullable Object> entry : requests) {
            String name = entry.getKey();
            one(name, entry.getValue(), path.child("requests").key(name), errors);
            Quantity request = PodValidation.quantity(entry.getValue());
            Quantity limit = PodValidation.quantity(limits.get(name));
            boolean overcommit = !name.startsWith("hugepages-") && (isNative(name));
            if (limit == null) {
                if (!overcommit) {
                    errors.required(path.child("limits"), "Limit must be set for non overcommitable resources");
                }
            } else if (request != null && request.compareTo(limit) != 0 && !overcommit) {
                errors.invalid(
                        path.child("requests"), request.toString(), "must be equal to " + name + " limit of " + limit);
            } else if (request != null && request.compareTo(limit) > 0) {
                errors.invalid(
                        path.child("requests"),
                        request.toString(),
                        "must be less than or equal to " + name + " limit of " + limit);
            }
        }
    }

    private static void each(MapValue list, Path path, Errors errors) {
        for (Map.Entry<String, @Nullable Object> entry : list) {
            one(entry.getKey(), entry.getValue(), path.key(entry.getKey()), errors);
        }
    }

    private static void one(String name, @Nullable Object value, Path path, Errors errors) {
        if (!Formats.qualifiedName(name).isEmpty()) {
            errors.invalid(path, name, Formats.qualifiedName(name));
        } else if (name.indexOf('/') < 0) {
            if (!isStandard(name)) {
                errors.invalid(path, name, "must be a standard resource type or fully qualified");
            }
            if (!isStandardForContainers(name)) {
                errors.invalid(path, name, "must be a standard resource for containers");
            }
        }
        Quantity quantity = PodValidation.quantity(value);
        if (quantity == null) {
            return;
        }
        if (quantity.signum() < 0) {
            errors.invalid(path, quantity.toString(), "must be greater than or equal to 0");
        }
        if (!isNative(name) && quantity.amount().stripTrailingZeros().scale() > 0) {
            errors.invalid(path, quantity.toString(), "must be an integer");
        }
    }

    private static boolean isNative(String name) {
        return name.indexOf('/') < 0 || name.contains("kubernetes.io/");
    }

    private static boolean isStandardForContainers(String name) {
        return name.equals("cpu")
                || name.equals("memory")
                || name.equals("ephemeral-storage")
                || name.startsWith("hugepages-");
    }

    private static boolean isStandard(String name) {
        return isStandardForContainers(name)
                || switch (name) {
                    case "storage",
                            "requests.cpu",
                            "requests.memory",
                            "requests.ephemeral-storage",
                            "limits.cpu",
                            "limits.memory",
                            "limits.ephemeral-storage",
                            "pods",
                            "resourcequotas",
                            "services",
                            "replicationcontrollers",
                            "secrets",
                            "configmaps",
                            "persistentvolumeclaims",
                            "requests.storage",
                            "services.nodeports",
                            "services.loadbalancers" -> true;
                    default -> name.startsWith("requests.hugepages-");
                };
    }
}
