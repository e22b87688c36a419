package dev.proa.node.network;

import static dev.proa.node.linux.nftables.Expression.R0;
import static dev.proa.node.linux.nftables.Expression.R1;
import static dev.proa.node.linux.nftables.Expression.R2;
import static dev.proa.node.linux.nftables.Match.rule;

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
import dev.proa.node.linux.nftables.Transaction.Hook;
import dev.proa.node.linux.nftables.Verdict;
import dev.proa.node.network.AddressLeases.Lease;
import dev.proa.node.network.PodNetwork.HostPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * The packet rules of the pod network, as transactions. Pure.
 *
 * <pre>
 *   prerouting raw    from a pod to 127.0.0.0/8              drop: loopback is the node's own
 *   prerouting, output nat   to a host port                  destination becomes the pod's address and port
 *   postrouting nat   from 127.0.0.0/8 to a pod              masquerade, or the answer would not come back
 *                     from a pod to itself by a host port    masquerade, or the pod would see its own address
 *                       or a service
 *                     from a pod to outside of the cluster   masquerade
 * </pre>
 */
final class NetworkRules {
    private static final Cidr LOOPBACK = Cidr.parse("127.0.0.0/8");
    private static final String HOST_PORTS = "host-ports";
    private static final String HOST_PORTS_AT = "host-ports-at";
    private static final String HAIRPIN = "hairpin";

    private final String table;
    private final String linkPrefix;
    private final Cidr nodeRange;
    private final Cidr podRange;

    NetworkRules(String table, String linkPrefix, Cidr nodeRange, Cidr podRange) {
        this.table = table;
        this.linkPrefix = linkPrefix;
        this.nodeRange = nodeRange;
        this.podRange = podRange;
    }

    /** All rules, in place of what was there. */
    Transaction install(Collection<Lease> leases) {
        Transaction transaction = new Transaction(table)
                .replaceTable()
                .addSet(SetSpec.map(HOST_PORTS, List.of(Type.PROTOCOL, Type.PORT), List.of(Type.ADDRESS, Type.PORT)))
                .addSet(SetSpec.map(
                        HOST_PORTS_AT,
                        List.of(Type.ADDRESS, Type.PROTOCOL, Type.PORT),
                        List.of(Type.ADDRESS, Type.PORT)))
                .addSet(SetSpec.set(HAIRPIN, Type.ADDRESS, Type.ADDRESS))
                .addChain("host-port")
                .addBaseChain("raw", "filter", Hook.PREROUTING, Transaction.PRIORITY_RAW)
                .addBaseChain("prerouting", "nat", Hook.PREROUTING, Transaction.PRIORITY_DESTINATION_NAT)
                .addBaseChain("output", "nat", Hook.OUTPUT, Transaction.PRIORITY_DESTINATION_NAT)
                .addBaseChain("postrouting", "nat", Hook.POSTROUTING, Transaction.PRIORITY_SOURCE_NAT);
        rawRules(transaction);
        hostPortRules(transaction);
        postroutingRules(transaction);
        leases.forEach(lease -> change(transaction, lease, true));
        return transaction;
    }

    /** What a new lease adds. */
    Transaction add(Lease lease) {
        return change(new Transaction(table), lease, true);
    }

    /** Undoes {@link #add}. */
    Transaction remove(Lease lease) {
        return change(new Transaction(table), lease, false);
    }

    private void rawRules(Transaction transaction) {
        transaction.addRule(
                "raw",
                rule(
                        Match.inNameStarts(linkPrefix),
                        Match.destinationIn(LOOPBACK.network(), LOOPBACK.prefix(), true),
                        new Decide(Verdict.DROP)));
    }

    private void hostPortRules(Transaction transaction) {
        for (String hook : List.of("prerouting", "output")) {
            transaction.addRule(hook, rule(Match.destinationLocal(true), new Decide(Verdict.jump("host-port"))));
        }
        transaction.addRule(
                "host-port",
                rule(
                        Match.loadDestination(R0),
                        Match.loadProtocol(R1),
                        Match.loadPort(R2),
                        new FromMap(HOST_PORTS_AT, 0, R0, R0),
                        new DestinationNat(R0, R1)));
        transaction.addRule(
                "host-port",
                rule(
                        Match.loadProtocol(R0),
                        Match.loadPort(R1),
                        new FromMap(HOST_PORTS, 0, R0, R0),
                        new DestinationNat(R0, R1)));
    }

    private void postroutingRules(Transaction transaction) {
        transaction.addRule(
                "postrouting",
                rule(
                        Match.outNameStarts(linkPrefix, true),
                        Match.sourceIn(LOOPBACK.network(), LOOPBACK.prefix(), true),
                        new Masquerade()));
        transaction.addRule(
                "postrouting",
                rule(Match.loadSource(R0), Match.loadDestination(R1), new InSet(HAIRPIN, 0, R0), new Masquerade()));
        transaction.addRule(
                "postrouting",
                rule(
                        Match.sourceIn(nodeRange.network(), nodeRange.prefix(), true),
                        Match.destinationIn(podRange.network(), podRange.prefix(), false),
                        Match.outNameStarts(linkPrefix, false),
                        new Masquerade()));
    }

    private static Transaction change(Transaction transaction, Lease lease, boolean add) {
        byte[] address = lease.address().getAddress();
        List<SetElement> anywhere = new ArrayList<>();
        List<SetElement> somewhere = new ArrayList<>();
        for (HostPort port : lease.ports()) {
            byte[] protocol = Match.protocolByte(protocol(port.protocol()));
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
        return transaction;
    }

    private static void elements(Transaction transaction, String set, List<SetElement> elements, boolean add) {
        if (add) {
            transaction.addElements(set, elements);
        } else {
            transaction.deleteElements(set, elements);
        }
    }

    private static int protocol(String name) {
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "TCP", "" -> 6;
            case "UDP" -> 17;
            case "SCTP" -> 132;
            default -> throw new IllegalArgumentException("No protocol of host ports: " + name);
        };
    }
}
