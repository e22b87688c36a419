package dev.proa.node.proxy;

import dev.proa.client.ObjectKey;
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
import dev.proa.node.proxy.ServiceTable.Service;
import java.net.Inet4Address;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes services reachable from a node and its pods, by nf_tables in the network namespace of the thread that opened it.
 * Thread-safe.
 */
public final class NftServiceProxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NftServiceProxy.class);

    private final String table;
    private final ServiceTransactions transactions;
    private final NfTables tables;
    private final ConnectionTracking connections;
    /** Addresses that may not be external addresses of services. */
    private final Predicate<Inet4Address> own;

    private final Set<Port> reserved = new HashSet<>();
    private final ServiceRuleSet rules = new ServiceRuleSet();
    /** Whether the kernel has {@link #rules}; otherwise its state is unknown. */
    private boolean installed;

    private long sent;
    private long remade;

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

    /**
     * Makes exactly these services reachable. The change is atomic for new connections; existing ones keep their
     * endpoint, except UDP flows to an endpoint that is gone. Blocks until done.
     */
    public synchronized void sync(ServiceTable services) {
        Set<ObjectKey> gone = new HashSet<>(rules.services());
        services.services().forEach(service -> gone.remove(service.key()));
        update(services.services(), gone);
    }

    /**
     * Applies changes of some services; all others stay as they are. Takes time in proportion to these services, and
     * writes nothing for one whose rules stay the same. Otherwise as {@link #sync}.
     *
     * @param changed new services, and those that may have changed
     * @param gone services that are no longer reachable; those that were not need not be known
     */
    public synchronized void update(Collection<Service> changed, Collection<ObjectKey> gone) {
        Map<ObjectKey, ServiceRules> wanted = HashMap.newHashMap(changed.size() + gone.size());
        gone.forEach(key -> wanted.put(key, ServiceRules.NONE));
        changed.forEach(service -> wanted.put(service.key(), ServiceRules.of(service.withoutExternalAddresses(own))));
        ServiceRuleSet.Change change = rules.apply(wanted);
        if (installed) {
            // If this fails, the kernel's state is unknown.
            installed = false;
            try {
                commit(transactions.change(change.from(), change.to()));
                installed = true;
                forgetDatagrams(change.from(), change.to());
                return;
            } catch (NetlinkException e) {
                remade++;
                LOG.warn("The service rules were not as expected, all are made anew: {}", e.getMessage());
            }
        }
        install();
        forgetDatagrams(ServiceRules.NONE, rules.all());
    }

    /** Restores what somebody else has removed of the last table. Blocks until done. */
    public synchronized void resync() {
        if (installed && !tables.has(table)) {
            LOG.warn("Somebody has removed table {}; all rules of services are made again", table);
            install();
        }
    }

    private void install() {
        commit(transactions.install(rules.all(), reserved));
        installed = true;
    }

    private void commit(Transaction transaction) {
        tables.commit(transaction);
        sent += transaction.size();
    }

    /** How many changes the kernel was sent so far. */
    synchronized long sent() {
        return sent;
    }

    /** How often all rules had to be made anew because the kernel had others than expected. */
    synchronized long remade() {
        return remade;
    }

    /** Reserves a port for the node: no service redirects it. */
    public synchronized void reserve(Port port) {
        if (reserved.add(port) && installed) {
            commit(transactions.reserve(port));
        }
    }

    /** Removes all rules; services are no longer reachable. */
    public synchronized void uninstall() {
        tables.deleteTable(table);
        installed = false;
    }

    /** Closes descriptors. The rules stay, so that services work while Proa restarts. */
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
            Set<Backend> allowed = changed.get(new Entry(flow.destination(), Protocol.UDP, flow.destinationPort()));
            if (allowed == null) {
                allowed = changed.get(new Entry(null, Protocol.UDP, flow.destinationPort()));
            }
            if (allowed != null && !allowed.contains(new Backend(flow.answering(), flow.answeringPort()))) {
                connections.delete(flow);
            }
        }
    }
}
