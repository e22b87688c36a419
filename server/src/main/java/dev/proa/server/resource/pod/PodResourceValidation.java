package dev.proa.server.resource.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Validates the resource claims and the pod-level resources of a pod spec. */
final class PodResourceValidation {
    private PodResourceValidation() {}

    /** The names of the pod's resource claims. */
    static SortedSet<String> claimNames(MapValue spec) {
        SortedSet<String> names = new TreeSet<>();
        ListValue claims = spec.list("resourceClaims");
        for (int i = 0; i < claims.size(); i++) {
            if (!claims.map(i).string("name").isEmpty()) {
                names.add(claims.map(i).string("name"));
            }
        }
        return names;
    }

    static void check(MapValue spec, Path path, Errors errors) {
        Fields pod = new Fields(spec, path, errors);
        Set<String> names = new HashSet<>();
        pod.each("resourceClaims", claim -> claim(claim, names));
        pod.in("resources", resources -> {
            if (resources.has("claims")) {
                resources.forbidden("claims", "claims may not be set for Resources at pod-level");
            }
            ResourceRequirementsValidation.checkPod(resources.map, claimNames(spec), resources.path, errors);
            consistent(spec, resources);
        });
        pod.in(
                "overhead",
                overhead -> ResourceRequirementsValidation.check(
                        MapValue.of("limits", overhead.map), overhead.path, errors));
    }

    private static void claim(Fields claim, Set<String> names) {
        String name = claim.text("name");
        if (claim.required("name")) {
            if (names.contains(name)) {
                claim.errors.duplicate(claim.at("name"), name);
            } else {
                claim.form("name", Formats::dnsLabel);
                names.add(name);
            }
        }
        boolean direct = claim.has("resourceClaimName");
        boolean template = claim.has("resourceClaimTemplateName");
        if (direct && template) {
            claim.errors.invalid(
                    claim.path,
                    claim.map,
                    "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
        } else if (!direct && !template) {
            claim.errors.invalid(
                    claim.path, claim.map, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
        }
        claim.formIfPresent("resourceClaimName", Formats::dnsSubdomain);
        claim.formIfPresent("resourceClaimTemplateName", Formats::dnsSubdomain);
    }

    /** Validates that the containers' requests and limits fit the pod's. */
    private static void consistent(MapValue spec, Fields resources) {
        ListValue containers = spec.list("containers");
        for (Map.Entry<String, @Nullable Object> entry : resources.map.map("requests")) {
            Quantity asked = Values.quantity(entry.getValue());
            Quantity sum = sum(containers, entry.getKey());
            if (asked != null && sum != null && sum.compareTo(asked) > 0) {
                resources.errors.invalid(
                        resources.at("requests").key(entry.getKey()),
                        asked.toString(),
                        "must be greater than or equal to aggregate container requests of " + sum);
            }
        }
        MapValue limits = resources.map.map("limits");
        for (int i = 0; i < containers.size(); i++) {
            for (Map.Entry<String, @Nullable Object> entry :
                    containers.map(i).map("resources").map("limits")) {
                Quantity limit = Values.quantity(entry.getValue());
                Quantity most = Values.quantity(limits.get(entry.getKey()));
                if (limit != null && most != null && limit.compareTo(most) > 0) {
                    resources.errors.invalid(
                            resources
                                    .at("containers")
                                    .index(i)
                                    .key(entry.getKey())
                                    .child("limits"),
                            limit.toString(),
                            "must be less than or equal to pod limits of " + most);
                }
            }
        }
    }

    private static @Nullable Quantity sum(ListValue containers, String name) {
        Quantity sum = null;
        for (int i = 0; i < containers.size(); i++) {
            Quantity asked = Values.quantity(
                    containers.map(i).map("resources").map("requests").get(name));
            sum = asked == null ? sum : sum == null ? asked : sum.plus(asked);
        }
        return sum;
    }
}
