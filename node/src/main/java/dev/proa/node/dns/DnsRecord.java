package dev.proa.node.dns;

import java.net.Inet4Address;
import java.util.Arrays;

/**
 * A resource record of class IN.
 *
 * @param ttl seconds for which a client may keep it
 */
public record DnsRecord(String name, int ttl, Data data) {

    /** The data of a record. */
    public sealed interface Data {
        /** The number of the record's type, of RFC 1035 and others. */
        int type();
    }

    /** An IPv4 address (A). */
    public record Address(Inet4Address address) implements Data {
        @Override
        public int type() {
            return DnsType.A;
        }
    }

    /** An alias (CNAME). */
    public record Alias(String target) implements Data {
        @Override
        public int type() {
            return DnsType.CNAME;
        }
    }

    /** The name of an address (PTR). */
    public record Pointer(String target) implements Data {
        @Override
        public int type() {
            return DnsType.PTR;
        }
    }

    /** A name server (NS). */
    public record NameServer(String target) implements Data {
        @Override
        public int type() {
            return DnsType.NS;
        }
    }

    /** The host and port of a service (SRV, RFC 2782). */
    public record Location(int priority, int weight, int port, String target) implements Data {
        @Override
        public int type() {
            return DnsType.SRV;
        }
    }

    /** A text of at most 255 bytes (TXT). */
    public record Text(String text) implements Data {
        @Override
        public int type() {
            return DnsType.TXT;
        }
    }

    /** The start of authority (SOA); {@code minimum} is for how many seconds a negative answer may be cached. */
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
