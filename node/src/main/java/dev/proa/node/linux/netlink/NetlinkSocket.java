package dev.proa.node.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.Sockets;
import dev.proa.node.linux.netlink.NetlinkCodec.Reply;
import dev.proa.node.linux.netlink.NetlinkCodec.Request;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the kernel. It belongs to the network namespace of the thread that opened it, whichever thread uses
 * it later. One exchange at a time; methods may be called from any thread, and take some ten microseconds.
 */
public final class NetlinkSocket implements AutoCloseable {
    /** Links, addresses, routes. */
    public static final int ROUTE = 0;
    /** nf_tables and connection tracking. */
    public static final int NETFILTER = 12;

    private static final int EXTENDED_ACK = 11;
    private static final int CAPPED_ACK = 10;
    private static final int RECEIVE_BYTES = 64 * 1024;
    private static final int QUEUE_BYTES = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final MemorySegment receiveBuffer = Arena.ofAuto().allocate(RECEIVE_BYTES, 8);
    private final int descriptor;
    private int sequence = 1;
    private int sendBytes = QUEUE_BYTES;
    private boolean closed;

    private NetlinkSocket(int descriptor) throws ErrnoException {
        this.descriptor = descriptor;
        Sockets.setOption(descriptor, Sockets.SOL_NETLINK, EXTENDED_ACK, 1);
        Sockets.setOption(descriptor, Sockets.SOL_NETLINK, CAPPED_ACK, 1);
    }

    /** Opens a socket for {@link #ROUTE} or {@link #NETFILTER}. */
    public static NetlinkSocket open(int protocol) {
        try {
            return new NetlinkSocket(Sockets.open(Sockets.AF_NETLINK, Sockets.SOCK_RAW, protocol));
        } catch (ErrnoException e) {
            throw failure("open a netlink socket", e);
        }
    }

    /**
     * Asks the kernel to do something.
     *
     * @param doing for the message of an error: "create link eth0"
     * @throws NetlinkException when it refuses
     */
    public synchronized void execute(String doing, Request request) {
        int number = send(doing, List.of(request.with(NetlinkCodec.FLAG_ACK)));
        while (true) {
            for (Reply reply : receive(doing, PATIENCE)) {
                if (reply instanceof Reply.Outcome outcome && outcome.sequence() == number) {
                    check(doing, outcome.errno(), outcome.message());
                    return;
                }
            }
        }
    }

    /** Asks for one object or for a list of them, according to the flags of the request. */
    public synchronized List<Reply.Data> query(String doing, Request request) {
        boolean list = (request.flags() & NetlinkCodec.FLAG_DUMP) == NetlinkCodec.FLAG_DUMP;
        int number = send(doing, List.of(request));
        List<Reply.Data> found = new ArrayList<>();
        while (true) {
            for (Reply reply : receive(doing, PATIENCE)) {
                if (reply.sequence() != number) {
                    continue;
                }
                switch (reply) {
                    case Reply.Data data -> found.add(data);
                    case Reply.Outcome outcome -> {
                        check(doing, outcome.errno(), outcome.message());
                        return found;
                    }
                    case Reply.Done done -> {
                        check(doing, done.errno(), null);
                        return found;
                    }
                }
            }
            if (!list && !found.isEmpty()) {
                return found;
            }
        }
    }

    /**
     * Sends several messages in one datagram, as a batch of nfnetlink wants it, and returns the kernel's outcomes of those that
     * asked for one or failed, with the index of the message as sequence. The kernel acts while it takes the datagram, so that
     * all outcomes are there when it was sent.
     */
    public synchronized List<Reply.Outcome> transact(String doing, List<Request> requests) {
        int first = send(doing, requests);
        List<Reply.Outcome> outcomes = new ArrayList<>();
        while (true) {
            List<Reply> replies = receive(doing, Duration.ZERO);
            if (replies.isEmpty()) {
                return outcomes;
            }
            for (Reply reply : replies) {
                if (reply instanceof Reply.Outcome outcome && outcome.sequence() >= first) {
                    outcomes.add(new Reply.Outcome(outcome.sequence() - first, outcome.errno(), outcome.message()));
                }
            }
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Descriptors.close(descriptor);
        }
    }

    private int send(String doing, List<Request> requests) {
        if (closed) {
            throw new IllegalStateException("The netlink socket is closed");
        }
        int first = sequence;
        sequence += requests.size();
        byte[] datagram = NetlinkCodec.encode(requests, first);
        try {
            if (datagram.length > sendBytes / 8) {
                // One datagram must fit, with the kernel's own bookkeeping, and so must an error for each message in
                // it.
                sendBytes = Math.multiplyExact(datagram.length, 8);
                Sockets.setOption(descriptor, Sockets.SOL_SOCKET, Sockets.SO_SNDBUFFORCE, sendBytes);
                Sockets.setOption(descriptor, Sockets.SOL_SOCKET, Sockets.SO_RCVBUFFORCE, sendBytes);
            }
            Sockets.send(descriptor, datagram);
        } catch (ErrnoException e) {
            throw failure(doing, e);
        }
        return first;
    }

    private List<Reply> receive(String doing, Duration patience) {
        try {
            int length = Sockets.receive(descriptor, receiveBuffer, patience);
            byte[] bytes = receiveBuffer.asSlice(0, length).toArray(JAVA_BYTE);
            return NetlinkCodec.decode(ByteBuffer.wrap(bytes));
        } catch (ErrnoException e) {
            if (e.is(Errno.EAGAIN) && patience.isZero()) {
                return List.of();
            }
            throw failure(doing, e);
        } catch (InterruptedIOException e) {
            throw new NetlinkException(doing, Errno.EINTR, e.getMessage());
        }
    }

    private static void check(String doing, int errno, @Nullable String message) {
        if (errno != 0) {
            throw new NetlinkException(doing, errno, message);
        }
    }

    private static NetlinkException failure(String doing, ErrnoException e) {
        return new NetlinkException(doing, e.errno(), e.getMessage());
    }
}
