package dev.proa.server.resource.network;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Addresses;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates endpoints and endpoint slices. */
final class EndpointsValidation {
    private EndpointsValidation() {}

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

    /** The addresses of the old slice, which are not validated again. */
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
}
