package dev.proa.node.dns;

import dev.proa.api.value.MapValue;
import dev.proa.node.dns.DnsRecord.Address;
import dev.proa.node.network.Cidr;
import java.net.Inet4Address;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All names of a cluster at one moment, of the Kubernetes DNS-Based Service Discovery specification 1.1.0. Immutable.
 *
 * <table>
 * <caption>Names, below the domain of the cluster</caption>
 * <tr><td>SERVICE.NAMESPACE.svc</td><td>A: the cluster address, or of a headless service those of its ready endpoints; CNAME of
 * an external name; SRV of all ports</td></tr>
 * <tr><td>_PORT._PROTOCOL.SERVICE.NAMESPACE.svc</td><td>SRV</td></tr>
 * <tr><td>HOSTNAME.SERVICE.NAMESPACE.svc</td><td>A: an endpoint; one without a host name has its address with hyphens for
 * dots</td></tr>
 * <tr><td>1-2-3-4.NAMESPACE.pod</td><td>A: 1.2.3.4</td></tr>
 * <tr><td>4.3.2.1.in-addr.arpa</td><td>PTR: the service or endpoint with the address 1.2.3.4</td></tr>
 * <tr><td>dns-version</td><td>TXT: 1.1.0</td></tr>
 * </table>
 */
public final class ClusterZone {
    /** Seconds for which clients may keep an answer; CoreDNS has the same. */
    public static final int TTL = 5;

    private static final String REVERSE = "in-addr.arpa";

    private final String domain;
    private final List<Cidr> ranges;
    private final Map<String, List<DnsRecord>> records;
    private final Set<String> names;
    private final DnsRecord authority;

    /** The outcome of a lookup. */
    public sealed interface Answer {
        /** Records of the requested type, or a CNAME; and additional records that save the client a query. */
        record Found(List<DnsRecord> records, List<DnsRecord> additional) implements Answer {}

        /** The name exists, but has nothing of this type. */
        record Nothing() implements Answer {}

        /** There is no such name. */
        record NoSuchName() implements Answer {}

        /** The name is outside the zone. */
        record NotHere() implements Answer {}
    }

    ClusterZone(String domain, List<Cidr> ranges, Map<String, List<DnsRecord>> records, int serial) {
        this.domain = domain;
        this.ranges = List.copyOf(ranges);
        this.records = records;
        this.names = withParents(records.keySet(), domain);
        this.authority = new DnsRecord(
                domain,
                TTL,
                new DnsRecord.Authority("ns.dns." + domain, "hostmaster." + domain, serial, 7200, 1800, 86_400, TTL));
    }

    /**
     * The zone that Service and EndpointSlice objects describe. Lenient: objects that cannot be read are ignored.
     *
     * @param domain of the cluster: {@code cluster.local}
     * @param ranges of pods and services, whose reverse names belong to the cluster
     * @param server the address of the DNS service
     * @param services objects of {@code v1} Service
     * @param slices objects of {@code discovery.k8s.io/v1} EndpointSlice
     * @param serial a number that grows with each change
     */
    public static ClusterZone of(
            String domain,
            List<Cidr> ranges,
            Inet4Address server,
            Collection<MapValue> services,
            Collection<MapValue> slices,
            int serial) {
        return new ZoneReader(domain, server).read(services, slices, ranges, serial);
    }

    /** A zone without any service. */
    public static ClusterZone empty(String domain) {
        return new ClusterZone(domain, List.of(), new HashMap<>(), 0);
    }

    /** The domain of the cluster. */
    public String domain() {
        return domain;
    }

    /** The zone's SOA record, which accompanies negative answers. */
    public DnsRecord authority() {
        return authority;
    }

