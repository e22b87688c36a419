package dev.proa.node.dns;

import dev.proa.node.dns.DnsMessage.Edns;
import dev.proa.node.dns.DnsMessage.Question;
import dev.proa.node.dns.DnsRecord.Address;
import dev.proa.node.dns.DnsRecord.Alias;
import dev.proa.node.dns.DnsRecord.Authority;
import dev.proa.node.dns.DnsRecord.Data;
import dev.proa.node.dns.DnsRecord.Location;
import dev.proa.node.dns.DnsRecord.NameServer;
import dev.proa.node.dns.DnsRecord.Opaque;
import dev.proa.node.dns.DnsRecord.Pointer;
import dev.proa.node.dns.DnsRecord.Text;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The wire format of RFC 1035 with EDNS of RFC 6891. Pure. Labels are bytes; those that are not letters, digits, hyphens or
 * underscores are written as {@code \DDD}, so that a name is one text whatever is in it.
 */
public final class DnsCodec {
    private static final int HEADER = 12;
    private static final int MAX_NAME = 255;
    private static final int MAX_LABEL = 63;
    private static final int POINTER = 0xc0;
    /** The largest number of labels of a name. */
    private static final int MAX_POINTERS = MAX_NAME / 2;

    private DnsCodec() {}

    /** A malformed message. */
    public static final class FormatException extends Exception {
        private static final long serialVersionUID = 1;

        FormatException(String message) {
            super(message);
        }
    }

    /** Reads a message. @throws FormatException when it is cut off or breaks the format */
    public static DnsMessage decode(ByteBuffer message) throws FormatException {
        ByteBuffer in = message.slice();
        try {
            int id = u16(in);
            int flags = u16(in);
            int questions = u16(in);
            int answers = u16(in);
            int authorities = u16(in);
            int additional = u16(in);
            if (questions > 1) {
                throw new FormatException("more than one question");
            }
            Question question = questions == 0 ? null : new Question(name(in), u16(in), u16(in));
            List<DnsRecord> answerRecords = records(in, answers, null);
            List<DnsRecord> authorityRecords = records(in, authorities, null);
            List<Edns> edns = new ArrayList<>(1);
            List<DnsRecord> additionalRecords = records(in, additional, edns);
            return new DnsMessage(
                    id,
                    flags,
                    question,
                    answerRecords,
                    authorityRecords,
                    additionalRecords,
                    edns.isEmpty() ? null : edns.getFirst());
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new FormatException("cut off");
        }
    }

    /**
     * Writes a message.
     *
     * @param maxBytes what does not fit is left out, the last records first, and the message says that it is truncated
     */
    public static ByteBuffer encode(DnsMessage message, int maxBytes) {
        Writer out = new Writer(message.id(), message.flags(), maxBytes);
        Question question = message.question();
        if (question != null) {
            out.name(question.name());
            out.u16(question.type());
            out.u16(question.space());
        }
        int limit = maxBytes - (message.edns() == null ? 0 : 11);
        boolean whole = true;
        int answers = out.records(message.answers(), limit);
        whole &= answers == message.answers().size();
        int authorities = whole ? out.records(message.authorities(), limit) : 0;
        whole &= authorities == message.authorities().size();
        // Additional records are optional: a client that misses them sends another query.
        int additional = whole ? out.records(message.additional(), limit) : 0;
        Edns edns = message.edns();
        if (edns != null) {
            out.edns(edns);
            additional++;
        }
        return out.finish(question == null ? 0 : 1, answers, authorities, additional, !whole);
    }

