package dev.proa.server.resource;

import dev.proa.api.status.FieldError;
import dev.proa.api.status.GoText;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validation of the core group, pods and services aside, and of leases and endpoint slices. */
final class CoreValidation {
    private static final int MAX_DATA = 1 << 20;
    private static final String IMMUTABLE = "field is immutable when `immutable` is set";
    private static final Path SPEC = Path.of("spec");

    private CoreValidation() {}

    static void configMap(MapValue configMap, @Nullable MapValue old, Errors errors) {
        if (old != null && old.bool("immutable")) {
            sealed(configMap, old, errors, "data", "binaryData");
        }
        MapValue data = configMap.map("data");
        MapValue binary = configMap.map("binaryData");
        long size = 0;
        for (Map.Entry<String, @Nullable Object> entry : data) {
            String key = entry.getKey();
            Path path = Path.of("data").key(key);
            errors.invalid(path, key, Formats.configKey(key));
            if (binary.has(key)) {
                errors.invalid(path, key, "duplicate of key present in binaryData");
            }
            size += entry.getValue() instanceof String value ? Metadata.utf8Length(value) : 0;
        }
        for (Map.Entry<String, @Nullable Object> entry : binary) {
            errors.invalid(
                    Path.of("binaryData").key(entry.getKey()), entry.getKey(), Formats.configKey(entry.getKey()));
            size += entry.getValue() instanceof String value ? decodedLength(value) : 0;
        }
        if (size > MAX_DATA) {
            errors.tooLong(Path.of(""), MAX_DATA);
        }
    }

    static void secret(MapValue secret, @Nullable MapValue old, Errors errors) {
        if (old != null) {
            errors.immutable(Path.of("type"), secret.get("type"), old.get("type"));
            if (old.bool("immutable")) {
                sealed(secret, old, errors, "data");
            }
        }
        MapValue data = secret.map("data");
        Path dataPath = Path.of("data");
        long size = 0;
        for (Map.Entry<String, @Nullable Object> entry : data) {
            errors.invalid(dataPath.key(entry.getKey()), entry.getKey(), Formats.configKey(entry.getKey()));
            size += entry.getValue() instanceof String value ? decodedLength(value) : 0;
        }
        if (size > MAX_DATA) {
            errors.tooLong(dataPath, MAX_DATA);
        }
        switch (secret.string("type")) {
            case "kubernetes.io/service-account-token" -> {
                if (secret.map("metadata")
                        .map("annotations")
                        .string("kubernetes.io/service-account.name")
                        .isEmpty()) {
                    errors.required(
                            Path.of("metadata").child("annotations").key("kubernetes.io/service-account.name"), "");
                }
            }
            case "kubernetes.io/dockercfg" -> dockerConfig(data, ".dockercfg", errors);
            case "kubernetes.io/dockerconfigjson" -> dockerConfig(data, ".dockerconfigjson", errors);
            case "kubernetes.io/basic-auth" -> {
                if (!data.has("username") && !data.has("password")) {
                    errors.required(dataPath.key("username"), "");
                    errors.required(dataPath.key("password"), "");
                }
            }
            case "kubernetes.io/ssh-auth" -> {
                if (data.string("ssh-privatekey").isEmpty()) {
                    errors.required(dataPath.key("ssh-privatekey"), "");
                }
            }
            case "kubernetes.io/tls" -> {
                for (String key : new String[] {"tls.crt", "tls.key"}) {
                    if (!data.has(key)) {
                        errors.required(dataPath.key(key), "");
                    }
                }
            }
            default -> {}
        }
    }

    private static void dockerConfig(MapValue data, String key, Errors errors) {
        Path path = Path.of("data").key(key);
        if (!data.has(key)) {
            errors.required(path, "");
            return;
        }
        try {
            dev.proa.api.codec.Json.decodeMap(Base64.getDecoder().decode(data.string(key)));
        } catch (dev.proa.api.codec.DecodeException | IllegalArgumentException e) {
            errors.invalid(path, "<secret contents redacted>", String.valueOf(e.getMessage()));
        }
    }

