package dev.proa.server.resource.network;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Addresses;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.NameRule;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates the resources of the group {@code networking.k8s.io}. */
final class NetworkingValidation {
    private static final String CLASS_ANNOTATION = "kubernetes.io/ingress.class";
    private static final String IMMUTABLE = "field is immutable";

    private NetworkingValidation() {}

    static void ingress(MapValue ingress, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(ingress, "spec", errors);
        if (spec.map.list("rules").isEmpty() && !spec.has("defaultBackend")) {
            errors.invalid(spec.path, null, "either `defaultBackend` or `rules` must be specified");
        }
        spec.in("defaultBackend", NetworkingValidation::backend);
        spec.each("rules", rule -> {
            host(rule, rule.text("host"), rule.at("host"));
            rule.in("http", http -> {
                http.requiredValue("paths", "");
                http.each("paths", NetworkingValidation::ingressPath);
            });
        });
        spec.each("tls", tls -> {
            tls.eachText("hosts", (host, path) -> errors.invalid(path, host, hostForm(host)));
            tls.form("secretName", Formats::dnsSubdomain);
        });
        spec.formIfPresent("ingressClassName", Formats::dnsSubdomain);
        Object annotated = ingress.map("metadata").map("annotations").get(CLASS_ANNOTATION);
        if (old == null
                && annotated != null
                && spec.has("ingressClassName")
                && !annotated.equals(spec.text("ingressClassName"))) {
            errors.invalid(
                    Path.of("annotations").child(CLASS_ANNOTATION),
                    annotated,
                    "must match `ingressClassName` when both are specified");
        }
    }

    private static List<String> hostForm(String host) {
        return host.contains("*") ? Formats.wildcardSubdomain(host) : Formats.dnsSubdomain(host);
    }

    private static void host(Fields rule, String host, Path path) {
        if (host.isEmpty()) {
            return;
        }
        if (Addresses.isIpv4(host) || Addresses.isIpv6(host)) {
            rule.errors.invalid(path, host, "must be a DNS name, not an IP address");
        }
        rule.errors.invalid(path, host, hostForm(host));
    }

    private static void ingressPath(Fields rule) {
        if (!rule.has("pathType")) {
            rule.errors.required(rule.at("pathType"), "pathType must be specified");
            return;
        }
        String path = rule.text("path");
        boolean absolute = path.startsWith("/");
        switch (rule.text("pathType")) {
            case "Exact", "Prefix" -> {
                if (!absolute) {
                    rule.errors.invalid(rule.at("path"), path, "must be an absolute path");
                }
                for (String part : new String[] {"//", "/./", "/../", "%2f", "%2F"}) {
                    if (path.contains(part)) {
                        rule.invalid("path", "must not contain '" + part + "'");
                    }
                }
                for (String end : new String[] {"/..", "/."}) {
                    if (path.endsWith(end)) {
                        rule.invalid("path", "cannot end with '" + end + "'");
                    }
                }
            }
            case "ImplementationSpecific" -> {
                if (!path.isEmpty() && !absolute) {
                    rule.invalid("path", "must be an absolute path");
                }
            }
            default -> rule.oneOf("pathType", "Exact", "ImplementationSpecific", "Prefix");
        }
        backend(rule.in("backend"));
    }

    private static void backend(Fields backend) {
        if (backend.has("resource") && backend.has("service")) {
            backend.errors.invalid(backend.path, "", "cannot set both resource and service backends");
        } else if (backend.has("resource")) {
            reference(backend.in("resource"));
        } else if (!backend.has("service")) {
            backend.errors.invalid(backend.path, "", "resource or service backend is required");
        } else {
            Fields service = backend.in("service");
            service.requiredForm("name", Formats::dnsLabel);
            Fields port = service.in("port");
            boolean named = !port.text("name").isEmpty();
            if (named && port.number("number") != 0) {
                backend.errors.invalid(backend.path, "", "cannot set both port name & port number");
            } else if (named) {
                port.form("name", Formats::portName);
            } else if (port.number("number") != 0) {
                port.errors.invalid(
                        port.at("number"), port.number("number"), Formats.portNumber(port.number("number")));
            } else {
                backend.errors.required(backend.path, "port name or number is required");
            }
        }
    }

    /** Validates a reference to an object of any kind. */
    private static void reference(Fields reference) {
        reference.formIfPresent("apiGroup", Formats::dnsSubdomain);
        reference.requiredForm("kind", kind -> NameRule.pathSegment(kind, false));
        reference.requiredForm("name", name -> NameRule.pathSegment(name, false));
    }

    static void ingressClass(MapValue ingressClass, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(ingressClass, "spec", errors);
        if (old != null) {
            errors.immutable(
                    spec.at("controller"),
                    spec.text("controller"),
                    old.map("spec").string("controller"));
        }
        if (spec.text("controller").length() > 250) {
            errors.tooLong(spec.at("controller"), 250);
        }
        Formats.domainPrefixedPath(spec.at("controller"), spec.text("controller"), errors);
        spec.in("parameters", parameters -> {
            reference(parameters);
            if (!parameters.has("scope")) {
                errors.required(parameters.at("scope"), "");
                return;
            }
            switch (parameters.text("scope")) {
                case "Namespace" -> {
                    if (parameters.has("namespace")) {
                        parameters.formIfPresent("namespace", Formats::dnsLabel);
                    } else {
                        errors.required(parameters.at("namespace"), "`parameters.scope` is set to 'Namespace'");
                    }
                }
                case "Cluster" -> {
                    if (parameters.has("namespace")) {
                        parameters.forbidden("namespace", "`parameters.scope` is set to 'Cluster'");
                    }
                }
                default -> parameters.oneOf("scope", "Cluster", "Namespace");
            }
        });
    }

