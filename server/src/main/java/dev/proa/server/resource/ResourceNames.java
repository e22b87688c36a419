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

    /** A qualified name that has a domain, or is one of Kubernetes' own. */
    static void qualified(String name, Path path, Errors errors) {
        List<String> wrong = Formats.qualifiedName(name);
        errors.invalid(path, name, wrong);
        if (wrong.isEmpty() && name.indexOf('/') < 0 && !isStandard(name)) {
            errors.invalid(path, name, "must be a standard resource type or fully qualified");
        }
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