    private static void sealed(MapValue updated, MapValue old, Errors errors, String... fields) {
        if (!updated.bool("immutable")) {
            errors.forbidden(Path.of("immutable"), IMMUTABLE);
        }
        for (String field : fields) {
            if (!Values.same(updated.get(field), old.get(field))) {
                errors.forbidden(Path.of(field), IMMUTABLE);
            }
        }
    }

    private static long decodedLength(String base64) {
        int padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
        return base64.length() / 4L * 3 - padding;
    }

    static void namespace(MapValue namespace, @Nullable MapValue old, Errors errors) {
        ListValue finalizers = namespace.map("spec").list("finalizers");
        for (Object finalizer : finalizers) {
            String name = String.valueOf(finalizer);
            errors.invalid(SPEC.child("finalizers"), name, Formats.qualifiedName(name));
            if (name.indexOf('/') < 0 && !name.equals("kubernetes") && !name.equals("orphan")) {
                errors.invalid(
                        SPEC.child("finalizers"),
                        name,
                        "name is neither a standard finalizer name nor is it fully qualified");
            }
        }
    }

    private static boolean sameFamily(ListValue ranges) {
        return String.valueOf(ranges.get(0)).contains(":")
                == String.valueOf(ranges.get(1)).contains(":");
    }

