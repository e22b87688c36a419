package dev.proa.server.resource.network;

import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Addresses;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Metadata;
import dev.proa.server.validation.NameRule;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates services. */
final class ServiceValidation {
    private static final Path SPEC = Path.of("spec");
    private static final String ONCE = "may not change once set";
    private static final String NOT_EXTERNAL = "may not be set for ExternalName services";
    private static final String LOAD_BALANCER_ONLY = "may only be used when `type` is 'LoadBalancer'";

    private ServiceValidation() {}

    static void service(MapValue service, @Nullable MapValue oldService, Errors errors) {
        MapValue spec = service.map("spec");
        MapValue old = oldService == null ? null : oldService.map("spec");
        if (old != null) {
            changedAddresses(spec, old, errors);
            changedFamilies(spec, old, errors);
            if (isLoadBalancer(spec)
                    && isLoadBalancer(old)
                    && !Values.same(spec.get("loadBalancerClass"), old.get("loadBalancerClass"))) {
                errors.invalid(SPEC.child("loadBalancerClass"), spec.get("loadBalancerClass"), ONCE);
            }
            loadBalancerClass(spec, errors); // Kubernetes checks the one of a changed service twice
            if (Services.needsHealthCheck(spec)
                    && Services.needsHealthCheck(old)
                    && !Values.same(spec.get("healthCheckNodePort"), old.get("healthCheckNodePort"))) {
                errors.forbidden(SPEC.child("healthCheckNodePort"), "field is immutable");
            }
        }
        typeSpecific(spec, errors);
        ports(spec, errors);
        Metadata.labels(spec.map("selector"), SPEC.child("selector"), errors);
        sessionAffinity(spec, errors);
        clusterAddresses(spec, old, errors);
        ListValue externalIps = spec.list("externalIPs");
        for (int i = 0; i < externalIps.size(); i++) {
            if (externalIps.get(i) instanceof String ip
                    && (old == null || !old.list("externalIPs").contains(ip))) {
                Path path = SPEC.child("externalIPs").index(i);
                int before = errors.size();
                Addresses.check(path, ip, errors);
                if (errors.size() == before) {
                    Addresses.checkEndpoint(path, ip, errors);
                }
            }
        }
        errors.oneOf(SPEC.child("type"), spec.string("type"), "ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        nodePorts(spec, errors);
        loadBalancer(spec, errors);
        trafficPolicies(spec, errors);
    }

    private static boolean isLoadBalancer(MapValue spec) {
        return spec.string("type").equals("LoadBalancer");
    }

    private static boolean isHeadless(MapValue spec) {
        return spec.list("clusterIPs").size() == 1
                && "None".equals(spec.list("clusterIPs").get(0));
    }

    private static void typeSpecific(MapValue spec, Errors errors) {
        String type = spec.string("type");
        if (spec.list("ports").isEmpty() && !isHeadless(spec) && !type.equals("ExternalName")) {
            errors.required(SPEC.child("ports"), "");
        }
        if ((type.equals("LoadBalancer") || type.equals("NodePort")) && isHeadless(spec)) {
            errors.invalid(
                    SPEC.child("clusterIPs").index(0), "None", "may not be set to 'None' for " + type + " services");
        }
        if (!type.equals("ExternalName")) {
            return;
        }
        if (!spec.list("clusterIPs").isEmpty()) {
            errors.forbidden(SPEC.child("clusterIPs"), NOT_EXTERNAL);
        }
        if (!spec.list("ipFamilies").isEmpty()) {
            errors.forbidden(SPEC.child("ipFamilies"), NOT_EXTERNAL);
        }
        if (spec.get("ipFamilyPolicy") != null) {
            errors.forbidden(SPEC.child("ipFamilyPolicy"), NOT_EXTERNAL);
        }
        String name = spec.string("externalName");
        name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        if (name.isEmpty()) {
            errors.required(SPEC.child("externalName"), "");
        } else {
            errors.invalid(SPEC.child("externalName"), name, Formats.dnsSubdomain(name));
        }
    }

    private static void ports(MapValue spec, Errors errors) {
        ListValue ports = spec.list("ports");
        Set<String> names = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            MapValue port = ports.map(i);
            Path path = SPEC.child("ports").index(i);
            String name = port.string("name");
            if (name.isEmpty()) {
                if (ports.size() > 1) {
                    errors.required(path.child("name"), "");
                }
            } else {
                errors.invalid(path.child("name"), name, Formats.dnsLabel(name));
                if (!names.add(name)) {
                    errors.duplicate(path.child("name"), name);
                }
            }
            long number = port.integer("port", 0);
            errors.invalid(path.child("port"), number, Formats.portNumber(number));
            if (port.string("protocol").isEmpty()) {
                errors.required(path.child("protocol"), "");
            } else {
                errors.oneOf(path.child("protocol"), port.string("protocol"), "SCTP", "TCP", "UDP");
            }
            Formats.portNumberOrName(path.child("targetPort"), port.get("targetPort"), errors);
            if (port.get("appProtocol") instanceof String protocol) {
                errors.invalid(path.child("appProtocol"), protocol, Formats.qualifiedName(protocol));
            }
        }
    }

