package dev.proa.node.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The frame of netlink messages: a header of 16 bytes (length, type, flags, sequence, port), the payload, and padding to
 * four bytes.
 */
public final class NetlinkCodec {
    public static final int FLAG_REQUEST = 0x1;
    public static final int FLAG_ACK = 0x4;
    public static final int FLAG_DUMP = 0x300;
    public static final int FLAG_REPLACE = 0x100;
    public static final int FLAG_EXCLUSIVE = 0x200;
    public static final int FLAG_CREATE = 0x400;
    public static final int FLAG_APPEND = 0x800;

    private static final int HEADER = 16;
    private static final int TYPE_ERROR = 2;
    private static final int TYPE_DONE = 3;
    private static final int FLAG_CAPPED = 0x100;
    private static final int FLAG_EXTENDED_ACK = 0x200;
    private static final int EXTENDED_MESSAGE = 1;

    private NetlinkCodec() {}

    /**
     * A message to the kernel.
     *
     * @param flags without {@link #FLAG_REQUEST}, which is always set
     * @param payload family header and attributes
     */
    @SuppressWarnings("ArrayRecordComponent") // made once, sent once, never compared
    public record Request(int type, int flags, byte[] payload) {
        public Request with(int moreFlags) {
            return new Request(type, flags | moreFlags, payload);
        }
    }

    /** A message from the kernel. */
    public sealed interface Reply {
        int sequence();

        /** Requested data: {@code payload} starts with the family header. */
        record Data(int sequence, int type, int flags, ByteBuffer payload) implements Reply {}

        /**
         * The outcome of one request.
         *
         * @param errno 0 when it was done
         * @param message what the kernel has to say about it, if anything
         */
        record Outcome(int sequence, int errno, @Nullable String message) implements Reply {}

        /** The end of a list; {@code errno} says whether it is whole. */
        record Done(int sequence, int errno) implements Reply {}
    }

    /** The bytes of several messages after each other; the first has {@code firstSequence}, each next one more. */
    public static byte[] encode(List<Request> requests, int firstSequence) {
        int size = 0;
        for (Request request : requests) {
            size += HEADER + align(request.payload.length);
        }
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
        int sequence = firstSequence;
        for (Request request : requests) {
            int start = out.position();
            out.putInt(HEADER + request.payload.length)
                    .putShort((short) request.type)
                    .putShort((short) (request.flags | FLAG_REQUEST))
                    .putInt(sequence++)
                    .putInt(0)
                    .put(request.payload)
                    .position(start + HEADER + align(request.payload.length));
        }
        return out.array();
    }

    /** The messages in one datagram. A message that is cut off ends the list. */
    public static List<Reply> decode(ByteBuffer datagram) {
        List<Reply> replies = new ArrayList<>();
        ByteBuffer in = datagram.duplicate().order(ByteOrder.nativeOrder());
        while (in.remaining() >= HEADER) {
            int start = in.position();
            int length = in.getInt(start);
            if (length < HEADER || length > in.remaining()) {
                break;
            }
            int type = Short.toUnsignedInt(in.getShort(start + 4));
            int flags = Short.toUnsignedInt(in.getShort(start + 6));
            int sequence = in.getInt(start + 8);
            ByteBuffer payload = in.slice(start + HEADER, length - HEADER).order(ByteOrder.nativeOrder());
            replies.add(reply(type, flags, sequence, payload));
            in.position(Math.min(in.limit(), start + align(length)));
        }
        return replies;
    }

    private static Reply reply(int type, int flags, int sequence, ByteBuffer payload) {
        return switch (type) {
            case TYPE_ERROR -> outcome(flags, sequence, payload);
            case TYPE_DONE -> new Reply.Done(sequence, payload.remaining() >= 4 ? -payload.getInt(0) : 0);
            default -> new Reply.Data(sequence, type, flags, payload);
        };
    }

    /** NLMSGERR: an error number, the header of the refused request, its payload unless capped, then attributes. */
    private static Reply outcome(int flags, int sequence, ByteBuffer payload) {
        if (payload.remaining() < 4) {
            return new Reply.Outcome(sequence, 71, "the kernel's answer was cut off");
        }
        int errno = -payload.getInt(0);
        String message = null;
        if ((flags & FLAG_EXTENDED_ACK) != 0 && payload.remaining() >= 4 + HEADER) {
            int quoted = (flags & FLAG_CAPPED) != 0 ? HEADER : align(Math.max(HEADER, payload.getInt(4)));
            if (4 + quoted <= payload.remaining()) {
                message = Attributes.parse(payload.slice(4 + quoted, payload.remaining() - 4 - quoted))
                        .string(EXTENDED_MESSAGE);
            }
        }
        return new Reply.Outcome(sequence, errno, message);
    }

    private static int align(int length) {
        return (length + 3) & ~3;
    }
}
