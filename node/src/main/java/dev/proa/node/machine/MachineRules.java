package dev.proa.node.machine;

import static dev.proa.node.linux.nftables.Expression.R0;
import static dev.proa.node.linux.nftables.Expression.R1;
import static dev.proa.node.linux.nftables.Match.rule;

import dev.proa.node.linux.nftables.Expression;
import dev.proa.node.linux.nftables.Expression.Decide;
import dev.proa.node.linux.nftables.Expression.DestinationNat;
import dev.proa.node.linux.nftables.Expression.FromMap;
import dev.proa.node.linux.nftables.Expression.Masquerade;
import dev.proa.node.linux.nftables.Match;
import dev.proa.node.linux.nftables.SetElement;
import dev.proa.node.linux.nftables.SetSpec;
import dev.proa.node.linux.nftables.SetSpec.Type;
import dev.proa.node.linux.nftables.Transaction;
import dev.proa.node.linux.nftables.Transaction.Family;
import dev.proa.node.linux.nftables.Transaction.Hook;
import dev.proa.node.linux.nftables.Verdict;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.PodNetwork.Port;
import dev.proa.node.network.RoutedNetwork;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Builds the machine's packet rules for one cluster, as transactions. Pure.
 *
 * <pre>
 *   prerouting raw    from the cluster's link       from a node's address: accept; from a pod's to the machine's address on the
 *                                                   link: accept; else drop. Nothing to 127.0.0.0/8
 *                     from the loopback link        accept
 *                     from anywhere else            drop what says to be from or wants to go to the cluster's addresses, or to
 *                                                   127.0.0.0/8
 *   output nat        to a published port of the machine's other addresses, or of the cluster's own one in 127.0.0.0/8
 *                                                   destination becomes the node's
 *   prerouting nat    the same for other machines, if the cluster is exposed
 *   forward           between links of no cluster   drop, unless the machine forwarded already
 *   postrouting nat   from a node to outside        masquerade
 *                     from 127.0.0.0/8 to a node    masquerade, or the answer would not come back
 *   ip6               from or to the link           drop
 * </pre>
 */
final class MachineRules {
    private static final String PUBLISHED = "published";
    private static final int GROUP = RoutedNetwork.LINK_GROUP;

    private final AddressPlan plan;
    private final Cidr podRange;
    private final boolean exposed;
    private final boolean routesForOthers;
    private final boolean ipv6;

    /**
     * @param podRange of the cluster
     * @param exposed whether other machines reach published ports
     * @param routesForOthers whether the machine forwards packets that do not concern clusters
     * @param ipv6 whether the kernel has IPv6
     */
    MachineRules(AddressPlan plan, Cidr podRange, boolean exposed, boolean routesForOthers, boolean ipv6) {
        this.plan = plan;
        this.podRange = podRange;
        this.exposed = exposed;
        this.routesForOthers = routesForOthers;
        this.ipv6 = ipv6;
    }

    /** The families that have a table. */
    Family[] families() {
        return ipv6 ? new Family[] {Family.IP, Family.IP6} : new Family[] {Family.IP};
    }

    /** All rules, replacing existing ones, with these ports published. */
    Transaction install(Map<Port, InetSocketAddress> published) {
        // When two clusters publish the same port, the one with the lower number gets it.
        int priority = Transaction.PRIORITY_DESTINATION_NAT + 2 + plan.number();
        Transaction transaction = new Transaction(plan.table())
                .replaceTable()
                .addSet(SetSpec.map(PUBLISHED, List.of(Type.PROTOCOL, Type.PORT), List.of(Type.ADDRESS, Type.PORT)))
                .addChain("publish")
                .addBaseChain("raw", "filter", Hook.PREROUTING, Transaction.PRIORITY_RAW)
                .addBaseChain("prerouting", "nat", Hook.PREROUTING, priority)
                .addBaseChain("output", "nat", Hook.OUTPUT, priority)
                .addBaseChain("forward", "filter", Hook.FORWARD, Transaction.PRIORITY_FILTER)
                .addBaseChain("postrouting", "nat", Hook.POSTROUTING, Transaction.PRIORITY_SOURCE_NAT);
        sourceRules(transaction);
        publishRules(transaction);
        if (!routesForOthers) {
            transaction.addRule(
                    "forward",
                    rule(Match.inGroup(GROUP, false), Match.outGroup(GROUP, false), new Decide(Verdict.DROP)));
        }
        transaction
                .addRule(
                        "postrouting",
                        rule(Match.outNameIs(plan.link()), sourceIn(Cidr.LOOPBACK, true), new Masquerade()))
                .addRule("postrouting", rule(Match.outNameIs(plan.link()), new Decide(Verdict.ACCEPT)))
                .addRule("postrouting", rule(Match.outNameIs("lo"), new Decide(Verdict.ACCEPT)))
                .addRule("postrouting", rule(sourceIn(plan.nodes(), true), new Masquerade()));
        if (ipv6) {
            transaction
                    .in(Family.IP6)
                    .replaceTable()
                    .addBaseChain("raw", "filter", Hook.PREROUTING, Transaction.PRIORITY_RAW)
                    .addBaseChain("last", "filter", Hook.POSTROUTING, Transaction.PRIORITY_SOURCE_NAT)
                    .addRule("raw", rule(Match.inNameIs(plan.link()), new Decide(Verdict.DROP)))
                    .addRule("last", rule(Match.outNameIs(plan.link()), new Decide(Verdict.DROP)));
        }
        transaction.in(Family.IP);
        return published.isEmpty() ? transaction : transaction.addElements(PUBLISHED, elements(published));
    }