    private static void sessionAffinity(MapValue spec, Errors errors) {
        String affinity = spec.string("sessionAffinity");
        if (affinity.isEmpty()) {
            errors.required(SPEC.child("sessionAffinity"), "");
        } else {
            errors.oneOf(SPEC.child("sessionAffinity"), affinity, "ClientIP", "None");
        }
        Path config = SPEC.child("sessionAffinityConfig");
        if (affinity.equals("None") && spec.get("sessionAffinityConfig") != null) {
            errors.forbidden(config, "must not be set when session affinity is None");
        }
        if (affinity.equals("ClientIP")
                && spec.at("sessionAffinityConfig", "clientIP", "timeoutSeconds") instanceof Long timeout
                && (timeout <= 0 || timeout > 86400)) {
            errors.invalid(
                    config.child("clientIP").child("timeoutSeconds"),
                    timeout,
                    "must be greater than 0 and less than 86400");
        }
    }

    /** Validates {@code clusterIP}, {@code clusterIPs} and the IP family fields, which depend on each other. */
    static void clusterAddresses(MapValue spec, @Nullable MapValue old, Errors errors) {
        if (Services.isExternalName(spec)) {
            return;
        }
        Path ipsPath = SPEC.child("clusterIPs");
        String ip = spec.string("clusterIP");
        ListValue ips = spec.list("clusterIPs");
        if (ip.isEmpty()) {
            if (!ips.isEmpty()) {
                errors.invalid(ipsPath, ips, "must be empty when `clusterIP` is not specified");
            }
        } else if (ips.isEmpty()) {
            errors.required(ipsPath, "");
        } else if (!ip.equals(ips.get(0))) {
            errors.invalid(ipsPath, ips, "first value must match `clusterIP`");
        }
        ListValue families = spec.list("ipFamilies");
        Set<Object> seen = new HashSet<>();
        for (int i = 0; i < families.size(); i++) {
            Path path = SPEC.child("ipFamilies").index(i);
            errors.oneOf(path, families.get(i), "IPv4", "IPv6");
            if (families.get(i) instanceof String family && !seen.add(family)) {
                errors.duplicate(path, family);
            }
        }
        if (spec.get("ipFamilyPolicy") != null) {
            errors.oneOf(
                    SPEC.child("ipFamilyPolicy"),
                    spec.get("ipFamilyPolicy"),
                    "PreferDualStack",
                    "RequireDualStack",
                    "SingleStack");
        }
        boolean wellFormed = true;
        for (int i = 0; i < ips.size(); i++) {
            String value = String.valueOf(ips.get(i));
            if (i == 0 && value.equals("None")) {
                if (ips.size() > 1) {
                    wellFormed = false;
                    errors.invalid(ipsPath, ips, "'None' must be the first and only value");
                }
            } else if (old == null || !old.list("clusterIPs").contains(value)) {
                int before = errors.size();
                Addresses.check(ipsPath.index(i), value, errors);
                wellFormed &= errors.size() == before;
            }
        }
        if (ips.size() > 2) {
            errors.invalid(ipsPath, ips, "may only hold up to 2 values");
        }
        if (!wellFormed || isHeadless(spec)) {
            return;
        }
        if (ips.size() > 1
                && Addresses.isIpv4(String.valueOf(ips.get(0))) == Addresses.isIpv4(String.valueOf(ips.get(1)))) {
            errors.invalid(ipsPath, ips, "may specify no more than one IP for each IP family");
        }
        for (int i = 0; i < Math.min(ips.size(), families.size()); i++) {
            boolean v4 = Addresses.isIpv4(String.valueOf(ips.get(i)));
            if ("IPv4".equals(families.get(i)) && !v4 || "IPv6".equals(families.get(i)) && v4) {
                errors.invalid(
                        ipsPath.index(i),
                        ips.get(i),
                        "expected an " + families.get(i) + " value as indicated by `ipFamilies[" + i + "]`");
            }
        }
    }

