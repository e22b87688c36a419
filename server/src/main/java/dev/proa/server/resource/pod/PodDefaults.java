package dev.proa.server.resource.pod;

import dev.proa.api.pod.PodRequests;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.validation.Defaulter;
import dev.proa.server.validation.Values;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Defaults of pods and pod templates. */
public final class PodDefaults {
    /** The pattern of Docker's image IDs. */
    private static final Pattern DIGEST = Pattern.compile("[a-f0-9]{64}");

    private static final long MODE_0644 = 420;

    private PodDefaults() {}

    /** The defaults of a pod: those of templates, and those of pods alone. */
    static MapValue pod(MapValue pod) {
        return pod.withMap("spec", spec -> podOnly(podSpec(spec)));
    }

    /** The template of a workload. */
    public static MapValue template(MapValue template) {
        MapValue filled = template.has("metadata") ? template : template.with("metadata", MapValue.EMPTY);
        return filled.withMap("spec", PodDefaults::podSpec);
    }

    /** The {@code spec.template} of a workload's spec. */
    public static MapValue inSpec(MapValue spec) {
        return spec.withMap("template", PodDefaults::template);
    }

    private static MapValue podSpec(MapValue spec) {
        MapValue filled = Defaulter.of(spec)
                .fill("dnsPolicy", "ClusterFirst")
                .fill("restartPolicy", "Always")
                .fill("securityContext", MapValue.EMPTY)
                .fill("terminationGracePeriodSeconds", 30L)
                .fill("schedulerName", "default-scheduler")
                .done();
        filled = Values.withEach(filled, "initContainers", PodDefaults::container);
        filled = Values.withEach(filled, "containers", PodDefaults::container);
        filled = Values.withEach(filled, "ephemeralContainers", PodDefaults::container);
        filled = Values.withIfPresent(filled, "overhead", PodDefaults::quantities);
        filled = Values.withIfPresent(filled, "resources", PodDefaults::resources);
        filled = serviceAccount(filled);
        return Values.withEach(filled, "volumes", PodDefaults::volume);
    }

    /** Keeps {@code serviceAccount} and {@code serviceAccountName} equal. */
    private static MapValue serviceAccount(MapValue spec) {
        String name = spec.string("serviceAccountName");
        String old = spec.string("serviceAccount");
        if (name.isEmpty() && !old.isEmpty()) {
            return spec.with("serviceAccountName", old);
        }
        return name.isEmpty() || name.equals(old) ? spec : spec.with("serviceAccount", name);
    }

    private static MapValue podOnly(MapValue spec) {
        MapValue filled = Defaulter.of(spec).fill("enableServiceLinks", true).done();
        boolean hostNetwork = spec.bool("hostNetwork");
        for (String list : new String[] {"containers", "initContainers"}) {
            filled = Values.withEach(filled, list, container -> {
                MapValue result = requestsFromLimits(container);
                return hostNetwork ? Values.withEach(result, "ports", PodDefaults::hostPort) : result;
            });
        }
        MapValue complete = filled;
        return Values.withIfPresent(filled, "resources", whole -> whole(whole, complete));
    }

    /** The defaults of pod-level resources (KEP-2837): the sum of the containers' requests, or the pod's limits. */
    private static MapValue whole(MapValue resources, MapValue spec) {
        if (resources.map("limits").isEmpty() && resources.map("requests").isEmpty()) {
            return resources;
        }
        Defaulter limits = Defaulter.of(resources.map("limits"));
        PodRequests.ofContainers(spec, "limits").forEach((name, amount) -> {
            if (name.startsWith("hugepages-") && !resources.map("requests").has(name)) {
                limits.fill(name, amount.toString());
            }
        });
        MapValue most = limits.done();
        if (most.isEmpty()) {
            return resources;
        }
        Defaulter requests = Defaulter.of(resources.map("requests"));
        PodRequests.ofContainers(spec, "requests").forEach((name, amount) -> {
            if (name.equals("cpu") || name.equals("memory")) {
                requests.fill(name, amount.toString());
            }
        });
        MapValue asked = requests.done();
        Defaulter rest = Defaulter.of(asked);
        most.forEach(limit -> {
            if (PodRequests.ofPods(limit.getKey()) && !asked.has(limit.getKey())) {
                rest.set(limit.getKey(), limit.getValue());
            }
        });
        return resources.with("limits", most).with("requests", rest.done());
    }