    /** Withdraws some ports and publishes others. */
    Transaction publish(Map<Port, InetSocketAddress> gone, Map<Port, InetSocketAddress> come) {
        Transaction transaction = new Transaction(plan.table());
        if (!gone.isEmpty()) {
            transaction.deleteElements(PUBLISHED, elements(gone));
        }
        if (!come.isEmpty()) {
            transaction.addElements(PUBLISHED, elements(come));
        }
        return transaction;
    }

    private static List<SetElement> elements(Map<Port, InetSocketAddress> ports) {
        List<SetElement> elements = new ArrayList<>();
        ports.forEach((port, target) -> elements.add(SetElement.entry(
                Match.concat(Match.protocolByte(port.protocolNumber()), Match.port(port.number())),
                Match.concat(target.getAddress().getAddress(), Match.port(target.getPort())))));
        return elements;
    }

    private void sourceRules(Transaction transaction) {
        Cidr machine = new Cidr(plan.machine(), 32);
        transaction
                .addChain("from-cluster")
                .addRule("from-cluster", rule(destinationIn(Cidr.LOOPBACK, true), new Decide(Verdict.DROP)))
                .addRule("from-cluster", rule(sourceIn(plan.nodes(), true), new Decide(Verdict.ACCEPT)))
                .addRule(
                        "from-cluster",
                        rule(sourceIn(podRange, true), destinationIn(machine, true), new Decide(Verdict.ACCEPT)))
                .addRule("from-cluster", rule(new Decide(Verdict.DROP)))
                .addRule("raw", rule(Match.inNameIs(plan.link()), new Decide(Verdict.goTo("from-cluster"))))
                .addRule("raw", rule(Match.inNameIs("lo"), new Decide(Verdict.ACCEPT)))
                .addRule("raw", rule(sourceIn(plan.nodes(), true), new Decide(Verdict.DROP)))
                .addRule("raw", rule(destinationIn(plan.nodes(), true), new Decide(Verdict.DROP)))
                .addRule("raw", rule(destinationIn(Cidr.LOOPBACK, true), new Decide(Verdict.DROP)));
    }

    private void publishRules(Transaction transaction) {
        List<Expression> toPublished = rule(Match.destinationLocal(true), new Decide(Verdict.jump("publish")));
        transaction
                .addRule("output", toPublished)
                // Other clusters have other loopback addresses, and the link's own address is the API server's.
                .addRule(
                        "publish",
                        rule(
                                destinationIn(Cidr.LOOPBACK, true),
                                destinationIn(new Cidr(plan.loopback(), 32), false),
                                new Decide(Verdict.RETURN)))
                .addRule("publish", rule(destinationIn(AddressPlan.ALL, true), new Decide(Verdict.RETURN)))
                .addRule(
                        "publish",
                        rule(
                                Match.loadProtocol(R0),
                                Match.loadPort(R1),
                                new FromMap(PUBLISHED, 0, R0, R0),
                                new DestinationNat(R0, R1)));
        if (exposed) {
            transaction.addRule("prerouting", rule(Match.inGroup(GROUP, false), toPublished));
        }
    }

    private static List<Expression> sourceIn(Cidr range, boolean in) {
        return Match.sourceIn(range.network(), range.prefix(), in);
    }

    private static List<Expression> destinationIn(Cidr range, boolean in) {
        return Match.destinationIn(range.network(), range.prefix(), in);
    }
}
