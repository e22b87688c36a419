package dev.proa.server.resource.network;

import dev.proa.api.value.MapValue;
import dev.proa.server.store.Change;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.strategy.Uids;
import java.security.SecureRandom;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The ranges from which services get their cluster addresses (IPv4) and node ports (30000-32767). What is allocated is in the store: an
 * {@code IPAddress} for each address, as of Kubernetes 1.33, and {@link NodePorts}. Safe for any thread.
 */
public final class ServiceRanges {
    /** The resource of {@code IPAddress} objects. */
    static final String ADDRESSES = "ipaddresses.networking.k8s.io";

    private static final MapValue LABELS = MapValue.of(
            "ipaddress.kubernetes.io/ip-family", "IPv4", "ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io");

    private final String cidr;
    private final int base;
    private final int size;
    private final BandedRange addresses;
    private final BandedRange ports;
    private final RandomGenerator random;

    /** With UIDs from the machine's secure random numbers. */
    public ServiceRanges(String cidr) {
        this(cidr, new SecureRandom());
    }

    /**
     * @param cidr as in {@code 10.96.0.0/16}; prefix lengths from 12 to 30
     * @param random for the UIDs of {@code IPAddress} objects; must be safe for any thread
     */
    public ServiceRanges(String cidr, RandomGenerator random) {
        int slash = cidr.indexOf('/');
        int prefix = slash < 0 ? -1 : Integer.parseInt(cidr, slash + 1, cidr.length(), 10);
        Integer network = slash < 0 ? null : parse(cidr.substring(0, slash));
        if (network == null || prefix < 12 || prefix > 30) {
            throw new IllegalArgumentException(
                    "service range " + cidr + " is not an IPv4 range with a prefix length from 12 to 30");
        }
        this.cidr = cidr;
        this.base = network & -1 << 32 - prefix;
        this.size = 1 << 32 - prefix;
        this.random = random;
        // Neither the network's own address nor that of its broadcast is given out.
        this.addresses = new BandedRange(1, size - 1, size <= 16 ? 1 : Math.min(256, Math.max(16, size / 16)));
        int all = NodePorts.LAST - NodePorts.FIRST + 1;
        this.ports = new BandedRange(0, all, all / 32);
    }

    /** The range of cluster addresses. */
    public String cidr() {
        return cidr;
    }

    /** Parses an IPv4 address as a number; null when it is not one. */
    static @Nullable Integer parse(String text) {
        int address = 0;
        int part = -1;
        int parts = 1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' && part >= 0 && parts < 4) {
                address = address << 8 | part;
                part = -1;
                parts++;
            } else if (c >= '0' && c <= '9' && part != 0) {
                part = Math.max(part, 0) * 10 + c - '0';
                if (part > 255) {
                    return null;
                }
            } else {
                return null;
            }
        }
        return parts == 4 && part >= 0 ? address << 8 | part : null;
    }

    private static String format(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "." + (address & 255);
    }

    boolean contains(String ip) {
        Integer address = parse(ip);
        return address != null && address - base >= 0 && address - base < size;
    }

    private int offset(String ip) {
        Integer address = parse(ip);
        return address == null ? -1 : address - base;
    }

    /** Where the {@code IPAddress} of an address is stored. */
    static Key key(String ip) {
        return new Key(ADDRESSES, "", ip);
    }

    RandomGenerator random() {
        return random;
    }

    /** An address that is free, or null when none is. */
    @Nullable
    String freeAddress(Snapshot snapshot) {
        int offset = addresses.free(number -> snapshot.get(key(format(base + number))) != null);
        return offset < 0 ? null : format(base + offset);
    }

    /** What is wrong with the wish for an address; null when nothing is. */
    @Nullable
    String whyNot(String ip, Snapshot snapshot) {
        if (!contains(ip) || offset(ip) == 0 || offset(ip) == size - 1) {
            return "the provided network does not match the current range";
        }
        return snapshot.get(key(ip)) == null ? null : "provided IP is already allocated";
    }

    /** A node port that is free and none of {@code mine}, or -1 when none is. */
    long freePort(Snapshot snapshot, Collection<Long> mine) {
        BitSet taken = NodePorts.allocated(snapshot);
        mine.stream().filter(NodePorts::contains).forEach(port -> taken.set((int) (port - NodePorts.FIRST)));
        int offset = ports.free(taken::get);
        return offset < 0 ? -1 : NodePorts.FIRST + offset;
    }

    /** Adds the changes that allocate addresses to a service. */
    void allocate(Key service, MapValue value, Collection<String> ips, List<Change> changes) {
        for (String ip : ips) {
            if (contains(ip)) {
                String created = value.map("metadata").string("creationTimestamp");
                changes.add(new Change.Create(key(ip), address(service, ip, created)));
            }
        }
    }

    /** The {@code IPAddress} object of an address of a service. */
    MapValue address(Key service, String ip, String created) {
        return MapValue.of(
                "apiVersion",
                "networking.k8s.io/v1",
                "kind",
                "IPAddress",
                "metadata",
                MapValue.of("creationTimestamp", created, "labels", LABELS, "name", ip, "uid", Uids.random(random)),
                "spec",
                MapValue.of("parentRef", parent(service)));
    }

    private static MapValue parent(Key service) {
        return MapValue.of("name", service.name(), "namespace", service.namespace(), "resource", "services");
    }

    /** Adds the changes that release addresses of a service: those that are its own. */
    void release(Key service, Collection<String> ips, List<Change> changes) {
        for (String ip : ips) {
            changes.add(new Change.Compute(
                    key(ip), address -> address == null || belongsTo(address, service) ? null : address));
        }
    }

    /** Whether an {@code IPAddress} is that of a service. */
    static boolean belongsTo(MapValue address, Key service) {
        return address.map("spec").map("parentRef").equals(parent(service));
    }

    /** Whether an {@code IPAddress} was made by the allocator, as its labels say. */
    static boolean isManaged(MapValue address) {
        return address.map("metadata")
                .map("labels")
                .string("ipaddress.kubernetes.io/managed-by")
                .equals("ipallocator.k8s.io");
    }
}
