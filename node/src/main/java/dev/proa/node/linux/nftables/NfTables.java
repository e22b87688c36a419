package dev.proa.node.linux.nftables;

import dev.proa.node.linux.Errno;
import dev.proa.node.linux.netlink.NetlinkCodec.Reply;
import dev.proa.node.linux.netlink.NetlinkException;
import dev.proa.node.linux.netlink.NetlinkSocket;
import dev.proa.node.linux.nftables.Transaction.Family;
import java.util.List;

/** The packet rules of the network namespace in whose thread it was opened. Safe for use by many threads. */
public final class NfTables implements AutoCloseable {
    private static final int ATTEMPTS = 10;

    private final NetlinkSocket socket;

    private NfTables(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Opens a socket in the calling thread's network namespace. */
    public static NfTables open() {
        return new NfTables(NetlinkSocket.open(NetlinkSocket.NETFILTER));
    }

    /**
     * Makes all changes at one instant: each packet sees either none or all of them. Connections that exist are not touched.
     *
     * @throws NetlinkException when the kernel refuses one, and then none was made
     */
    public void commit(Transaction transaction) {
        if (transaction.isEmpty()) {
            return;
        }
        for (int attempt = 1; ; attempt++) {
            List<Reply.Outcome> outcomes = socket.transact("change packet rules", transaction.requests());
            Reply.Outcome failure =
                    outcomes.stream().filter(o -> o.errno() != 0).findFirst().orElse(null);
            if (failure == null && !outcomes.isEmpty()) {
                return;
            }
            if (failure == null) {
                throw new NetlinkException("change packet rules", Errno.EAGAIN, null);
            }
            // The kernel interrupts a batch when somebody else changed rules meanwhile, and wants it again.
            if (attempt >= ATTEMPTS || (failure.errno() != Errno.EINTR && failure.errno() != Errno.EAGAIN)) {
                throw new NetlinkException(
                        transaction.describe(failure.sequence()), failure.errno(), failure.message());
            }
        }
    }

    /** Whether there is a table of family {@code ip}. */
    public boolean has(String table) {
        try {
            socket.query("look up table " + table, Transaction.getTable(table));
            return true;
        } catch (NetlinkException e) {
            if (e.is(Errno.ENOENT)) {
                return false;
            }
            throw e;
        }
    }

    /** Removes a table of family {@code ip}, if it is there. */
    public void deleteTable(String table) {
        deleteTable(table, Family.IP);
    }

    /** Removes the tables of a name in these families, those that are there. */
    public void deleteTable(String table, Family... families) {
        Transaction transaction = new Transaction(table);
        for (Family family : families) {
            transaction.in(family).addTable().deleteTable();
        }
        commit(transaction);
    }

    @Override
    public void close() {
        socket.close();
    }
}
