package dev.proa.server.validation;

import java.util.List;

/** Validates the names of compute resources, such as {@code cpu} and {@code example.com/gpu}. */
public final class ResourceNames {
    private ResourceNames() {}

    /** Validates the name of a container's resource. */
    public static void container(String name, Path path, Errors errors) {
        qualified(name, path, errors);
        if (name.indexOf('/') >= 0) {
            return;
        }
        if (!isStandardForContainers(name)) {
            errors.invalid(path, name, "must be a standard resource for containers");
        }
    }

    /** Validates the name of a pod-level resource. */
    public static void pod(String name, Path path, Errors errors) {
        int before = errors.size();
        qualified(name, path, errors);
        if (errors.size() == before
                && !name.equals("cpu")
                && !name.equals("memory")
                && !name.startsWith("hugepages-")) {
            errors.notSupported(path, name, "cpu", "hugepages-", "memory");
        }
    }

    /** Validates a name that has a domain or is one of Kubernetes' standard resources. */
    public static void qualified(String name, Path path, Errors errors) {
        List<String> wrong = Formats.qualifiedName(name);
        errors.invalid(path, name, wrong);
        if (wrong.isEmpty() && name.indexOf('/') < 0 && !isStandard(name)) {
            errors.invalid(path, name, "must be a standard resource type or fully qualified");
        }
    }

    /** Whether a resource is native to Kubernetes, so that nodes may overcommit it. */
    public static boolean isNative(String name) {
        return name.indexOf('/') < 0 || name.contains("kubernetes.io/");
    }

    /** Whether quantities of a resource must be integers. */
    public static boolean isInteger(String name) {
        return switch (name) {
            case "pods",
                    "resourcequotas",
                    "services",
                    "replicationcontrollers",
                    "secrets",
                    "configmaps",
                    "persistentvolumeclaims",
                    "services.nodeports",
                    "services.loadbalancers" -> true;
            default -> !isNative(name) && !name.startsWith("requests.");
        };
    }

    public static boolean isWhole(dev.proa.api.value.Quantity quantity) {
        return quantity.amount().stripTrailingZeros().scale() <= 0;
    }

    public static boolean isStandardForContainers(String name) {
        return switch (name) {
            case "cpu", "memory", "ephemeral-storage" -> true;
            default -> name.startsWith("hugepages-");
        };
    }

    public static boolean isStandard(String name) {
        return switch (name) {
            case "storage",
                    "pods",
                    "resourcequotas",
                    "services",
                    "replicationcontrollers",
                    "secrets",
                    "configmaps",
                    "persistentvolumeclaims",
                    "services.nodeports",
                    "services.loadbalancers",
                    "requests.cpu",
                    "requests.memory",
                    "requests.ephemeral-storage",
                    "requests.storage",
                    "limits.cpu",
                    "limits.memory",
                    "limits.ephemeral-storage" -> true;
            default -> isStandardForContainers(name) || name.startsWith("requests.hugepages-");
        };
    }
}
