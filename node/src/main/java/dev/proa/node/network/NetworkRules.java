package dev.proa.node.network;

import static dev.proa.node.linux.nftables.Expression.R0;
import static dev.proa.node.linux.nftables.Expression.R1;
import static dev.proa.node.linux.nftables.Expression.R2;
import static dev.proa.node.linux.nftables.Expression.R4;
import static dev.proa.node.linux.nftables.Match.rule;

import dev.proa.node.linux.nftables.Expression;
import dev.proa.node.linux.nftables.Expression.Decide;
import dev.proa.node.linux.nftables.Expression.DestinationNat;
import dev.proa.node.linux.nftables.Expression.FromMap;
import dev.proa.node.linux.nftables.Expression.InSet;
import dev.proa.node.linux.nftables.Expression.Masquerade;
import dev.proa.node.linux.nftables.Match;
import dev.proa.node.linux.nftables.SetElement;
import dev.proa.node.linux.nftables.SetSpec;
import dev.proa.node.linux.nftables.SetSpec.Type;
import dev.proa.node.linux.nftables.Transaction;
import dev.proa.node.linux.nftables.Transaction.Family;
import dev.proa.node.linux.nftables.Transaction.Hook;
import dev.proa.node.linux.nftables.Verdict;
import dev.proa.node.network.AddressLeases.Lease;
import dev.proa.node.network.PodNetwork.HostPort;
import dev.proa.node.network.PodNetwork.Port;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Builds the packet rules of the pod network, as transactions. Pure.
 *
 * <pre>
 *   prerouting raw    from a pod's link             with that pod's address as source, not to 127.0.0.0/8: accept; else drop
 *                     from the link to the cluster  not to 127.0.0.0/8: accept, the rules of the other nodes and of the machine
 *                                                   have looked
 *                     from anywhere else            drop what says to be from or wants to go to a range of the cluster, or
 *                                                   to 127.0.0.0/8
 *   prerouting, output nat   to a host port         destination becomes the pod's address and port, unless the port is the
 *                                                   node's own
 *   forward           between others' links         drop
 *   postrouting nat   from 127.0.0.0/8 to a pod     masquerade, or the answer would not come back
 *                     from a pod to itself by a host port    masquerade, or the pod would see its own address
 *                       or a service
 *                     from a pod to outside of the cluster   masquerade
 *   postrouting last  to another machine            drop what still has an address of the cluster
 *   arp               from a pod's link             with that pod's address as sender: accept; else drop
 *   ip6               from or to a pod's link       drop: pods have no IPv6
 * </pre>
 *
 * Links of nodes, this one's and others', are those of the group {@link RoutedNetwork#LINK_GROUP}; the names of this node's
 * start with its prefix.
 */
final class NetworkRules {
    private static final String HOST_PORTS = "host-ports";
    private static final String HOST_PORTS_AT = "host-ports-at";
    private static final String RESERVED = "reserved";
    private static final String HAIRPIN = "hairpin";
    private static final String SENDERS = "senders";
    private static final int GROUP = RoutedNetwork.LINK_GROUP;
    /** After the services, which take precedence over host ports. */
    private static final int PRIORITY_HOST_PORTS = Transaction.PRIORITY_DESTINATION_NAT + 1;
    /** After sources were changed. */
    private static final int PRIORITY_LAST = 300;

    private final RoutedNetwork.Config config;
    private final boolean ipv6;

    /**
     * @param ipv6 whether the kernel has IPv6
     */
    NetworkRules(RoutedNetwork.Config config, boolean ipv6) {
        this.config = config;
        this.ipv6 = ipv6;
    }

    /** The families that have a table. */
    Family[] families() {
        return ipv6 ? Family.values() : new Family[] {Family.IP, Family.ARP};
    }

    /** The name of the tables. */
    String table() {
        return config.linkPrefix() + "-network";
    }

    /** All rules, replacing existing ones. */
    Transaction install(Collection<Lease> leases, Collection<Port> reserved) {
        Transaction transaction = new Transaction(table())
                .replaceTable()
                .addSet(SetSpec.map(HOST_PORTS, List.of(Type.PROTOCOL, Type.PORT), List.of(Type.ADDRESS, Type.PORT)))
                .addSet(SetSpec.map(
                        HOST_PORTS_AT,
                        List.of(Type.ADDRESS, Type.PROTOCOL, Type.PORT),
                        List.of(Type.ADDRESS, Type.PORT)))
                .addSet(SetSpec.set(RESERVED, Type.PROTOCOL, Type.PORT))
                .addSet(SetSpec.set(HAIRPIN, Type.ADDRESS, Type.ADDRESS))
                .addSet(SetSpec.set(SENDERS, Type.LINK_NAME, Type.ADDRESS))
                .addChain("from-pod")
                .addChain("host-port")
                .addBaseChain("raw", "filter", Hook.PREROUTING, Transaction.PRIORITY_RAW)
                .addBaseChain("prerouting", "nat", Hook.PREROUTING, PRIORITY_HOST_PORTS)
                .addBaseChain("output", "nat", Hook.OUTPUT, PRIORITY_HOST_PORTS)
                .addBaseChain("forward", "filter", Hook.FORWARD, Transaction.PRIORITY_FILTER)
                .addBaseChain("postrouting", "nat", Hook.POSTROUTING, Transaction.PRIORITY_SOURCE_NAT)
                .addBaseChain("last", "filter", Hook.POSTROUTING, PRIORITY_LAST);
        sourceRules(transaction);
        hostPortRules(transaction);
        forwardRules(transaction);
        postroutingRules(transaction);
        otherFamilies(transaction);
        leases.forEach(lease -> change(transaction, lease, true));
        reserved.forEach(port -> reserve(transaction, port));
        return transaction;
    }

    /** The rules of a new lease. */
    Transaction add(Lease lease) {
        return change(new Transaction(table()), lease, true);
    }

    /** Undoes {@link #add}. */
    Transaction remove(Lease lease) {
        return change(new Transaction(table()), lease, false);
    }

    /** Reserves a port for the node: no host port redirects it. */
    Transaction reserve(Port port) {
        return reserve(new Transaction(table()), port);
    }

    private static Transaction reserve(Transaction transaction, Port port) {
        return transaction.addElements(
                RESERVED,
                List.of(SetElement.member(Match.protocolByte(port.protocolNumber()), Match.port(port.number()))));
    }

    private void sourceRules(Transaction transaction) {
        transaction
                .addRule(
                        "from-pod",
                        rule(
                                Match.loadInName(R0),
                                Match.loadSource(R4),
                                new InSet(SENDERS, 0, R0),
                                destinationIn(Cidr.LOOPBACK, false),
                                new Decide(Verdict.ACCEPT)))
                .addRule("from-pod", rule(new Decide(Verdict.DROP)))
                .addRule("raw", rule(Match.inNameStarts(config.linkPrefix()), new Decide(Verdict.goTo("from-pod"))))
                .addRule("raw", rule(Match.inNameIs("lo"), new Decide(Verdict.ACCEPT)))
                .addRule("raw", rule(destinationIn(Cidr.LOOPBACK, true), new Decide(Verdict.DROP)))
                .addRule("raw", rule(Match.inGroup(GROUP, true), new Decide(Verdict.ACCEPT)));
        for (Cidr range : List.of(config.podRange(), config.serviceRange())) {
            transaction
                    .addRule("raw", rule(sourceIn(range, true), new Decide(Verdict.DROP)))
                    .addRule("raw", rule(destinationIn(range, true), new Decide(Verdict.DROP)));
        }
    }

    private void hostPortRules(Transaction transaction) {
        List<Expression> toHostPort = rule(Match.destinationLocal(true), new Decide(Verdict.jump("host-port")));
        transaction
                .addRule("prerouting", config.exposed() ? toHostPort : rule(Match.inGroup(GROUP, true), toHostPort))
                .addRule("output", toHostPort)
                .addRule(
                        "host-port",
                        rule(
                                Match.loadProtocol(R0),
                                Match.loadPort(R1),
                                new InSet(RESERVED, 0, R0),
                                new Decide(Verdict.RETURN)))
                // The addresses of other nodes on this machine.
                .addRule(
                        "host-port",
                        rule(
                                destinationIn(config.podRange(), true),
                                destinationIn(new Cidr(config.gateway(), 32), false),
                                new Decide(Verdict.RETURN)))
                .addRule(
                        "host-port",
                        rule(
                                Match.loadDestination(R0),
                                Match.loadProtocol(R1),
                                Match.loadPort(R2),
                                new FromMap(HOST_PORTS_AT, 0, R0, R0),
                                new DestinationNat(R0, R1)))
                .addRule(
                        "host-port",
                        rule(
                                Match.loadProtocol(R0),
                                Match.loadPort(R1),
                                new FromMap(HOST_PORTS, 0, R0, R0),
                                new DestinationNat(R0, R1)));
    }

    private static void forwardRules(Transaction transaction) {
        transaction.addRule(
                "forward", rule(Match.inGroup(GROUP, false), Match.outGroup(GROUP, false), new Decide(Verdict.DROP)));
    }

    private void postroutingRules(Transaction transaction) {
        transaction
                .addRule(
                        "postrouting",
                        rule(
                                Match.outNameStarts(config.linkPrefix(), true),
                                sourceIn(Cidr.LOOPBACK, true),
                                new Masquerade()))
                .addRule(
                        "postrouting",
                        rule(
                                Match.loadSource(R0),
                                Match.loadDestination(R1),
                                new InSet(HAIRPIN, 0, R0),
                                new Masquerade()))
                .addRule(
                        "postrouting",
                        rule(
                                sourceIn(config.nodeRange(), true),
                                destinationIn(config.podRange(), false),
                                toOtherNodes(),
                                Match.outNameStarts(config.linkPrefix(), false),
                                new Masquerade()))
                .addRule("last", rule(Match.outGroup(GROUP, true), new Decide(Verdict.ACCEPT)))
                .addRule("last", rule(Match.outNameIs("lo"), new Decide(Verdict.ACCEPT)));
        for (Cidr range : List.of(config.podRange(), config.serviceRange())) {
            transaction
                    .addRule("last", rule(sourceIn(range, true), new Decide(Verdict.DROP)))
                    .addRule("last", rule(destinationIn(range, true), new Decide(Verdict.DROP)));
        }
    }

    /** No masquerading towards nodes and the machine, so that they can limit each pod by its address. */
    private List<Expression> toOtherNodes() {
        NodeNamespace place = config.place();
        return place == null ? List.of() : destinationIn(place.nodes(), false);
    }

    private void otherFamilies(Transaction transaction) {
        transaction
                .in(Family.ARP)
                .replaceTable()
                .addSet(SetSpec.set(SENDERS, Type.LINK_NAME, Type.ADDRESS))
                .addBaseChain("input", "filter", Hook.ARP_INPUT, Transaction.PRIORITY_FILTER)
                .addRule(
                        "input",
                        rule(
                                Match.loadInName(R0),
                                Match.loadArpSender(R4),
                                new InSet(SENDERS, 0, R0),
                                new Decide(Verdict.ACCEPT)))
                .addRule("input", rule(Match.inNameStarts(config.linkPrefix()), new Decide(Verdict.DROP)));
        if (ipv6) {
            transaction
                    .in(Family.IP6)
                    .replaceTable()
                    .addBaseChain("raw", "filter", Hook.PREROUTING, Transaction.PRIORITY_RAW)
                    .addBaseChain("last", "filter", Hook.POSTROUTING, PRIORITY_LAST)
                    .addRule("raw", rule(Match.inNameStarts(config.linkPrefix()), new Decide(Verdict.DROP)))
                    .addRule("last", rule(Match.outNameStarts(config.linkPrefix(), true), new Decide(Verdict.DROP)));
        }
        transaction.in(Family.IP);
    }

    private static List<Expression> sourceIn(Cidr range, boolean in) {
        return Match.sourceIn(range.network(), range.prefix(), in);
    }

    private static List<Expression> destinationIn(Cidr range, boolean in) {
        return Match.destinationIn(range.network(), range.prefix(), in);
    }

    private Transaction change(Transaction transaction, Lease lease, boolean add) {
        byte[] address = lease.address().getAddress();
        List<SetElement> anywhere = new ArrayList<>();
        List<SetElement> somewhere = new ArrayList<>();
        for (HostPort port : lease.ports()) {
            byte[] protocol = Match.protocolByte(port.port().protocolNumber());
            byte[] host = Match.port(port.hostPort());
            byte[] target = Match.concat(address, Match.port(port.containerPort()));
            if (port.hostAddress().isEmpty() || port.hostAddress().equals("0.0.0.0")) {
                anywhere.add(SetElement.entry(Match.concat(protocol, host), target));
            } else {
                byte[] at = Cidr.parseAddress(port.hostAddress()).getAddress();
                somewhere.add(SetElement.entry(Match.concat(at, protocol, host), target));
            }
        }
        elements(transaction, HOST_PORTS, anywhere, add);
        elements(transaction, HOST_PORTS_AT, somewhere, add);
        elements(transaction, HAIRPIN, List.of(SetElement.member(address, address)), add);
        String link = RoutedNetwork.linkName(config.linkPrefix(), lease.sandboxId());
        List<SetElement> sender = List.of(SetElement.member(Match.linkName(link), address));
        elements(transaction, SENDERS, sender, add);
        elements(transaction.in(Family.ARP), SENDERS, sender, add);
        return transaction.in(Family.IP);
    }

    private static void elements(Transaction transaction, String set, List<SetElement> elements, boolean add) {
        if (add) {
            transaction.addElements(set, elements);
        } else {
            transaction.deleteElements(set, elements);
        }
    }
}