    static void networkPolicy(MapValue policy, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(policy, "spec", errors);
        Set<String> known = old == null ? Set.of() : ranges(old.map("spec"));
        spec.selector("podSelector");
        spec.each("ingress", rule -> rule(rule, "from", known));
        spec.each("egress", rule -> rule(rule, "to", known));
        if (spec.map.list("policyTypes").size() > 2) {
            spec.invalid("policyTypes", "may not specify more than two policyTypes");
            return;
        }
        spec.eachText("policyTypes", (type, path) -> errors.oneOf(path, type, "Ingress", "Egress"));
    }

    /** The CIDRs of the old policy, which are not validated again. */
    private static Set<String> ranges(MapValue spec) {
        Set<String> ranges = new HashSet<>();
        for (String[] direction : new String[][] {{"ingress", "from"}, {"egress", "to"}}) {
            ListValue rules = spec.list(direction[0]);
            for (int i = 0; i < rules.size(); i++) {
                ListValue peers = rules.map(i).list(direction[1]);
                for (int p = 0; p < peers.size(); p++) {
                    MapValue block = peers.map(p).map("ipBlock");
                    if (block.isEmpty()) {
                        continue;
                    }
                    ranges.add(block.string("cidr"));
                    block.list("except").forEach(range -> ranges.add(String.valueOf(range)));
                }
            }
        }
        return ranges;
    }

    private static void rule(Fields rule, String peers, Set<String> known) {
        rule.each("ports", NetworkingValidation::port);
        rule.each(peers, peer -> {
            peer.selector("podSelector");
            peer.selector("namespaceSelector");
            peer.in("ipBlock", block -> ipBlock(block, known));
            boolean selected = peer.has("podSelector") || peer.has("namespaceSelector");
            if (!selected && !peer.has("ipBlock")) {
                peer.errors.required(peer.path, "must specify a peer");
            } else if (selected && peer.has("ipBlock")) {
                peer.errors.forbidden(peer.path, "may not specify both ipBlock and another peer");
            }
        });
    }

    private static void port(Fields port) {
        port.oneOfIfPresent("protocol", "TCP", "UDP", "SCTP");
        Object number = port.map.get("port");
        if (number == null) {
            if (port.has("endPort")) {
                port.invalid("endPort", "may not be specified when `port` is not specified");
            }
        } else if (number instanceof Long first) {
            port.errors.invalid(port.at("port"), first, Formats.portNumber(first));
            if (port.has("endPort")) {
                if (port.number("endPort") < first) {
                    port.errors.invalid(port.at("endPort"), first, "must be greater than or equal to `port`");
                }
                port.errors.invalid(
                        port.at("endPort"), port.number("endPort"), Formats.portNumber(port.number("endPort")));
            }
        } else {
            if (port.has("endPort")) {
                port.invalid("endPort", "may not be specified when `port` is non-numeric");
            }
            port.errors.invalid(port.at("port"), number, Formats.portName(String.valueOf(number)));
        }
    }

    private static void ipBlock(Fields block, Set<String> known) {
        if (!block.required("cidr")) {
            return;
        }
        String range = block.text("cidr");
        if (!known.contains(range)) {
            Addresses.checkCidr(block.at("cidr"), range, block.errors);
        }
        if (!Addresses.isCidr(range)) {
            return;
        }
        block.eachText("except", (except, path) -> {
            if (!known.contains(except)) {
                Addresses.checkCidr(path, except, block.errors);
            }
            if (Addresses.isCidr(except) && !Addresses.isWithin(except, range)) {
                block.errors.invalid(path, except, "must be a strict subset of `cidr`");
            }
        });
    }

    static void ipAddress(MapValue address, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(address, "spec", errors);
        if (!spec.has("parentRef")) {
            errors.required(spec.at("parentRef"), "");
        }
        spec.in("parentRef", parent -> {
            parent.form("group", Formats::dnsSubdomain);
            parent.requiredForm("resource", name -> NameRule.pathSegment(name, false));
            parent.requiredForm("name", name -> NameRule.pathSegment(name, false));
            parent.form("namespace", name -> NameRule.pathSegment(name, false));
        });
        if (old != null) {
            spec.immutable("parentRef", old.map("spec"));
        }
    }

    static void serviceCidr(MapValue cidr, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(cidr, "spec", errors);
        ListValue ranges = spec.map.list("cidrs");
        ListValue before = old == null ? null : old.map("spec").list("cidrs");
        if (before == null || before.size() == 1 && ranges.size() == 2) {
            serviceRanges(spec, ranges);
        }
        if (before == null) {
            return;
        }
        if (before.size() != ranges.size() && !(before.size() == 1 && ranges.size() == 2)) {
            spec.invalid("cidrs", IMMUTABLE);
            return;
        }
        for (int i = 0; i < before.size(); i++) {
            if (!Values.same(before.get(i), ranges.get(i))) {
                errors.invalid(spec.at("cidrs").index(i), ranges.get(i), IMMUTABLE);
            }
        }
    }

    private static void serviceRanges(Fields spec, ListValue ranges) {
        if (ranges.isEmpty()) {
            spec.errors.required(spec.at("cidrs"), "at least one CIDR required");
            return;
        }
        if (ranges.size() > 2) {
            spec.errors.invalid(spec.at("cidrs"), spec.map, "may only hold up to 2 values");
            return;
        }
        List<Boolean> families = new ArrayList<>();
        spec.eachText("cidrs", (range, path) -> {
            Addresses.checkNewCidr(path, range, spec.errors);
            if (Addresses.isCidr(range)) {
                families.add(range.contains(":"));
            }
        });
        if (families.size() == 2 && families.get(0).equals(families.get(1))) {
            spec.invalid(
                    "cidrs",
                    "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64");
        }
    }
}
