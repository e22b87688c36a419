package dev.proa.server.resource;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cluster addresses and node ports that are allocated to services: IPv4 addresses of one range, and ports 30000-32767. Safe for any
 * thread.
 */
public final class ServiceRanges {
    static final int FIRST_PORT = 30_000;
    static final int LAST_PORT = 32_767;

    private final String cidr;
    private final int base;
    private final int size;
    private final BitmapAllocator addresses;
    private final BitmapAllocator ports;

    /** @param cidr as in {@code 10.96.0.0/16}; prefix lengths from 12 to 30 */
    public ServiceRanges(String cidr) {
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
        // Neither the network's own address nor that of its broadcast is given out.
        this.addresses = new BitmapAllocator(size - 1, size <= 16 ? 1 : Math.min(256, Math.max(16, size / 16)));
        addresses.allocate(0);
        this.ports = new BitmapAllocator(LAST_PORT - FIRST_PORT + 1, (LAST_PORT - FIRST_PORT + 1) / 32);
    }

    /** The range of cluster addresses. */
    public String cidr() {
        return cidr;
    }

    /** The address of IPv4 {@code text} as a number, or null when it is none. */
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

    /** Marks what a stored service has, when the server starts. */
    void mark(List<String> ips, List<Long> nodePorts) {
        for (String ip : ips) {
            if (contains(ip)) {
                addresses.allocate(offset(ip));
            }
        }
        for (long port : nodePorts) {
            if (isNodePort(port)) {
                ports.allocate((int) port - FIRST_PORT);
            }
        }
    }

    void release(List<String> ips, List<Long> nodePorts) {
        for (String ip : ips) {
            if (contains(ip)) {
                addresses.release(offset(ip));
            }
        }
        for (long port : nodePorts) {
            if (isNodePort(port)) {
                ports.release((int) port - FIRST_PORT);
            }
        }
    }

    static boolean isNodePort(long port) {
        return port >= FIRST_PORT && port <= LAST_PORT;
    }

    /** What one write allocates; all of it goes back unless {@link #commit} is called. For one thread. */
    final class Transaction {
        private final List<String> ips = new ArrayList<>();
        private final List<Long> nodePorts = new ArrayList<>();
        private boolean committed;

        /** An address that is free, or null when none is. */
        @Nullable
        String anyAddress() {
            int offset = addresses.allocateNext();
            if (offset < 0) {
                return null;
            }
            String ip = format(base + offset);
            ips.add(ip);
            return ip;
        }

        /** Takes an address by name; says what is wrong, or null. */
        @Nullable
        String address(String ip) {
            if (!contains(ip) || offset(ip) == 0 || offset(ip) == size - 1) {
                return "the provided network does not match the current range";
            }
            if (!addresses.allocate(offset(ip))) {
                return "provided IP is already allocated";
            }
            ips.add(ip);
            return null;
        }

        /** A port that is free, or -1 when none is. */
        long anyPort() {
            int offset = ports.allocateNext();
            if (offset < 0) {
                return -1;
            }
            nodePorts.add((long) FIRST_PORT + offset);
            return FIRST_PORT + offset;
        }

        /** Takes a port by number; says what is wrong, or null. */
        @Nullable
        String port(long port) {
            if (!isNodePort(port)) {
                return "provided port is not in the valid range. The range of valid ports is " + FIRST_PORT + "-"
                        + LAST_PORT;
            }
            if (!ports.allocate((int) port - FIRST_PORT)) {
                return "provided port is already allocated";
            }
            nodePorts.add(port);
            return null;
        }

        void commit() {
            committed = true;
        }

        void close() {
            if (!committed) {
                release(ips, nodePorts);
                ips.clear();
                nodePorts.clear();
            }
        }
    }
}
