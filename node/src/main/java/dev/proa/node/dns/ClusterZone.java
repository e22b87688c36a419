package dev.proa.node.dns;

import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import dev.proa.node.dns.DnsRecord.Address;
import dev.proa.node.dns.DnsRecord.NameServer;
import dev.proa.node.dns.DnsRecord.Text;
import dev.proa.node.network.Cidr;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The DNS names of a cluster, as the Kubernetes DNS-Based Service Discovery specification 1.1.0 has them. Changes service by
 * service: a lookup sees all records of a service from before or all from after a change. Thread-safe.
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

    private static final String SPECIFICATION = "1.1.0";
    private static final String REVERSE = "in-addr.arpa";

    private final String domain;
    private final List<Cidr> ranges;
    /** Names that no service has. */
    private final Map<String, List<DnsRecord>> fixed;

    private final Set<String> fixedParents;
    /** By {@code SERVICE.NAMESPACE}. */
    private final Map<String, ServiceRecords> services = new ConcurrentHashMap<>();
    /** How many services each namespace has. */
    private final Map<String, Integer> namespaces = new ConcurrentHashMap<>();

    private final Map<String, List<DnsRecord>> reverse = new ConcurrentHashMap<>();
    private int serial;
    private volatile DnsRecord authority;

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

    /**
     * A zone without services.
     *
     * @param domain of the cluster: {@code cluster.local}
     * @param ranges of pods and services, whose reverse names belong to the cluster
     * @param server the address of the DNS service
     */
    public ClusterZone(String domain, List<Cidr> ranges, Inet4Address server) {
        this(
                domain,
                ranges,
                Map.of(
                        "dns-version." + domain,
                        List.of(new DnsRecord("dns-version." + domain, TTL, new Text(SPECIFICATION))),
                        domain,
                        List.of(new DnsRecord(domain, TTL, new NameServer("ns.dns." + domain))),
                        "ns.dns." + domain,
                        List.of(new DnsRecord("ns.dns." + domain, TTL, new Address(server)))));
    }

    /** @param fixed the records that no service has */
    ClusterZone(String domain, List<Cidr> ranges, Map<String, List<DnsRecord>> fixed) {
        this.domain = domain;
        this.ranges = List.copyOf(ranges);
        this.fixed = Map.copyOf(fixed);
        this.fixedParents = Set.of("svc." + domain, "pod." + domain, "dns." + domain);
        this.authority = authority(0);
    }

    /**
     * Replaces the records of a service.
     *
     * @param service object of {@code v1} Service; null when there is none any more
     * @param slices its objects of {@code discovery.k8s.io/v1} EndpointSlice
     * @return how many records were made: none when the service has the same ones as before
     */
    public synchronized int update(ObjectKey key, @Nullable MapValue service, Collection<MapValue> slices) {
        String name = key.name() + "." + key.namespace();
        ServiceRecords after =
                service == null ? ServiceRecords.NONE : ServiceRecords.of(name + ".svc." + domain, service, slices);
        ServiceRecords before = services.getOrDefault(name, ServiceRecords.NONE);
        if (after.equals(before)) {
            return 0;
        }
        replaceReverse(before.reverse(), after.reverse());
        if (after.equals(ServiceRecords.NONE)) {
            services.remove(name);
            namespaces.computeIfPresent(key.namespace(), (namespace, count) -> count == 1 ? null : count - 1);
        } else if (services.put(name, after) == null) {
            namespaces.merge(key.namespace(), 1, Integer::sum);
        }
        authority = authority(++serial);
        return after.size();
    }

    /** Several services may have an address: their names are in order, so that it does not matter which came first. */
    private void replaceReverse(Map<String, List<DnsRecord>> before, Map<String, List<DnsRecord>> after) {
        before.forEach((name, records) -> reverse.computeIfPresent(name, (key, known) -> {
            List<DnsRecord> left = new ArrayList<>(known);
            left.removeAll(records);
            return left.isEmpty() ? null : List.copyOf(left);
        }));
        after.forEach((name, records) -> reverse.merge(
                name,
                List.copyOf(records),
                (known, more) -> Stream.concat(known.stream(), more.stream())
                        .sorted(Comparator.comparing(record -> record.data().toString()))
                        .toList()));
    }

    private DnsRecord authority(int number) {
        return new DnsRecord(
                domain,
                TTL,
                new DnsRecord.Authority("ns.dns." + domain, "hostmaster." + domain, number, 7200, 1800, 86_400, TTL));
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
        if (name.endsWith("." + REVERSE)) {
            List<DnsRecord> known = reverse.get(name);
            return known == null ? unknownAddress(name) : known(known, name, type);
        }
        if (!name.equals(domain) && !name.endsWith("." + domain)) {
            return new Answer.NotHere();
        }
        List<DnsRecord> known = records(name);
        if (!known.isEmpty()) {
            return known(known, name, type);
        }
        Inet4Address pod = podAddress(name);
        if (pod != null) {
            return type == DnsType.A || type == DnsType.ANY
                    ? new Answer.Found(List.of(new DnsRecord(name, TTL, new Address(pod))), List.of())
                    : new Answer.Nothing();
        }
        return isParent(name) ? new Answer.Nothing() : new Answer.NoSuchName();
    }

    /** The records of a name of the domain; empty for one that has none. */
    private List<DnsRecord> records(String name) {
        ServiceRecords service = service(name);
        return (service == null ? fixed : service.forward()).getOrDefault(name, List.of());
    }

    /** The service that a name is the name of, or is below; null for none. */
    private @Nullable ServiceRecords service(String name) {
        String end = ".svc." + domain;
        if (!name.endsWith(end)) {
            return null;
        }
        int last = name.length() - end.length();
        int namespace = name.lastIndexOf('.', last - 1);
        int service = namespace < 0 ? -1 : name.lastIndexOf('.', namespace - 1);
        return services.get(name.substring(service + 1, last));
    }

    /** A name exists when a name below it does. */
    private boolean isParent(String name) {
        ServiceRecords service = service(name);
        if (service != null) {
            return service.parents().contains(name);
        }
        String end = ".svc." + domain;
        return fixedParents.contains(name)
                || name.endsWith(end) && namespaces.containsKey(name.substring(0, name.length() - end.length()));
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
            for (DnsRecord more : records(target)) {
                if (more.data() instanceof Address) {
                    additional.add(more);
                }
            }
        }
        return new Answer.Found(found, List.copyOf(additional));
    }

    private Answer unknownAddress(String name) {
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
}
