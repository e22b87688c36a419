package dev.proa.server.resource.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Addresses;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Metadata;
import dev.proa.server.validation.Path;
import java.util.HashMap;
import java.util.Map;

/** Validates pod specs, in pods and in templates. Containers and volumes have classes of their own. */
public final class PodValidation {
    private static final Path SPEC = Path.of("spec");
    private static final long MAX_INT = Integer.MAX_VALUE;

    private PodValidation() {}

    /** Validates a new pod but for its metadata. */
    static void create(MapValue pod, Errors errors) {
        MapValue spec = pod.map("spec");
        always(pod, errors);
        if (!spec.list("ephemeralContainers").isEmpty()) {
            errors.forbidden(SPEC.child("ephemeralContainers"), "cannot be set on create");
        }
        if (!spec.string("nodeName").isEmpty() && !spec.list("schedulingGates").isEmpty()) {
            errors.forbidden(SPEC.child("nodeName"), "cannot be set until all schedulingGates have been cleared");
        }
    }

    /** The checks of every write of a pod. */
    static void always(MapValue pod, Errors errors) {
        MapValue spec = pod.map("spec");
        spec(spec, SPEC, true, errors);
        claimNames(spec, pod.map("metadata").string("name"), errors);
        if (!spec.string("serviceAccountName").isEmpty()) {
            return;
        }
        for (int v = 0; v < spec.list("volumes").size(); v++) {
            ListValue sources = spec.list("volumes").map(v).map("projected").list("sources");
            for (int s = 0; s < sources.size(); s++) {
                if (sources.map(s).get("serviceAccountToken") != null) {
                    errors.forbidden(
                            SPEC.child("volumes")
                                    .index(v)
                                    .child("projected")
                                    .child("sources")
                                    .index(s)
                                    .child("serviceAccountToken"),
                            "must not be specified when serviceAccountName is not set");
                }
            }
        }
    }

    /** Validates the names of the claims that ephemeral volumes will have. */
    private static void claimNames(MapValue spec, String pod, Errors errors) {
        ListValue volumes = spec.list("volumes");
        for (int i = 0; i < volumes.size() && !pod.isEmpty(); i++) {
            String name = volumes.map(i).string("name");
            if (volumes.map(i).has("ephemeral") && !name.isEmpty()) {
                String claim = pod + "-" + name;
                for (String wrong : Formats.dnsSubdomain(claim)) {
                    errors.invalid(
                            SPEC.child("volumes").index(i).child("name"), name, "PVC name \"" + claim + "\": " + wrong);
                }
            }
        }
    }

    /** Validates a pod template, with its labels and annotations. */
    public static void template(MapValue template, Path path, Errors errors) {
        MapValue meta = template.map("metadata");
        Metadata.labels(meta.map("labels"), path.child("labels"), errors);
        Metadata.annotations(meta.map("annotations"), path.child("annotations"), errors);
        spec(template.map("spec"), path.child("spec"), false, errors);
        if (!template.map("spec").list("ephemeralContainers").isEmpty()) {
            errors.forbidden(
                    path.child("spec").child("ephemeralContainers"),
                    "ephemeral containers not allowed in pod template");
        }
    }

    private static void spec(MapValue spec, Path path, boolean isPod, Errors errors) {
        Map<String, MapValue> volumes =
                VolumeValidation.volumes(spec.list("volumes"), isPod, path.child("volumes"), errors);
        PodResourceValidation.check(spec, path, errors);
        ContainerValidation containers = new ContainerValidation(spec, volumes, errors);
        containers.regular(path.child("containers"));
        containers.init(path.child("initContainers"));
        containers.ephemeral(path.child("ephemeralContainers"));
        if (spec.bool("hostNetwork")) {
            hostNetworkPorts(spec, path, isPod, errors);
        }
        errors.oneOf(path.child("restartPolicy"), spec.string("restartPolicy"), "Always", "OnFailure", "Never");
        errors.oneOf(
                path.child("dnsPolicy"),
                spec.string("dnsPolicy"),
                "ClusterFirstWithHostNet",
                "ClusterFirst",
                "Default",
                "None");
        Metadata.labels(spec.map("nodeSelector"), path.child("nodeSelector"), errors);
        SecurityValidation.pod(spec, path, errors);
        SchedulingValidation.affinity(spec.map("affinity"), path.child("affinity"), errors);
        dnsConfig(spec, path.child("dnsConfig"), errors);
        SchedulingValidation.gates(spec, path, errors);
        SchedulingValidation.spread(
                spec.list("topologySpreadConstraints"), path.child("topologySpreadConstraints"), errors);
        hostnameOverride(spec, path.child("hostnameOverride"), errors);
        subdomain(spec, "serviceAccountName", path, errors);
        subdomain(spec, "nodeName", path, errors);
        if (spec.get("activeDeadlineSeconds") instanceof Long seconds && (seconds < 1 || seconds > MAX_INT)) {
            errors.invalid(path.child("activeDeadlineSeconds"), seconds, Formats.inclusiveRange(1, MAX_INT));
        }
        label(spec, "hostname", path, errors);
        label(spec, "subdomain", path, errors);
        SchedulingValidation.tolerations(spec.list("tolerations"), path.child("tolerations"), errors);
        hostAliases(spec.list("hostAliases"), path.child("hostAliases"), errors);
        subdomain(spec, "priorityClassName", path, errors);
        subdomain(spec, "runtimeClassName", path, errors);
        if (spec.get("preemptionPolicy") != null) {
            new Fields(spec, path, errors).requiredOneOf("preemptionPolicy", "PreemptLowerPriority", "Never");
        }
        if (spec.get("os") instanceof MapValue os) {
            if (os.string("name").isEmpty()) {
                errors.required(path.child("os").child("name"), "");
            } else {
                errors.oneOf(path.child("os"), os.string("name"), "linux", "windows");
                SecurityValidation.system(spec, os.string("name"), path, errors);
            }
        }
    }

