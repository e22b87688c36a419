package dev.proa.node.dns;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A DNS query or response (RFC 1035).
 *
 * @param id that pairs a query with its answer
 * @param flags the 16 bits of the header: {@link #ANSWER} and others, and the {@link #code()}
 * @param question null where a message has none
 * @param edns null for clients without EDNS
 */
public record DnsMessage(
        int id,
        int flags,
        @Nullable Question question,
        List<DnsRecord> answers,
        List<DnsRecord> authorities,
        List<DnsRecord> additional,
        @Nullable Edns edns) {
    public static final int ANSWER = 0x8000;
    public static final int AUTHORITATIVE = 0x0400;
    public static final int TRUNCATED = 0x0200;
    public static final int RECURSION_DESIRED = 0x0100;
    public static final int RECURSION_AVAILABLE = 0x0080;

    public static final int OK = 0;
    public static final int FORMAT_ERROR = 1;
    public static final int SERVER_FAILURE = 2;
    public static final int NO_SUCH_NAME = 3;
    public static final int NOT_IMPLEMENTED = 4;
    public static final int REFUSED = 5;
    /** BADVERS: an unsupported version of EDNS; its upper bits are in the EDNS record. */
    public static final int BAD_VERSION = 16;

    /** The largest UDP message without EDNS. */
    public static final int CLASSIC_BYTES = 512;
    /** The largest UDP message that is not fragmented on usual networks. */
    public static final int SAFE_BYTES = 1232;

    private static final int OPCODE_MASK = 0x7800;
    private static final int CODE_MASK = 0xf;

    public DnsMessage {
        answers = List.copyOf(answers);
        authorities = List.copyOf(authorities);
        additional = List.copyOf(additional);
    }

    /**
     * The question of a message.
     *
     * @param name in the client's spelling, which the response repeats
     * @param type of {@link DnsType}
     * @param space 1 for the Internet
     */
    public record Question(String name, int type, int space) {
        /** The name in lower case, as zones have it. */
        public String key() {
            return name.toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The extension of RFC 6891.
     *
     * @param bytes the longest message that the sender takes by UDP
     * @param code the upper bits of the answer's code
     * @param secure whether the client wants DNSSEC records (DO)
     */
    public record Edns(int bytes, int code, int version, boolean secure) {}

    /** A question that wants recursion, as stub resolvers ask. */
    public static DnsMessage query(int id, String name, int type) {
        return new DnsMessage(
                id, RECURSION_DESIRED, new Question(name, type, 1), List.of(), List.of(), List.of(), null);
    }

    /** The kind of query; 0 is the usual one. */
    public int opcode() {
        return (flags & OPCODE_MASK) >> 11;
    }

    /** The outcome: {@link #OK} or what went wrong. */
    public int code() {
        return flags & CODE_MASK | (edns == null ? 0 : edns.code << 4);
    }

    /** Whether some of the answer was left out because it was too long. */
    public boolean truncated() {
        return (flags & TRUNCATED) != 0;
    }

    /** The bytes that the sender of this query takes by UDP. */
    public int maxBytes() {
        return edns == null ? CLASSIC_BYTES : Math.clamp(edns.bytes, CLASSIC_BYTES, SAFE_BYTES);
    }

    /** An answer to this query. */
    public DnsMessage answer(
            int code, List<DnsRecord> answers, List<DnsRecord> authorities, List<DnsRecord> additional) {
        int kept = flags & (OPCODE_MASK | RECURSION_DESIRED);
        Edns answered = edns == null ? null : new Edns(SAFE_BYTES, code >> 4, 0, edns.secure);
        int flags = kept | ANSWER | RECURSION_AVAILABLE | (code & CODE_MASK);
        return new DnsMessage(id, flags, question, answers, authorities, additional, answered);
    }

    /** An answer without records. */
    public DnsMessage answer(int code) {
        return answer(code, List.of(), List.of(), List.of());
    }

    /** The same with a flag set. */
    public DnsMessage with(int flag) {
        return new DnsMessage(id, flags | flag, question, answers, authorities, additional, edns);
    }
}
