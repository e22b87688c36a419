package dev.proa.server.resource.core;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.resource.pod.PodDefaults;
import dev.proa.server.validation.Defaulter;
import dev.proa.server.validation.Values;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Defaults of the core group, pods aside. */
final class CoreDefaults {
    private CoreDefaults() {}

    /** {@code stringData} is folded into {@code data}, which is how a secret is kept. */
    static MapValue secret(MapValue secret) {
        MapValue filled = Defaulter.of(secret).fill("type", "Opaque").done();
        if (!secret.has("stringData")) {
            return filled;
        }
        MapValue.Builder data = filled.map("data").toBuilder();
        for (Map.Entry<String, @Nullable Object> entry : secret.map("stringData")) {
            if (entry.getValue() instanceof String value) {
                data.put(entry.getKey(), Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)));
            }
        }
        MapValue folded = data.build();
        filled = filled.without("stringData");
        return folded.isEmpty() && !filled.has("data") ? filled : filled.with("data", folded);
    }

    static MapValue namespace(MapValue namespace) {
        String name = namespace.map("metadata").string("name");
        MapValue filled = namespace.withMap(
                "status", status -> Defaulter.of(status).fill("phase", "Active").done());
        if (name.isEmpty() || name.equals(filled.map("metadata").map("labels").get("kubernetes.io/metadata.name"))) {
            return filled;
        }
        return filled.withMap(
                "metadata", meta -> meta.withMap("labels", labels -> labels.with("kubernetes.io/metadata.name", name)));
    }

    static MapValue node(MapValue node) {
        return Values.withIfPresent(
                Values.withIfPresent(node, "spec", CoreDefaults::podRanges), "status", CoreDefaults::nodeStatus);
    }

    private static MapValue nodeStatus(MapValue status) {
        MapValue kept = Values.withIfPresent(
                Values.withIfPresent(status, "allocatable", PodDefaults::quantities),
                "capacity",
                PodDefaults::quantities);
        return kept.get("allocatable") == null && kept.get("capacity") instanceof MapValue capacity
                ? kept.with("allocatable", capacity)
                : kept;
    }

    /** {@code podCIDR} is the first of {@code podCIDRs}; when they differ, it alone counts. */
    private static MapValue podRanges(MapValue spec) {
        String range = spec.string("podCIDR");
        Object first =
                spec.list("podCIDRs").isEmpty() ? null : spec.list("podCIDRs").get(0);
        if (!range.isEmpty()) {
            return range.equals(first) ? spec : spec.with("podCIDRs", ListValue.of(range));
        }
        return first == null ? spec : spec.with("podCIDR", first);
    }

    static MapValue resourceQuota(MapValue quota) {
        return Values.withIfPresent(quota, "spec", spec -> Values.withIfPresent(spec, "hard", PodDefaults::quantities));
    }

    static MapValue limitRange(MapValue limitRange) {
        return limitRange.withMap("spec", spec -> Values.withEach(spec, "limits", CoreDefaults::limit));
    }

    private static MapValue limit(MapValue written) {
        MapValue item = written;
        for (String list : new String[] {"default", "defaultRequest", "max", "maxLimitRequestRatio", "min"}) {
            item = Values.withIfPresent(item, list, PodDefaults::quantities);
        }
        if (!item.string("type").equals("Container")) {
            return item;
        }
        MapValue limits = filledFrom(item.map("default"), item.map("max"));
        MapValue requests = filledFrom(filledFrom(item.map("defaultRequest"), limits), item.map("min"));
        MapValue filled = limits.isEmpty() ? item.without("default") : item.with("default", limits);
        return requests.isEmpty() ? filled.without("defaultRequest") : filled.with("defaultRequest", requests);
    }

    private static MapValue filledFrom(MapValue target, MapValue source) {
        Defaulter defaulter = Defaulter.of(target);
        for (Map.Entry<String, @Nullable Object> entry : source) {
            if (!target.has(entry.getKey())) {
                defaulter.set(entry.getKey(), entry.getValue());
            }
        }
        return defaulter.done();
    }

    /** Nodes are not configured through the server any more. */
    static MapValue withoutConfigSource(MapValue node, @Nullable MapValue old) {
        return old != null && old.map("spec").has("configSource")
                        || !node.map("spec").has("configSource")
                ? node
                : node.withMap("spec", spec -> spec.without("configSource"));
    }

    /** Of the secrets of a service account nothing is kept but their names. */
    static MapValue namesOfSecrets(MapValue account) {
        ListValue secrets = account.list("secrets");
        for (int i = 0; i < secrets.size(); i++) {
            Object name = secrets.map(i).get("name");
            secrets = secrets.with(i, name == null ? MapValue.EMPTY : MapValue.of("name", name));
        }
        return secrets.isEmpty() ? account : account.with("secrets", secrets);
    }

    /** Leases are not given out by a coordinator, which is a feature that is off. */
    static MapValue uncoordinated(MapValue lease, MapValue old) {
        MapValue result = lease;
        for (String name : new String[] {"strategy", "preferredHolder"}) {
            if (result.map("spec").has(name) && !old.map("spec").has(name)) {
                result = result.withMap("spec", spec -> spec.without(name));
            }
        }
        return result;
    }
}
