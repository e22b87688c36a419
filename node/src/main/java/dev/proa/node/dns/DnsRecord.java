package dev.proa.node.dns;

import java.net.Inet4Address;
import java.util.Arrays;

/**
 * A resource record of class IN.
 *
 * @param ttl seconds for which a client may keep it
 */
public record DnsRecord(String name, int ttl, Data data) {

    /** What a record says. */
    public sealed interface Data {
        /** The number of the record's type, of RFC 1035 and others. */
        int type();
    }

    /** An IPv4 address. */
    public record Address(Inet4Address address) implements Data {
        @Override
        public int type() {
            return DnsType.A;
        }
    }

    /** Another name for the same. */
    public record Alias(String target) implements Data {
        @Override
        public int type() {
            return DnsType.CNAME;
        }
    }

    /** The name of an address. */
    public record Pointer(String target) implements Data {
        @Override
        public int type() {
            return DnsType.PTR;
        }
    }

    /** A server of names. */
    public record NameServer(String target) implements Data {
        @Override
        public int type() {
            return DnsType.NS;
        }
    }

    /** Where a service listens, of RFC 2782. */
    public record Location(int priority, int weight, int port, String target) implements Data {
        @Override
        public int type() {
            return DnsType.SRV;
        }
    }

    /** One text of at most 255 bytes. */
    public record Text(String text) implements Data {
        @Override
        public int type() {
            return DnsType.TXT;
        }
    }

    /** The start of authority: who is responsible, and in {@code minimum} for how many seconds "no such name" holds. */
    public record Authority(String server, String mailbox, int serial, int refresh, int retry, int expire, int minimum)
            implements Data {
        @Override
        public int type() {
            return DnsType.SOA;
        }
    }

    /** A record of a type that is passed on as it is. */
    @SuppressWarnings("ArrayRecordComponent") // equals and hashCode look into it
    public record Opaque(int type, byte[] bytes) implements Data {
        @Override
        public boolean equals(Object other) {
            return other instanceof Opaque(int otherType, byte[] otherBytes)
                    && type == otherType
                    && Arrays.equals(bytes, otherBytes);
        }

        @Override
        public int hashCode() {
            return 31 * type + Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "Opaque[type=" + type + ", " + bytes.length + " bytes]";
        }
    }
}
