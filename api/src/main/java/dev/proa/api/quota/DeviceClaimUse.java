package dev.proa.api.quota;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * ResourceClaims and the devices that they ask for, by class. Devices that a pod asked for as an extended resource are counted with the pod
 * already.
 *
 * @param others the other objects of the cluster
 */
record DeviceClaimUse(ClusterObjects others, Supplier<Instant> now) implements Evaluator {
    static final String CLAIMS = "resourceclaims.resource.k8s.io";
    private static final String COUNT = ObjectCount.PREFIX + CLAIMS;
    private static final String REQUESTS = "requests.";
    private static final String OF_CLASS = ".deviceclass.resource.k8s.io/devices";
    private static final String IMPLICIT = "deviceclass.resource.kubernetes.io/";
    private static final String OF_EXTENDED = "resource.kubernetes.io/extended-resource-claim";
    /** The most devices that a claim may get. */
    private static final long MOST = 32;

    @Override
    public String resource() {
        return CLAIMS;
    }

    @Override
    public boolean tracks(String name) {
        if (name.equals(COUNT) || name.endsWith(OF_CLASS)) {
            return true;
        }
        if (!PodUse.isExtended(name)) {
            return false;
        }
        String resource = name.substring(REQUESTS.length());
        for (MapValue each : others.deviceClasses()) {
            String extended = extendedResource(each);
            String implicit = IMPLICIT + each.map("metadata").string("name");
            if (resource.equals(implicit) || !extended.isEmpty() && resource.equals(extended)) {
                return true;
            }
        }
        return false;
    }

    private static String extendedResource(MapValue deviceClass) {
        return deviceClass.map("spec").string("extendedResourceName");
    }

    @Override
    public Map<String, Quantity> usage(MapValue claim) {
        Map<String, Quantity> devices = new TreeMap<>();
        ListValue requests = claim.map("spec").map("devices").list("requests");
        for (int i = 0; i < requests.size(); i++) {
            ListValue alternatives = requests.map(i).list("firstAvailable");
            if (alternatives.isEmpty()) {
                count(requests.map(i).map("exactly"), devices);
                continue;
            }
            Map<String, Quantity> most = new HashMap<>();
            for (int j = 0; j < alternatives.size(); j++) {
                Map<String, Quantity> one = new HashMap<>();
                count(alternatives.map(j), one);
                one.forEach((name, amount) -> most.merge(name, amount, Quantity::max));
            }
            most.forEach((name, amount) -> devices.merge(name, amount, Quantity::plus));
        }
        Map<String, Quantity> usage = new TreeMap<>(devices);
        usage.put(COUNT, Quantity.of(1));
        addExtended(usage, devices, countedWithPod(claim));
        return usage;
    }

    private static void count(MapValue request, Map<String, Quantity> devices) {
        String deviceClass = request.string("deviceClassName");
        if (!deviceClass.isEmpty()) {
            long count = switch (request.string("allocationMode")) {
                case "ExactCount" -> request.integer("count", 0);
                case "All" -> MOST; // at worst
                default -> 0; // of a later version
            };
            devices.merge(deviceClass + OF_CLASS, Quantity.of(count), Quantity::plus);
        }
    }

    /** Adds the same devices under the names by which pods ask for them, without those that are counted with a pod. */
    private void addExtended(
            Map<String, Quantity> usage, Map<String, Quantity> devices, Map<String, Quantity> counted) {
        Map<String, Quantity> extended = new HashMap<>();
        for (MapValue each : others.deviceClasses()) {
            Quantity amount = devices.get(each.map("metadata").string("name") + OF_CLASS);
            if (amount != null && !extendedResource(each).isEmpty()) {
                extended.put(REQUESTS + extendedResource(each), amount);
            }
        }
        devices.forEach((name, amount) ->
                extended.put(REQUESTS + IMPLICIT + name.substring(0, name.length() - OF_CLASS.length()), amount));
        extended.forEach((name, amount) -> {
            Quantity rest = amount.minus(counted.getOrDefault(name, Quantity.ZERO));
            if (rest.signum() > 0) {
                usage.put(name, rest);
            }
        });
    }

    /** What the pod uses for which the claim was made; nothing unless the claim is proved to be that pod's. */
    private Map<String, Quantity> countedWithPod(MapValue claim) {
        MapValue metadata = claim.map("metadata");
        MapValue owner = podOwner(claim);
        if (owner == null) {
            return Map.of();
        }
        String namespace = metadata.string("namespace");
        MapValue pod = others.pod(namespace, owner.string("name"));
        if (pod == null || !pod.map("metadata").string("uid").equals(owner.string("uid"))) {
            return Map.of();
        }
        boolean proved = pod.map("status").get("extendedResourceClaimStatus") instanceof MapValue status
                ? status.string("resourceClaimName").equals(metadata.string("name"))
                : isFirst(claim, owner.string("uid"));
        return proved ? new PodUse(now).usage(pod) : Map.of();
    }

    /** The pod that a claim was made for by the scheduler, by its reference. */
    private static @Nullable MapValue podOwner(MapValue claim) {
        MapValue metadata = claim.map("metadata");
        if (!metadata.map("annotations").string(OF_EXTENDED).equals("true")) {
            return null;
        }
        ListValue owners = metadata.list("ownerReferences");
        for (int i = 0; i < owners.size(); i++) {
            MapValue owner = owners.map(i);
            if (owner.bool("controller")) {
                return owner.string("kind").equals("Pod")
                                && owner.string("apiVersion").equals("v1")
                        ? owner
                        : null;
            }
        }
        return null;
    }

    /** Whether no claim of the same pod is older. */
    private boolean isFirst(MapValue claim, String pod) {
        for (MapValue each : others.resourceClaims(claim.map("metadata").string("namespace"))) {
            MapValue owner = podOwner(each);
            if (owner != null && owner.string("uid").equals(pod) && isBefore(each, claim)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBefore(MapValue one, MapValue other) {
        int order = one.map("metadata")
                .string("creationTimestamp")
                .compareTo(other.map("metadata").string("creationTimestamp"));
        return order < 0
                || order == 0
                        && one.map("metadata")
                                        .string("name")
                                        .compareTo(other.map("metadata").string("name"))
                                < 0;
    }

    @Override
    public boolean countsUpdate(String subresource, MapValue object, MapValue old) {
        return subresource.isEmpty();
    }
}
