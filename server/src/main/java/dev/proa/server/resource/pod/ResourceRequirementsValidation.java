package dev.proa.server.resource.pod;

import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.ResourceNames;
import dev.proa.server.validation.Values;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Validates requests and limits. */
public final class ResourceRequirementsValidation {
    private ResourceRequirementsValidation() {}

    /** Validates the name of a resource. */
    @FunctionalInterface
    private interface Naming {
        void check(String name, Path path, Errors errors);
    }

    /** Validates requests and limits that have no claims. */
    public static void check(MapValue resources, Path path, Errors errors) {
        check(resources, new TreeSet<>(), path, errors);
    }

    /** @param claims the names by which the pod claims devices */
    public static void check(MapValue resources, SortedSet<String> claims, Path path, Errors errors) {
        check(resources, claims, ResourceNames::container, path, errors);
    }

    /** Validates pod-level requests and limits. */
    static void checkPod(MapValue resources, SortedSet<String> claims, Path path, Errors errors) {
        check(resources, claims, ResourceNames::pod, path, errors);
    }

    private static void check(MapValue resources, SortedSet<String> claims, Naming naming, Path path, Errors errors) {
        MapValue limits = resources.map("limits");
        MapValue requests = resources.map("requests");
        each(limits, naming, path.child("limits"), errors);
        for (Map.Entry<String, @Nullable Object> entry : requests) {
            String name = entry.getKey();
            one(name, entry.getValue(), naming, path.child("requests").key(name), errors);
            Quantity request = Values.quantity(entry.getValue());
            Quantity limit = Values.quantity(limits.get(name));
            boolean overcommit = !name.startsWith("hugepages-") && ResourceNames.isNative(name);
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
        boolean pages = named(limits, true) || named(requests, true);
        if (pages && !named(limits, false) && !named(requests, false)) {
            errors.forbidden(path, "HugePages require cpu or memory");
        }
        claims(resources.list("claims"), claims, path.child("claims"), errors);
    }

    private static boolean named(MapValue list, boolean pages) {
        for (int i = 0; i < list.size(); i++) {
            String name = list.nameAt(i);
            if (pages ? name.startsWith("hugepages-") : name.equals("cpu") || name.equals("memory")) {
                return true;
            }
        }
        return false;
    }

    private static void each(MapValue list, Naming naming, Path path, Errors errors) {
        for (Map.Entry<String, @Nullable Object> entry : list) {
            one(entry.getKey(), entry.getValue(), naming, path.key(entry.getKey()), errors);
        }
    }

    private static void one(String name, @Nullable Object value, Naming naming, Path path, Errors errors) {
        naming.check(name, path, errors);
        Quantity quantity = Values.quantity(value);
        if (quantity == null) {
            return;
        }
        if (quantity.signum() < 0) {
            errors.invalid(path, quantity.toString(), "must be greater than or equal to 0");
        }
        if (ResourceNames.isInteger(name) && !ResourceNames.isWhole(quantity)) {
            errors.invalid(path, quantity.toString(), "must be an integer");
        }
        if (name.startsWith("hugepages-") && !isMultiple(quantity, name.substring("hugepages-".length()))) {
            errors.invalid(path, quantity.toString(), quantity + " is not positive integer multiple of " + name);
        }
    }

    private static boolean isMultiple(Quantity quantity, String page) {
        Quantity size = Values.quantity(page);
        return size != null
                && size.signum() > 0
                && ResourceNames.isWhole(size)
                && quantity.amount().remainder(size.amount()).signum() == 0;
    }

    /** Validates the claims of a container, which name the pod's resource claims. */
    private static void claims(ListValue claims, Set<String> known, Path path, Errors errors) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < claims.size(); i++) {
            String name = claims.map(i).string("name");
            String request = claims.map(i).string("request");
            Path at = path.index(i);
            if (name.isEmpty()) {
                errors.required(at, "");
                continue;
            }
            String key = request.isEmpty() ? name : name + "/" + request;
            if (!seen.contains(name) && !request.isEmpty()) {
                errors.invalid(at.child("request"), request, Formats.dnsLabel(request));
            }
            boolean whole = request.isEmpty() && seen.stream().anyMatch(other -> other.startsWith(name + "/"));
            if (seen.contains(name) || whole) {
                errors.duplicate(at, name);
            } else if (!seen.add(key)) {
                errors.duplicate(at, key);
            }
            if (!known.contains(name)) {
                errors.add(new FieldError(
                        "FieldValueNotFound",
                        at.toString(),
                        "Not found: " + dev.proa.api.codec.GoText.quote(name)
                                + ": must be one of the names in pod.spec.resourceClaims"
                                + (known.isEmpty() ? " which is empty" : ": " + String.join(", ", known))));
            }
        }
    }
}