    private static MapValue requestsFromLimits(MapValue container) {
        MapValue resources = container.map("resources");
        if (!(resources.get("limits") instanceof MapValue limits)) {
            return container;
        }
        MapValue requests = resources.map("requests");
        Defaulter defaulter = Defaulter.of(requests);
        for (Map.Entry<String, @Nullable Object> limit : limits) {
            if (!requests.has(limit.getKey())) {
                defaulter.set(limit.getKey(), limit.getValue());
            }
        }
        return container.with("resources", resources.with("requests", defaulter.done()));
    }

    private static MapValue hostPort(MapValue port) {
        return Defaulter.of(port)
                .fillZero("hostPort", port.integer("containerPort", 0))
                .done();
    }

    private static MapValue container(MapValue container) {
        MapValue filled = Defaulter.of(container)
                .fill("imagePullPolicy", pullPolicy(container.string("image")))
                .fill("terminationMessagePath", "/dev/termination-log")
                .fill("terminationMessagePolicy", "File")
                .fill("resources", MapValue.EMPTY)
                .done();
        filled = Values.withIfPresent(filled, "resources", PodDefaults::resources);
        filled = Values.withEach(filled, "ports", PodDefaults::port);
        filled = Values.withEach(filled, "env", PodDefaults::env);
        filled = Values.withIfPresent(filled, "livenessProbe", PodDefaults::probe);
        filled = Values.withIfPresent(filled, "readinessProbe", PodDefaults::probe);
        filled = Values.withIfPresent(filled, "startupProbe", PodDefaults::probe);
        return Values.withIfPresent(
                filled,
                "lifecycle",
                // Custom stop signals belong to a feature that is off by default, and are dropped.
                lifecycle -> Values.withIfPresent(
                        Values.withIfPresent(lifecycle.without("stopSignal"), "postStart", PodDefaults::handler),
                        "preStop",
                        PodDefaults::handler));
    }

    /** Writes quantities in canonical form. */
    public static MapValue resources(MapValue resources) {
        return Values.withIfPresent(
                Values.withIfPresent(resources, "limits", PodDefaults::quantities),
                "requests",
                PodDefaults::quantities);
    }

    /** Writes a resource list in canonical form; quantities are rounded up to a thousandth. */
    public static MapValue quantities(MapValue list) {
        MapValue result = list;
        for (int i = 0; i < list.size(); i++) {
            Quantity quantity = Values.quantity(list.valueAt(i));
            if (quantity != null && !quantity.toMilli().toString().equals(list.valueAt(i))) {
                result = result.with(list.nameAt(i), quantity.toMilli().toString());
            }
        }
        return result;
    }

    /** The default pull policy: {@code Always} for an image with tag {@code latest} or none, and without digest. */
    static String pullPolicy(String image) {
        if (DIGEST.matcher(image).matches()) {
            return "IfNotPresent";
        }
        int at = image.indexOf('@');
        String name = at < 0 ? image : image.substring(0, at);
        int colon = name.lastIndexOf(':');
        boolean tagged = colon > name.lastIndexOf('/');
        boolean latest = tagged ? name.substring(colon + 1).equals("latest") : at < 0 && !name.isEmpty();
        return latest && isImageName(tagged ? name.substring(0, colon) : name) ? "Always" : "IfNotPresent";
    }