    private static List<DnsRecord> records(ByteBuffer in, int count, @Nullable List<Edns> edns) throws FormatException {
        List<DnsRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = name(in);
            int type = u16(in);
            int space = u16(in);
            int ttl = in.getInt();
            int length = u16(in);
            int end = in.position() + length;
            if (end > in.limit()) {
                throw new FormatException("cut off");
            }
            if (type == DnsType.OPT && edns != null) {
                edns.add(new Edns(space, ttl >>> 24, ttl >>> 16 & 0xff, (ttl & 0x8000) != 0));
            } else {
                records.add(new DnsRecord(name.toLowerCase(Locale.ROOT), ttl, data(in, type, length)));
            }
            in.position(end);
        }
        return records;
    }

    private static Data data(ByteBuffer in, int type, int length) throws FormatException {
        return switch (type) {
            case DnsType.A -> length == 4 ? new Address(address(in)) : new Opaque(type, bytes(in, length));
            case DnsType.CNAME -> new Alias(key(in));
            case DnsType.PTR -> new Pointer(key(in));
            case DnsType.NS -> new NameServer(key(in));
            case DnsType.SRV -> new Location(u16(in), u16(in), u16(in), key(in));
            case DnsType.SOA ->
                new Authority(key(in), key(in), in.getInt(), in.getInt(), in.getInt(), in.getInt(), in.getInt());
            default -> new Opaque(type, bytes(in, length));
        };
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static Inet4Address address(ByteBuffer in) {
        try {
            return (Inet4Address) InetAddress.getByAddress(bytes(in, 4));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    private static String key(ByteBuffer in) throws FormatException {
        return name(in).toLowerCase(Locale.ROOT);
    }

    private static String name(ByteBuffer in) throws FormatException {
        StringBuilder name = new StringBuilder();
        int position = in.position();
        int after = -1;
        int total = 1;
        int pointers = 0;
        while (true) {
            int length = Byte.toUnsignedInt(in.get(position));
            if (length == 0) {
                in.position(after < 0 ? position + 1 : after);
                return name.toString();
            }
            if ((length & POINTER) == POINTER) {
                int target = (length & ~POINTER) << 8 | Byte.toUnsignedInt(in.get(position + 1));
                // Pointers must go backwards, so this ends.
                if (target >= position) {
                    throw new FormatException("a name points forward");
                }
                // And it ends soon: a long message has room for thousands of pointers, and for names that start with
                // the last.
                if (++pointers > MAX_POINTERS) {
                    throw new FormatException("a chain of pointers is too long");
                }
                after = after < 0 ? position + 2 : after;
                position = target;
                continue;
            }
            total += length + 1;
            if (length > MAX_LABEL || total > MAX_NAME) {
                throw new FormatException("a name is too long");
            }
            if (!name.isEmpty()) {
                name.append('.');
            }
            for (int i = 1; i <= length; i++) {
                append(name, Byte.toUnsignedInt(in.get(position + i)));
            }
            position += length + 1;
        }
    }

    private static void append(StringBuilder name, int octet) {
        if (octet >= 'a' && octet <= 'z'
                || octet >= 'A' && octet <= 'Z'
                || octet >= '0' && octet <= '9'
                || octet == '-'
                || octet == '_') {
            name.append((char) octet);
        } else {
            name.append('\\')
                    .append((char) ('0' + octet / 100))
                    .append((char) ('0' + octet / 10 % 10))
                    .append((char) ('0' + octet % 10));
        }
    }

    private static int u16(ByteBuffer in) {
        return Short.toUnsignedInt(in.getShort());
    }

    /** Whether a text is a name that fits into a message. */
    public static boolean isName(String name) {
        try {
            wire(name);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The labels of a name as bytes. */
    private static List<byte[]> wire(String name) {
        List<byte[]> labels = new ArrayList<>();
        if (name.isEmpty()) {
            return labels;
        }
        int total = 1;
        for (String label : name.split("\\.", -1)) {
            byte[] bytes = unescape(label);
            total += bytes.length + 1;
            if (bytes.length == 0 || bytes.length > MAX_LABEL || total > MAX_NAME) {
                throw new IllegalArgumentException("Not a DNS name: " + name);
            }
            labels.add(bytes);
        }
        return labels;
    }

    private static byte[] unescape(String label) {
        byte[] bytes = label.getBytes(StandardCharsets.ISO_8859_1);
        if (label.indexOf('\\') < 0) {
            return bytes;
        }
        ByteBuffer out = ByteBuffer.allocate(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '\\') {
                out.put(bytes[i]);
            } else if (i + 3 < bytes.length) {
                out.put((byte) Integer.parseInt(label.substring(i + 1, i + 4)));
                i += 3;
            } else {
                throw new IllegalArgumentException("A backslash wants three digits after it: " + label);
            }
        }
        byte[] exact = new byte[out.position()];
        out.flip().get(exact);
        return exact;
    }

    /** Writes with names compressed: the rest of a name that was written before is a pointer to it. */
    private static final class Writer {
        private final ByteBuffer out;
        private final Map<String, Integer> written = new HashMap<>();
        private final int flags;

        Writer(int id, int flags, int maxBytes) {
            this.flags = flags;
            // Room for one question beyond the limit of the records.
            out = ByteBuffer.allocate(maxBytes + 2 * MAX_NAME);
            out.putShort((short) id).position(HEADER);
        }

        void u16(int value) {
            out.putShort((short) value);
        }

        void name(String name) {
            List<byte[]> labels = wire(name);
            String rest = name.toLowerCase(Locale.ROOT);
            for (byte[] label : labels) {
                Integer before = written.get(rest);
                if (before != null) {
                    u16(POINTER << 8 | before);
                    return;
                }
                if (out.position() < 0x4000) {
                    written.put(rest, out.position());
                }
                out.put((byte) label.length).put(label);
                int dot = rest.indexOf('.');
                rest = dot < 0 ? "" : rest.substring(dot + 1);
            }
            out.put((byte) 0);
        }

        /** As many records as fit. */
        int records(List<DnsRecord> records, int limit) {
            int count = 0;
            for (DnsRecord record : records) {
                int start = out.position();
                if (start > limit) {
                    return count;
                }
                boolean fits = true;
                try {
                    record(record);
                } catch (BufferOverflowException e) {
                    fits = false;
                }
                if (!fits || out.position() > limit) {
                    out.position(start);
                    written.values().removeIf(position -> position >= start);
                    return count;
                }
                count++;
            }
            return count;
        }

        private void record(DnsRecord record) {
            name(record.name());
            u16(record.data().type());
            u16(1);
            out.putInt(record.ttl());
            int start = out.position();
            u16(0);
            data(record.data());
            out.putShort(start, (short) (out.position() - start - 2));
        }

        private void data(Data data) {
            switch (data) {
                case Address(var address) -> out.put(address.getAddress());
                case Alias(String target) -> name(target);
                case Pointer(String target) -> name(target);
                case NameServer(String target) -> name(target);
                case Location(int priority, int weight, int port, String target) -> {
                    u16(priority);
                    u16(weight);
                    u16(port);
                    name(target);
                }
                case Text(String text) -> {
                    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                    out.put((byte) bytes.length).put(bytes);
                }
                case Authority soa -> {
                    name(soa.server());
                    name(soa.mailbox());
                    out.putInt(soa.serial())
                            .putInt(soa.refresh())
                            .putInt(soa.retry())
                            .putInt(soa.expire())
                            .putInt(soa.minimum());
                }
                case Opaque(int type, byte[] bytes) -> out.put(bytes);
            }
        }

        void edns(Edns edns) {
            out.put((byte) 0);
            u16(DnsType.OPT);
            u16(edns.bytes());
            out.putInt(edns.code() << 24 | edns.version() << 16 | (edns.secure() ? 0x8000 : 0));
            u16(0);
        }

        ByteBuffer finish(int questions, int answers, int authorities, int additional, boolean truncated) {
            out.putShort(2, (short) (flags | (truncated ? DnsMessage.TRUNCATED : 0)))
                    .putShort(4, (short) questions)
                    .putShort(6, (short) answers)
                    .putShort(8, (short) authorities)
                    .putShort(10, (short) additional);
            return out.flip();
        }
    }
}