    static void node(MapValue node, @Nullable MapValue old, Errors errors) {
        MapValue spec = node.map("spec");
        ListValue taints = spec.list("taints");
        // Kubernetes names the taints of a node as if they were in its metadata.
        Path path = Path.of("metadata").child("taints");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < taints.size(); i++) {
            MapValue taint = taints.map(i);
            Path at = path.index(i);
            String key = taint.string("key");
            errors.invalid(at.child("key"), key, Formats.qualifiedName(key));
            String value = taint.string("value");
            if (!Formats.labelValue(value).isEmpty()) {
                errors.invalid(at.child("value"), value, String.join(";", Formats.labelValue(value)));
            }
            String effect = taint.string("effect");
            if (effect.isEmpty()) {
                errors.required(at.child("effect"), "");
            } else {
                errors.oneOf(at.child("effect"), effect, "NoSchedule", "PreferNoSchedule", "NoExecute");
            }
            if (!seen.add(key + ":" + effect)) {
                errors.add(new FieldError(
                        "FieldValueDuplicate",
                        at.toString(),
                        "Duplicate value: " + GoText.json(taint) + ": taints must be unique by key and effect pair"));
            }
        }
        ListValue ranges = spec.list("podCIDRs");
        if (old == null) {
            if (ranges.size() > 1) {
                for (int i = 0; i < ranges.size(); i++) {
                    if (!Addresses.isCidr(String.valueOf(ranges.get(i)))) {
                        errors.add(FieldError.internal(
                                SPEC.child("podCIDRs").toString(),
                                "invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[" + i
                                        + "]: <nil> (invalid CIDR address: " + ranges.get(i) + ")"));
                    }
                }
            }
            for (int i = 0; i < ranges.size(); i++) {
                Addresses.checkCidr(SPEC.child("podCIDRs").index(i), String.valueOf(ranges.get(i)), errors);
            }
            if (ranges.size() == 2 && sameFamily(ranges)) {
                errors.invalid(
                        SPEC.child("podCIDRs"),
                        spec.list("podCIDRs"),
                        "may specify no more than one CIDR for each IP family");
            }
            return;
        }
        MapValue before = old.map("spec");
        if (!spec.string("externalID").equals(before.string("externalID"))) {
            errors.forbidden(SPEC.child("externalID"), "may not be updated");
        }
        if (!before.list("podCIDRs").isEmpty() && !before.list("podCIDRs").equals(ranges)) {
            errors.forbidden(SPEC.child("podCIDRs"), "node updates may not change podCIDR except from \"\" to valid");
        }
        if (!before.string("providerID").isEmpty()
                && !before.string("providerID").equals(spec.string("providerID"))) {
            errors.forbidden(
                    SPEC.child("providerID"), "node updates may not change providerID except from \"\" to valid");
        }
    }

    static void endpoints(MapValue endpoints, @Nullable MapValue old, Errors errors) {
        ListValue subsets = endpoints.list("subsets");
        for (int i = 0; i < subsets.size(); i++) {
            MapValue subset = subsets.map(i);
            Path path = Path.of("subsets").index(i);
            if (subset.list("addresses").isEmpty()
                    && subset.list("notReadyAddresses").isEmpty()) {
                errors.required(path, "must specify `addresses` or `notReadyAddresses`");
            }
            for (String list : new String[] {"addresses", "notReadyAddresses"}) {
                for (int a = 0; a < subset.list(list).size(); a++) {
                    MapValue address = subset.list(list).map(a);
                    Path at = path.child(list).index(a);
                    address(at.child("ip"), address.string("ip"), errors);
                    String hostname = address.string("hostname");
                    if (!hostname.isEmpty()) {
                        errors.invalid(at.child("hostname"), hostname, Formats.dnsLabel(hostname));
                    }
                    if (address.get("nodeName") instanceof String node) {
                        errors.invalid(at.child("nodeName"), node, Formats.dnsSubdomain(node));
                    }
                }
            }
            ListValue ports = subset.list("ports");
            for (int p = 0; p < ports.size(); p++) {
                MapValue port = ports.map(p);
                Path at = path.child("ports").index(p);
                String name = port.string("name");
                if (name.isEmpty()) {
                    if (ports.size() > 1) {
                        errors.required(at.child("name"), "");
                    }
                } else {
                    errors.invalid(at.child("name"), name, Formats.dnsLabel(name));
                }
                errors.invalid(at.child("port"), port.integer("port", 0), Formats.portNumber(port.integer("port", 0)));
                errors.oneOf(at.child("protocol"), port.string("protocol"), "SCTP", "TCP", "UDP");
                if (port.get("appProtocol") instanceof String protocol) {
                    errors.invalid(at.child("appProtocol"), protocol, Formats.qualifiedName(protocol));
                }
            }
        }
    }

    private static void address(Path path, String ip, Errors errors) {
        Addresses.check(path, ip, errors);
        if (Addresses.isIpv4(ip) || Addresses.isIpv6(ip)) {
            Addresses.checkEndpoint(path, ip, errors);
        } else {
            errors.invalid(path, ip, "must be a valid IP address");
        }
    }

    static void endpointSlice(MapValue slice, @Nullable MapValue old, Errors errors) {
        String type = slice.string("addressType");
        if (type.isEmpty()) {
            errors.required(Path.of("addressType"), "");
        } else {
            errors.oneOf(Path.of("addressType"), type, "FQDN", "IPv4", "IPv6");
        }
        if (old != null) {
            errors.immutable(Path.of("addressType"), type, old.string("addressType"));
        }
        ListValue endpoints = slice.list("endpoints");
        Set<String> known = old == null ? Set.of() : addresses(old.list("endpoints"));
        if (endpoints.size() > 1000) {
            errors.tooMany(Path.of("endpoints"), endpoints.size(), 1000);
            return;
        }
        for (int i = 0; i < endpoints.size(); i++) {
            sliceEndpoint(endpoints.map(i), type, known, Path.of("endpoints").index(i), errors);
        }
        ListValue ports = slice.list("ports");
        if (ports.size() > 20_000) {
            errors.tooMany(Path.of("ports"), ports.size(), 20_000);
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            MapValue port = ports.map(i);
            Path at = Path.of("ports").index(i);
            String name = port.string("name");
            if (!name.isEmpty()) {
                errors.invalid(at.child("name"), name, Formats.dnsLabel(name));
            }
            if (!names.add(name)) {
                errors.duplicate(at.child("name"), name);
            }
            String protocol = port.string("protocol");
            if (port.get("protocol") == null) {
                errors.required(at.child("protocol"), "");
            } else {
                errors.oneOf(at.child("protocol"), protocol, "SCTP", "TCP", "UDP");
            }
            if (port.get("appProtocol") instanceof String app) {
                errors.invalid(at.child("appProtocol"), app, Formats.qualifiedName(app));
            }
        }
    }

    /** The addresses that a slice has; they may stay, however they are written. */
    private static Set<String> addresses(ListValue endpoints) {
        Set<String> addresses = new HashSet<>();
        for (int i = 0; i < endpoints.size(); i++) {
            endpoints.map(i).list("addresses").forEach(address -> addresses.add(String.valueOf(address)));
        }
        return addresses;
    }

    private static void domain(String name, Path path, Errors errors) {
        String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        if (name.isEmpty()) {
            errors.required(path, "");
        } else if (!Formats.dnsSubdomain(bare).isEmpty()) {
            errors.invalid(path, bare, Formats.dnsSubdomain(bare));
        } else if (bare.indexOf('.') < 0) {
            errors.invalid(path, name, "should be a domain with at least two segments separated by dots");
        }
    }

    private static void sliceEndpoint(MapValue endpoint, String type, Set<String> known, Path path, Errors errors) {
        ListValue addresses = endpoint.list("addresses");
        Path addressesPath = path.child("addresses");
        if (addresses.isEmpty()) {
            errors.required(addressesPath, "must contain at least 1 address");
        } else if (addresses.size() > 100) {
            errors.tooMany(addressesPath, addresses.size(), 100);
        }
        for (int a = 0; a < addresses.size(); a++) {
            String address = String.valueOf(addresses.get(a));
            Path at = addressesPath.index(a);
            switch (known.contains(address) ? "" : type) {
                case "IPv4" -> family(address, Addresses.isIpv4(address), type, addressesPath, at, errors);
                case "IPv6" -> family(address, Addresses.isIpv6(address), type, addressesPath, at, errors);
                case "FQDN" -> domain(address, at, errors);
                default -> {}
            }
        }
        if (endpoint.get("nodeName") instanceof String node) {
            errors.invalid(path.child("nodeName"), node, Formats.dnsSubdomain(node));
        }
        if (endpoint.get("hostname") instanceof String hostname) {
            errors.invalid(path.child("hostname"), hostname, Formats.dnsLabel(hostname));
        }
        hints(endpoint.map("hints"), path.child("hints"), errors);
    }

    private static void hints(MapValue hints, Path path, Errors errors) {
        for (String list : new String[] {"forZones", "forNodes"}) {
            ListValue wanted = hints.list(list);
            if (wanted.size() > 8) {
                errors.tooMany(path.child(list), wanted.size(), 8);
                continue;
            }
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < wanted.size(); i++) {
                String name = wanted.map(i).string("name");
                Path at = path.child(list).index(i).child("name");
                if (!seen.add(name)) {
                    errors.duplicate(at, name);
                }
                errors.invalid(
                        at, name, list.equals("forZones") ? Formats.labelValue(name) : Formats.dnsSubdomain(name));
            }
        }
    }

    private static void family(String address, boolean fits, String type, Path list, Path path, Errors errors) {
        int before = errors.size();
        Addresses.check(path, address, errors);
        if (errors.size() > before) {
            return;
        }
        if (!fits) {
            errors.invalid(list, address, "must be an " + type + " address");
        }
        Addresses.checkEndpoint(path, address, errors);
    }

    static void lease(MapValue lease, @Nullable MapValue old, Errors errors) {
        MapValue spec = lease.map("spec");
        if (spec.get("leaseDurationSeconds") instanceof Long seconds && seconds <= 0) {
            errors.invalid(SPEC.child("leaseDurationSeconds"), seconds, "must be greater than 0");
        }
        if (spec.get("leaseTransitions") instanceof Long transitions && transitions < 0) {
            errors.invalid(SPEC.child("leaseTransitions"), transitions, "must be greater than or equal to 0");
        }
    }

    static void podTemplate(MapValue template, @Nullable MapValue old, Errors errors) {
        PodValidation.template(template.map("template"), Path.of("template"), errors);
    }
}
