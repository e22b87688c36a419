package dev.proa.server.resource;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What writers of a status subresource, and of a pod's ephemeral containers, may not write. */
final class StatusValidation {
    private static final Path STATUS = Path.of("status");
    private static final List<String> NOT_EPHEMERAL =
            List.of("ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle");

    private StatusValidation() {}

    static void deployment(MapValue deployment, @Nullable MapValue old, Errors errors) {
        MapValue status = deployment.map("status");
        counts(
                status,
                errors,
                "observedGeneration",
                "replicas",
                "updatedReplicas",
                "readyReplicas",
                "availableReplicas",
                "unavailableReplicas",
                "collisionCount");
        if (old != null
                && status.integer("collisionCount", 0) < old.map("status").integer("collisionCount", 0)) {
            long count = status.integer("collisionCount", 0);
            if (count >= 0) {
                errors.invalid(STATUS.child("collisionCount"), count, "cannot be decremented");
            }
        }
        for (String name : new String[] {"updatedReplicas", "readyReplicas", "availableReplicas"}) {
            atMost(status, name, "replicas", "cannot be greater than status.replicas", errors);
        }
        atMost(status, "availableReplicas", "readyReplicas", "cannot be greater than readyReplicas", errors);
    }

    static void replicaSet(MapValue replicaSet, @Nullable MapValue old, Errors errors) {
        MapValue status = replicaSet.map("status");
        counts(
                status,
                errors,
                "replicas",
                "fullyLabeledReplicas",
                "readyReplicas",
                "availableReplicas",
                "observedGeneration");
        for (String name : new String[] {"fullyLabeledReplicas", "readyReplicas", "availableReplicas"}) {
            atMost(status, name, "replicas", "cannot be greater than status.replicas", errors);
        }
        atMost(status, "availableReplicas", "readyReplicas", "cannot be greater than readyReplicas", errors);
    }

    private static void counts(MapValue status, Errors errors, String... names) {
        for (String name : names) {
            errors.notNegative(STATUS.child(name), status.get(name));
        }
    }

    private static void atMost(MapValue status, String name, String limit, String why, Errors errors) {
        long count = status.integer(name, 0);
        if (count > status.integer(limit, 0)) {
            errors.invalid(STATUS.child(name), count, why);
        }
    }

    static void pod(MapValue pod, @Nullable MapValue old, Errors errors) {
        MapValue status = pod.map("status");
        String nominated = status.string("nominatedNodeName");
        if (!nominated.isEmpty()) {
            errors.invalid(STATUS.child("nominatedNodeName"), nominated, NameRule.SUBDOMAIN.check(nominated, false));
        }
        String before = old == null ? "" : old.map("status").string("qosClass");
        if (!before.isEmpty()) {
            errors.immutable(STATUS.child("qosClass"), status.get("qosClass"), before);
        }
        ListValue addresses = status.list("podIPs");
        for (int i = 0; i < addresses.size(); i++) {
            Addresses.check(STATUS.child("podIPs").index(i), addresses.map(i).string("ip"), errors);
        }
    }

    static void ephemeralContainers(MapValue pod, Errors errors) {
        MapValue spec = pod.map("spec");
        Set<String> names = new HashSet<>();
        for (String kind : new String[] {"containers", "initContainers"}) {
            ListValue containers = spec.list(kind);
            for (int i = 0; i < containers.size(); i++) {
                names.add(containers.map(i).string("name"));
            }
        }
        ListValue containers = spec.list("ephemeralContainers");
        for (int i = 0; i < containers.size(); i++) {
            MapValue container = containers.map(i);
            Path at = Path.of("spec").child("ephemeralContainers").index(i);
            String name = container.string("name");
            if (name.isEmpty()) {
                errors.required(at.child("name"), "");
            } else {
                errors.invalid(at.child("name"), name, Formats.dnsLabel(name));
            }
            if (!names.add(name)) {
                errors.duplicate(at.child("name"), name);
            }
            if (container.string("image").isEmpty()) {
                errors.required(at.child("image"), "");
            }
            for (String field : NOT_EPHEMERAL) {
                if (container.has(field)) {
                    errors.forbidden(at.child(field), "cannot be set for an Ephemeral Container");
                }
            }
        }
    }

    static void service(MapValue service, @Nullable MapValue old, Errors errors) {
        ListValue ingress = service.map("status").map("loadBalancer").list("ingress");
        for (int i = 0; i < ingress.size(); i++) {
            Path at = STATUS.child("loadBalancer").child("ingress").index(i);
            String ip = ingress.map(i).string("ip");
            if (!ip.isEmpty()) {
                Addresses.check(at.child("ip"), ip, errors);
            }
            String host = ingress.map(i).string("hostname");
            if (!host.isEmpty()) {
                errors.invalid(at.child("hostname"), host, NameRule.SUBDOMAIN.check(host, false));
            }
        }
    }

    static void namespace(MapValue namespace, @Nullable MapValue old, Errors errors) {
        String phase = namespace.map("status").string("phase");
        boolean ending = namespace.map("metadata").has("deletionTimestamp");
        // Kubernetes writes this field's name as its Go code does.
        if (ending && !phase.equals("Terminating")) {
            errors.invalid(
                    STATUS.child("Phase"), phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
        } else if (!ending && !phase.equals("Active")) {
            errors.invalid(STATUS.child("Phase"), phase, "may only be 'Active' if `deletionTimestamp` is empty");
        }
    }
}