    /**
     * Whether a string can be the name of an image: the part after the host is in lower case, with the allowed
     * characters.
     */
    private static boolean isImageName(String name) {
        int slash = name.indexOf('/');
        String host = slash < 0 ? "" : name.substring(0, slash);
        boolean hosted = host.contains(".") || host.contains(":") || host.equals("localhost");
        String path = hosted ? name.substring(slash + 1) : name;
        boolean official = path.indexOf('/') < 0 && !hosted;
        if (path.length() + (official ? "library/".length() : 0) > 255) {
            return false;
        }
        char before = '/';
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            boolean plain = c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
            boolean separator = c == '.' || c == '_' || c == '-';
            if (!plain && !separator && c != '/' || before == '/' && !plain) {
                return false;
            }
            before = c;
        }
        return before >= 'a' && before <= 'z' || before >= '0' && before <= '9';
    }

    private static MapValue port(MapValue port) {
        return Defaulter.of(port).fill("protocol", "TCP").done();
    }

    private static MapValue env(MapValue env) {
        return Values.withIfPresent(
                env,
                "valueFrom",
                from -> Values.withIfPresent(
                        Values.withIfPresent(from, "fieldRef", PodDefaults::fieldRef),
                        "resourceFieldRef",
                        PodDefaults::resourceRef));
    }

    private static MapValue fieldRef(MapValue ref) {
        return Defaulter.of(ref).fill("apiVersion", "v1").done();
    }

    private static MapValue resourceRef(MapValue ref) {
        return Defaulter.of(ref).fill("divisor", "0").done();
    }

    private static MapValue probe(MapValue probe) {
        MapValue filled = Defaulter.of(probe)
                .fillZero("timeoutSeconds", 1)
                .fillZero("periodSeconds", 10)
                .fillZero("successThreshold", 1)
                .fillZero("failureThreshold", 3)
                .done();
        filled = Values.withIfPresent(
                filled, "grpc", grpc -> grpc.get("service") == null ? grpc.with("service", "") : grpc);
        return handler(filled);
    }

    private static MapValue handler(MapValue handler) {
        return Values.withIfPresent(
                handler,
                "httpGet",
                get -> Defaulter.of(get)
                        .fill("path", "/")
                        .fill("scheme", "HTTP")
                        .done());
    }

    private static MapValue volume(MapValue volume) {
        if (volume.size() == (volume.has("name") ? 1 : 0)) {
            return volume.with("emptyDir", MapValue.EMPTY);
        }
        MapValue filled = volume;
        filled = Values.withIfPresent(filled, "secret", PodDefaults::defaultMode);
        filled = Values.withIfPresent(filled, "configMap", PodDefaults::defaultMode);
        filled = Values.withIfPresent(filled, "downwardAPI", PodDefaults::downward);
        filled = Values.withIfPresent(filled, "projected", PodDefaults::projected);
        filled = Values.withIfPresent(
                filled, "hostPath", hostPath -> hostPath.get("type") == null ? hostPath.with("type", "") : hostPath);
        filled = Values.withIfPresent(
                filled,
                "image",
                image -> Defaulter.of(image)
                        .fill("pullPolicy", pullPolicy(image.string("reference")))
                        .done());
        filled = Values.withIfPresent(
                filled,
                "ephemeral",
                ephemeral -> Values.withIfPresent(
                        ephemeral,
                        "volumeClaimTemplate",
                        template -> template.withMap(
                                "spec",
                                spec -> Defaulter.of(spec)
                                        .fillAbsent("volumeMode", "Filesystem")
                                        .done())));
        return networkVolume(filled);
    }

    /** The defaults of network volume sources, in pods and in persistent volumes. */
    static MapValue networkVolume(MapValue volume) {
        MapValue filled = Values.withIfPresent(
                volume,
                "iscsi",
                iscsi -> Defaulter.of(iscsi).fill("iscsiInterface", "default").done());
        filled = Values.withIfPresent(
                filled,
                "rbd",
                rbd -> Defaulter.of(rbd)
                        .fill("pool", "rbd")
                        .fill("user", "admin")
                        .fill("keyring", "/etc/ceph/keyring")
                        .done());
        filled = Values.withIfPresent(
                filled,
                "azureDisk",
                disk -> Defaulter.of(disk)
                        .fillAbsent("cachingMode", "ReadWrite")
                        .fillAbsent("kind", "Shared")
                        .fillAbsent("fsType", "ext4")
                        .fill("readOnly", false)
                        .done());
        return Values.withIfPresent(
                filled,
                "scaleIO",
                scaleIo -> Defaulter.of(scaleIo)
                        .fill("storageMode", "ThinProvisioned")
                        .fill("fsType", "xfs")
                        .done());
    }

    private static MapValue defaultMode(MapValue source) {
        return Defaulter.of(source).fill("defaultMode", MODE_0644).done();
    }

    private static MapValue downward(MapValue source) {
        return downwardItems(defaultMode(source));
    }

    private static MapValue downwardItems(MapValue source) {
        return Values.withEach(
                source,
                "items",
                item -> Values.withIfPresent(
                        Values.withIfPresent(item, "fieldRef", PodDefaults::fieldRef),
                        "resourceFieldRef",
                        PodDefaults::resourceRef));
    }

    private static MapValue projected(MapValue projected) {
        MapValue filled = defaultMode(projected);
        if (!(filled.get("sources") instanceof ListValue)) {
            return filled;
        }
        return Values.withEach(filled, "sources", source -> {
            MapValue result = Values.withIfPresent(
                    // Certificates belong to features that are off by default, and are dropped.
                    source.without("clusterTrustBundle").without("podCertificate"),
                    "serviceAccountToken",
                    token ->
                            Defaulter.of(token).fill("expirationSeconds", 3600L).done());
            return Values.withIfPresent(result, "downwardAPI", PodDefaults::downwardItems);
        });
    }
}