    private static void hostAliases(ListValue aliases, Path path, Errors errors) {
        for (int i = 0; i < aliases.size(); i++) {
            Path alias = path.index(i);
            Addresses.check(alias.child("ip"), aliases.map(i).string("ip"), errors);
            ListValue names = aliases.map(i).list("hostnames");
            for (int n = 0; n < names.size(); n++) {
                if (names.get(n) instanceof String name) {
                    errors.invalid(alias.child("hostnames").index(n), name, Formats.dnsSubdomain(name));
                }
            }
        }
    }

    private static void hostnameOverride(MapValue spec, Path path, Errors errors) {
        if (!(spec.get("hostnameOverride") instanceof String name)) {
            return;
        }
        if (spec.bool("setHostnameAsFQDN")) {
            errors.forbidden(path, "may not be specified when setHostnameAsFQDN is true");
        }
        if (spec.bool("hostNetwork")) {
            errors.forbidden(path, "may not be specified when hostNetwork is true");
        }
        if (name.length() > 64) {
            errors.tooLong(path, 64);
        }
        errors.invalid(path, name, Formats.dnsSubdomain(name));
    }

    private static void hostNetworkPorts(MapValue spec, Path path, boolean isPod, Errors errors) {
        ListValue containers = spec.list("containers");
        for (int c = 0; c < containers.size(); c++) {
            ListValue ports = containers.map(c).list("ports");
            for (int p = 0; p < ports.size(); p++) {
                long host = ports.map(p).integer("hostPort", 0);
                if ((isPod || host != 0) && host != ports.map(p).integer("containerPort", 0)) {
                    errors.invalid(
                            path.child("containers")
                                    .index(c)
                                    .child("ports")
                                    .index(p)
                                    .child("hostPort"),
                            host,
                            "must match `containerPort` when `hostNetwork` is true");
                }
            }
        }
    }

    private static void dnsConfig(MapValue spec, Path path, Errors errors) {
        MapValue config = spec.map("dnsConfig");
        ListValue servers = config.list("nameservers");
        if (spec.string("dnsPolicy").equals("None")) {
            if (spec.get("dnsConfig") == null) {
                errors.required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
                return;
            }
            if (servers.isEmpty()) {
                errors.required(
                        path.child("nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None");
                return;
            }
        }
        if (servers.size() > 3) {
            errors.invalid(path.child("nameservers"), servers, "must not have more than 3 nameservers");
        }
        for (int i = 0; i < servers.size(); i++) {
            Addresses.check(path.child("nameservers").index(i), String.valueOf(servers.get(i)), errors);
        }
        searches(config.list("searches"), path.child("searches"), errors);
        ListValue options = config.list("options");
        for (int i = 0; i < options.size(); i++) {
            if (options.map(i).string("name").isEmpty()) {
                errors.required(path.child("options").index(i), "must not be empty");
            }
        }
    }

    /** Validates search domains, which may contain underscores and end with a dot. */
    private static void searches(ListValue searches, Path path, Errors errors) {
        if (searches.size() > 32) {
            errors.invalid(path, searches, "must not have more than 32 search paths");
        }
        int characters = Math.max(0, searches.size() - 1);
        for (Object search : searches) {
            characters += String.valueOf(search).length();
        }
        if (characters > 2048) {
            errors.invalid(
                    path, searches, "must not have more than 2048 characters (including spaces) in the search list");
        }
        for (int i = 0; i < searches.size(); i++) {
            String search = String.valueOf(searches.get(i));
            if (!search.equals(".")) {
                String name = search.endsWith(".") ? search.substring(0, search.length() - 1) : search;
                errors.invalid(path.index(i), name, Formats.searchDomain(name));
            }
        }
    }

    private static void subdomain(MapValue spec, String name, Path path, Errors errors) {
        if (spec.get(name) instanceof String value && !value.isEmpty()) {
            errors.invalid(path.child(name), value, Formats.dnsSubdomain(value));
        }
    }

    private static void label(MapValue spec, String name, Path path, Errors errors) {
        if (spec.get(name) instanceof String value && !value.isEmpty()) {
            errors.invalid(path.child(name), value, Formats.dnsLabel(value));
        }
    }

    /** Reports host ports that several containers use. */
    static void hostPorts(ListValue containers, Path path, Errors errors) {
        Map<String, Boolean> seen = new HashMap<>();
        for (int c = 0; c < containers.size(); c++) {
            ListValue ports = containers.map(c).list("ports");
            for (int p = 0; p < ports.size(); p++) {
                MapValue port = ports.map(p);
                long host = port.integer("hostPort", 0);
                if (host != 0) {
                    String text = port.string("protocol") + "/" + port.string("hostIP") + "/" + host;
                    if (seen.put(text, true) != null) {
                        errors.duplicate(path.index(c).child("ports").index(p).child("hostPort"), text);
                    }
                }
            }
        }
    }
}
