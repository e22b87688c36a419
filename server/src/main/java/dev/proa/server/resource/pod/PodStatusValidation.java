package dev.proa.server.resource.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Addresses;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.NameRule;
import dev.proa.server.validation.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates updates of a pod's status and of its ephemeral containers. */
final class PodStatusValidation {
    private static final Path STATUS = Path.of("status");
    private static final List<String> NOT_EPHEMERAL =
            List.of("ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle");

    private PodStatusValidation() {}

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
}
