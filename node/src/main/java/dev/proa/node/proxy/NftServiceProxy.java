package dev.proa.node.proxy;

import dev.proa.node.linux.netlink.ConnectionTracking;
import dev.proa.node.linux.netlink.ConnectionTracking.Flow;
import dev.proa.node.linux.netlink.NetlinkException;
import dev.proa.node.linux.nftables.NfTables;
import dev.proa.node.linux.nftables.Transaction;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.PodNetwork.Port;
import dev.proa.node.proxy.ServiceRules.Backend;
import dev.proa.node.proxy.ServiceRules.Entry;
import dev.proa.node.proxy.ServiceTable.Protocol;
import java.net.Inet4Address;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service proxy on nf_tables, in the network namespace of the thread that opened it. */
public final class NftServiceProxy implements ServiceProxy {
    private static final Logger LOG = LoggerFactory.getLogger(NftServiceProxy.class);

    private final String table;
    private final ServiceTransactions transactions;
    private final NfTables tables;
    private final ConnectionTracking connections;
    /** Addresses that may not be external addresses of services. */
    private final Predicate<Inet4Address> own;

    private final Set<Port> reserved = new HashSet<>();
    /** The rules in the kernel; null when unknown. */
    private @Nullable ServiceRules current;

    private NftServiceProxy(
            String table,
            ServiceTransactions transactions,
            NfTables tables,
            ConnectionTracking connections,
            Predicate<Inet4Address> own) {
        this.own = own;
        this.table = table;
        this.transactions = transactions;
        this.tables = tables;
        this.connections = connections;
    }

    /**
     * Opens a proxy for the calling thread's network namespace. The rules of an earlier one stay until the first {@link #sync}.
     *
     * @param table the name of its nf_tables table, for example {@code proa-services}; different for different nodes in one
     *     network namespace
     * @param serviceRange of all cluster addresses; connections to addresses without a service are rejected
     * @param podRange of all pods of the cluster
     * @param exposed whether other machines reach services, mainly by node ports; otherwise only this node and its pods
     *     do
     */
    public static NftServiceProxy open(String table, Cidr serviceRange, Cidr podRange, boolean exposed) {
        return open(table, serviceRange, podRange, exposed, address -> false);
    }

    /**
     * As {@link #open(String, Cidr, Cidr, boolean)}, for a cluster of several nodes.
     *
     * @param others tests whether an address is another node's or the machine's, which this node must not translate
     */
    public static NftServiceProxy open(
            String table, Cidr serviceRange, Cidr podRange, boolean exposed, Predicate<Inet4Address> others) {
        Predicate<Inet4Address> cluster = address ->
                serviceRange.contains(address) || podRange.contains(address) || Cidr.LOOPBACK.contains(address);
        NfTables tables = NfTables.open();
        try {
            return new NftServiceProxy(
                    table,
                    new ServiceTransactions(table, serviceRange, podRange, exposed),
                    tables,
                    ConnectionTracking.open(),
                    cluster.or(others));
        } catch (NetlinkException e) {
            tables.close();
            throw e;
        }
    }

    @Override
    public synchronized void sync(ServiceTable services) {
        ServiceRules wanted = ServiceRules.of(services.without(own));
        ServiceRules known = current;
        Transaction transaction =
                known == null ? transactions.install(wanted, reserved) : transactions.change(known, wanted);
        // If this fails, the kernel's state is unknown, and the next sync replaces everything.
        current = null;
        try {
            tables.commit(transaction);
        } catch (NetlinkException e) {
            if (known == null) {
                throw e;
            }
            LOG.warn("The service rules were not as expected, all are made anew: {}", e.getMessage());
            tables.commit(transactions.install(wanted, reserved));
        }
        current = wanted;
        forgetDatagrams(known == null ? ServiceRules.NONE : known, wanted);
    }

    @Override
    public synchronized void resync() {
        ServiceRules known = current;
        if (known != null && !tables.has(table)) {
            LOG.warn("Somebody has removed table {}; all rules of services are made again", table);
            tables.commit(transactions.install(known, reserved));
        }
    }

    /** Reserves a port for the node: no service redirects it. */
    public synchronized void reserve(Port port) {
        if (reserved.add(port) && current != null) {
            tables.commit(transactions.reserve(port));
        }
    }

    /** Removes all rules; services are no longer reachable. */
    public synchronized void uninstall() {
        tables.deleteTable(table);
        current = null;
    }

    @Override
    public void close() {
        tables.close();
        connections.close();
    }

    /**
     * UDP flows do not end: the kernel would keep sending a client's datagrams to their first endpoint. So entries for
     * endpoints that no longer serve the destination are deleted.
     */
    private void forgetDatagrams(ServiceRules from, ServiceRules to) {
        Map<Entry, Set<Backend>> changed = new HashMap<>();
        from.datagrams().forEach((entry, backends) -> {
            Set<Backend> now = to.datagrams().getOrDefault(entry, Set.of());
            if (!now.containsAll(backends)) {
                changed.put(entry, now);
            }
        });
        to.datagrams().forEach((entry, backends) -> {
            if (from.datagrams().getOrDefault(entry, Set.of()).isEmpty() && !backends.isEmpty()) {
                changed.put(entry, backends);
            }
        });
        if (changed.isEmpty()) {
            return;
        }
        for (Flow flow : connections.list(Protocol.UDP.number())) {
            Set<Backend> allowed =
                    changed.get(new Entry(flow.destination(), Protocol.UDP, flow.destinationPort(), false));
            if (allowed == null) {
                allowed = changed.get(new Entry(null, Protocol.UDP, flow.destinationPort(), false));
            }
            if (allowed != null && !allowed.contains(new Backend(flow.answering(), flow.answeringPort()))) {
                connections.delete(flow);
            }
        }
    }
}
