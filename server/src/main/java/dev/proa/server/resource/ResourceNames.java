package dev.proa.server.resource;

import java.util.List;

/** Names of what is measured and limited: {@code cpu}, {@code example.com/gpu}. */
final class ResourceNames {
    private ResourceNames() {}

    /** A resource of a container. */
    static void container(String name, Path path, Errors errors) {
        qualified(name, path, errors);
        if (name.indexOf('/') >= 0) {
            return;
        }
        if (!isStandardForContainers(name)) {
            errors.invalid(path, name, "must be a standard resource for containers");
        }
    }

    /** A resource of a pod as a whole. */
    static void pod(String name, Path path, Errors errors) {
        int before = errors.size();
        qualified(name, path, errors);
        if (errors.size() == before
                && !name.equals("cpu")
                && !name.equals("memory")
                && !name.startsWith("hugepages-")) {
            errors.notSupported(path, name, "cpu", "hugepages-", "memory");
        }
    }

    /** A qualified name that has a domain, or is one of Kubernetes' own. */
    static void qualified(String name, Path path, Errors errors) {
        List<String> wrong = Formats.qualifiedName(name);
        errors.invalid(path, name, wrong);
        if (wrong.isEmpty() && name.indexOf('/') < 0 && !isStandard(name)) {
            errors.invalid(path, name, "must be a standard resource type or fully qualified");
        }
    }

    /** Whether a resource is Kubernetes' own, which nodes may promise more of than they have. */
    static boolean isNative(String name) {
        return name.indexOf('/') < 0 || name.contains("kubernetes.io/");
    }

    /** Whether a resource is counted, in whole numbers. */
    static boolean isInteger(String name) {
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

    static boolean isWhole(dev.proa.api.value.Quantity quantity) {
        return quantity.amount().stripTrailingZeros().scale() <= 0;
    }

    static boolean isStandardForContainers(String name) {
        return switch (name) {
            case "cpu", "memory", "ephemeral-storage" -> true;
            default -> name.startsWith("hugepages-");
        };
    }

    static boolean isStandard(String name) {
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