    private static void changedAddresses(MapValue spec, MapValue old, Errors errors) {
        if (Services.isExternalName(spec) || Services.isExternalName(old) || isHeadless(spec) && isHeadless(old)) {
            return;
        }
        ListValue ips = spec.list("clusterIPs");
        ListValue before = old.list("clusterIPs");
        Path path = SPEC.child("clusterIPs");
        if (before.size() == ips.size()) {
            for (int i = 0; i < ips.size(); i++) {
                if (!Values.same(ips.get(i), before.get(i))) {
                    errors.invalid(path.index(i), ips, ONCE);
                }
            }
            return;
        }
        if (ips.isEmpty()) {
            errors.invalid(path.index(0), null, "primary clusterIP can not be unset");
        } else if (!before.isEmpty() && !Values.same(ips.get(0), before.get(0))) {
            errors.invalid(path.index(0), ips, ONCE);
        }
        if (before.size() > ips.size()
                && ips.size() == 1
                && !spec.string("ipFamilyPolicy").equals("SingleStack")) {
            errors.invalid(
                    SPEC.child("ipFamilyPolicy"),
                    spec.get("ipFamilyPolicy"),
                    "must be set to 'SingleStack' when releasing the secondary clusterIP");
        }
    }

    private static void changedFamilies(MapValue spec, MapValue old, Errors errors) {
        if (Services.isExternalName(spec) || Services.isExternalName(old) || isHeadless(spec) || isHeadless(old)) {
            return;
        }
        ListValue families = spec.list("ipFamilies");
        ListValue before = old.list("ipFamilies");
        Path path = SPEC.child("ipFamilies").index(0);
        if (families.isEmpty() && !before.isEmpty()) {
            errors.invalid(path, null, "primary ipFamily can not be unset");
        } else if (!before.isEmpty() && !families.isEmpty() && !Values.same(families.get(0), before.get(0))) {
            errors.invalid(path, families, ONCE);
        }
    }

    private static void nodePorts(MapValue spec, Errors errors) {
        ListValue ports = spec.list("ports");
        boolean clusterIp = spec.string("type").equals("ClusterIP");
        Set<String> nodePorts = new HashSet<>();
        Set<String> numbers = new HashSet<>();
        for (int i = 0; i < ports.size() && clusterIp; i++) {
            if (ports.map(i).integer("nodePort", 0) != 0) {
                errors.forbidden(
                        SPEC.child("ports").index(i).child("nodePort"), "may not be used when `type` is 'ClusterIP'");
            }
        }
        for (int i = 0; i < ports.size(); i++) {
            MapValue port = ports.map(i);
            long nodePort = port.integer("nodePort", 0);
            if (nodePort != 0 && !nodePorts.add(port.string("protocol") + nodePort)) {
                errors.duplicate(SPEC.child("ports").index(i).child("nodePort"), nodePort);
            }
        }
        for (int i = 0; i < ports.size(); i++) {
            MapValue port = ports.map(i);
            long number = port.integer("port", 0);
            if (!numbers.add(port.string("protocol") + number)) {
                errors.add(new FieldError(
                        "FieldValueDuplicate",
                        SPEC.child("ports").index(i).toString(),
                        "Duplicate value: " + portKey(port.string("protocol"), number)));
            }
        }
    }