    /**
     * Looks up a name.
     *
     * @param name in lower case, without the closing dot
     * @param type of {@link DnsType}
     */
    public Answer find(String name, int type) {
        List<DnsRecord> known = records.get(name);
        if (known != null) {
            return known(known, name, type);
        }
        if (name.endsWith("." + REVERSE)) {
            return reverse(name);
        }
        if (!name.equals(domain) && !name.endsWith("." + domain)) {
            return new Answer.NotHere();
        }
        if (name.equals(domain) && type == DnsType.SOA) {
            return new Answer.Found(List.of(authority), List.of());
        }
        Inet4Address pod = podAddress(name);
        if (pod != null) {
            return type == DnsType.A || type == DnsType.ANY
                    ? new Answer.Found(List.of(new DnsRecord(name, TTL, new Address(pod))), List.of())
                    : new Answer.Nothing();
        }
        return names.contains(name) ? new Answer.Nothing() : new Answer.NoSuchName();
    }

    private Answer known(List<DnsRecord> known, String name, int type) {
        List<DnsRecord> found = known.stream()
                .filter(r -> r.data().type() == type
                        || type == DnsType.ANY
                        || r.data().type() == DnsType.CNAME)
                .toList();
        if (name.equals(domain) && type == DnsType.SOA) {
            found = List.of(authority);
        }
        if (found.isEmpty()) {
            return new Answer.Nothing();
        }
        Set<DnsRecord> additional = new java.util.LinkedHashSet<>();
        for (DnsRecord record : found) {
            String target = switch (record.data()) {
                case DnsRecord.Location location -> location.target();
                case DnsRecord.NameServer server -> server.target();
                default -> "";
            };
            for (DnsRecord more : records.getOrDefault(target, List.of())) {
                if (more.data() instanceof Address) {
                    additional.add(more);
                }
            }
        }
        return new Answer.Found(found, List.copyOf(additional));
    }

    private Answer reverse(String name) {
        Inet4Address address = reverseAddress(name);
        if (address == null) {
            return new Answer.NotHere();
        }
        return ranges.stream().anyMatch(range -> range.contains(address))
                ? new Answer.NoSuchName()
                : new Answer.NotHere();
    }

    /** {@code 4.3.2.1.in-addr.arpa} for 1.2.3.4. */
    static String reverseName(Inet4Address address) {
        byte[] b = address.getAddress();
        return (b[3] & 0xff) + "." + (b[2] & 0xff) + "." + (b[1] & 0xff) + "." + (b[0] & 0xff) + "." + REVERSE;
    }

    private static @Nullable Inet4Address reverseAddress(String name) {
        String[] labels = name.split("\\.", -1);
        return labels.length == 6 ? address(labels[3] + "." + labels[2] + "." + labels[1] + "." + labels[0]) : null;
    }

    /** {@code 1-2-3-4.NAMESPACE.pod.DOMAIN}; whether such a pod exists is not checked, as with CoreDNS by default. */
    private @Nullable Inet4Address podAddress(String name) {
        String end = ".pod." + domain;
        if (!name.endsWith(end)) {
            return null;
        }
        String[] labels = name.substring(0, name.length() - end.length()).split("\\.", -1);
        return labels.length == 2 && !labels[1].isEmpty() ? address(labels[0].replace('-', '.')) : null;
    }

    static @Nullable Inet4Address address(String text) {
        if (text.isEmpty() || text.length() > 15 || !Character.isDigit(text.charAt(0))) {
            return null;
        }
        int dots = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.') {
                dots++;
            } else if (c < '0' || c > '9') {
                return null;
            }
        }
        if (dots != 3) {
            return null;
        }
        try {
            return Inet4Address.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** A name exists when a name below it does. */
    private static Set<String> withParents(Set<String> names, String domain) {
        Set<String> all = new HashSet<>();
        all.add(domain);
        all.add("svc." + domain);
        all.add("pod." + domain);
        for (String name : names) {
            String rest = name;
            while (rest.endsWith("." + domain) && all.add(rest)) {
                rest = rest.substring(rest.indexOf('.') + 1);
            }
        }
        return all;
    }
}