    /** A duplicate port as Kubernetes' error shows it: its internal struct, mostly empty. */
    private static String portKey(String protocol, long port) {
        return "{\"Name\":\"\",\"Protocol\":\"" + protocol + "\",\"AppProtocol\":null,\"Port\":" + port
                + ",\"TargetPort\":0,\"NodePort\":0}";
    }

    private static void loadBalancer(MapValue spec, Errors errors) {
        boolean loadBalancer = isLoadBalancer(spec);
        ListValue ranges = spec.list("loadBalancerSourceRanges");
        Path rangesPath = SPEC.child("LoadBalancerSourceRanges");
        if (!ranges.isEmpty() && !loadBalancer) {
            errors.forbidden(rangesPath, LOAD_BALANCER_ONLY);
        }
        for (int i = 0; i < ranges.size(); i++) {
            Addresses.checkCidr(
                    rangesPath.index(i), String.valueOf(ranges.get(i)).strip(), errors);
        }
        if (spec.get("allocateLoadBalancerNodePorts") != null && !loadBalancer) {
            errors.forbidden(SPEC.child("allocateLoadBalancerNodePorts"), LOAD_BALANCER_ONLY);
        }
        loadBalancerClass(spec, errors);
    }

    private static void loadBalancerClass(MapValue spec, Errors errors) {
        if (spec.get("loadBalancerClass") instanceof String name) {
            if (isLoadBalancer(spec)) {
                errors.invalid(SPEC.child("loadBalancerClass"), name, Formats.qualifiedName(name));
            } else {
                errors.forbidden(SPEC.child("loadBalancerClass"), LOAD_BALANCER_ONLY);
            }
        }
    }

    private static void trafficPolicies(MapValue spec, Errors errors) {
        Path external = SPEC.child("externalTrafficPolicy");
        String policy = spec.string("externalTrafficPolicy");
        if (!Services.isExternallyAccessible(spec)) {
            if (!policy.isEmpty()) {
                errors.invalid(external, policy, "may only be set for externally-accessible services");
            }
        } else if (policy.isEmpty()) {
            errors.required(external, "");
        } else {
            errors.oneOf(external, policy, "Cluster", "Local");
        }
        Path health = SPEC.child("healthCheckNodePort");
        long port = spec.integer("healthCheckNodePort", 0);
        if (Services.needsHealthCheck(spec)) {
            if (port == 0) {
                errors.required(health, "");
            } else {
                errors.invalid(health, port, Formats.portNumber(port));
            }
        } else if (port != 0) {
            errors.invalid(
                    health,
                    port,
                    "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        }
        if (spec.get("internalTrafficPolicy") != null) {
            errors.oneOf(SPEC.child("internalTrafficPolicy"), spec.get("internalTrafficPolicy"), "Cluster", "Local");
        } else if (!Services.isExternalName(spec)) {
            errors.required(SPEC.child("internalTrafficPolicy"), "");
        }
        if (spec.get("trafficDistribution") != null) {
            errors.oneOf(
                    SPEC.child("trafficDistribution"),
                    spec.get("trafficDistribution"),
                    "PreferClose",
                    "PreferSameZone",
                    "PreferSameNode");
        }
    }

    static void status(MapValue service, @Nullable MapValue old, Errors errors) {
        ListValue ingress = service.map("status").map("loadBalancer").list("ingress");
        for (int i = 0; i < ingress.size(); i++) {
            Path at = Path.of("status").child("loadBalancer").child("ingress").index(i);
            String ip = ingress.map(i).string("ip");
            if (!ip.isEmpty()) {
                Addresses.check(at.child("ip"), ip, errors);
            }
            String host = ingress.map(i).string("hostname");
            if (!host.isEmpty()) {
                errors.invalid(at.child("hostname"), host, NameRule.SUBDOMAIN.check(host, false));
            }
        }
    }
}
