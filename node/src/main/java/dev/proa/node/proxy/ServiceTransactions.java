package dev.proa.node.proxy;

import static dev.proa.node.linux.nftables.Expression.R0;
import static dev.proa.node.linux.nftables.Expression.R1;
import static dev.proa.node.linux.nftables.Expression.R2;
import static dev.proa.node.linux.nftables.Expression.R3;
import static dev.proa.node.linux.nftables.Match.rule;

import dev.proa.node.linux.nftables.Expression;
import dev.proa.node.linux.nftables.Expression.Compare;
import dev.proa.node.linux.nftables.Expression.Constant;
import dev.proa.node.linux.nftables.Expression.Decide;
import dev.proa.node.linux.nftables.Expression.DestinationNat;
import dev.proa.node.linux.nftables.Expression.FromMap;
import dev.proa.node.linux.nftables.Expression.InSet;
import dev.proa.node.linux.nftables.Expression.Learn;
import dev.proa.node.linux.nftables.Expression.Masquerade;
import dev.proa.node.linux.nftables.Expression.Random;
import dev.proa.node.linux.nftables.Expression.Reject;
import dev.proa.node.linux.nftables.Match;
import dev.proa.node.linux.nftables.SetElement;
import dev.proa.node.linux.nftables.SetSpec;
import dev.proa.node.linux.nftables.SetSpec.Type;
import dev.proa.node.linux.nftables.Transaction;
import dev.proa.node.linux.nftables.Transaction.Hook;
import dev.proa.node.linux.nftables.Verdict;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.PodNetwork.Port;
import dev.proa.node.network.RoutedNetwork;
import dev.proa.node.proxy.ServiceRules.Backend;
import dev.proa.node.proxy.ServiceRules.Chain;
import dev.proa.node.proxy.ServiceRules.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Computes nf_tables transactions that change some {@link ServiceRules} to others. Pure.
 *
 * <pre>
 *   nat prerouting, output     to an address of this machine, set reserved ──► nothing: it is the node's own
 *                          ──► map services: address . protocol . port ──► chain of the service
 *                              map node-ports (to an address of this machine): protocol . port ──► chain
 *   nat postrouting            marked ──► masquerade
 *   filter input, forward,     new connections: maps refused, refused-node-ports ──► refuse or ignore,
 *          output              and what is left for the service range ──► refuse
 * </pre>
 */
final class ServiceTransactions {
    /** The bit of the packet mark that asks for masquerading; kube-proxy uses the same. */
    static final int MASQUERADE_MARK = 0x4000;

    private static final String SERVICES = "services";
    private static final String NODE_PORTS = "node-ports";
    private static final String REFUSED = "refused";
    private static final String REFUSED_NODE_PORTS = "refused-node-ports";
    private static final String RESERVED = "reserved";
    private static final int TCP = 6;
    /** Up to this many backends have a rule each: the kernel makes a rule much faster than a map. */
    private static final int RULE_EACH = 16;

    private final String table;
    private final Cidr serviceRange;
    private final Cidr podRange;
    private final boolean exposed;

    /** @param exposed whether services are reachable for other machines too, not only for this node and its pods */
    ServiceTransactions(String table, Cidr serviceRange, Cidr podRange, boolean exposed) {
        this.table = table;
        this.serviceRange = serviceRange;
        this.podRange = podRange;
        this.exposed = exposed;
    }

    /** All rules, replacing existing ones. */
    Transaction install(ServiceRules rules, Collection<Port> reserved) {
        Transaction transaction = new Transaction(table).replaceTable();
        transaction.addSet(SetSpec.set(RESERVED, Type.PROTOCOL, Type.PORT));
        reserved.forEach(port -> reserve(transaction, port));
        for (String map : List.of(SERVICES, REFUSED)) {
            transaction.addSet(SetSpec.verdictMap(map, Type.ADDRESS, Type.PROTOCOL, Type.PORT));
        }
        for (String map : List.of(NODE_PORTS, REFUSED_NODE_PORTS)) {
            transaction.addSet(SetSpec.verdictMap(map, Type.PROTOCOL, Type.PORT));
        }
        translationRules(transaction);
        filterRules(transaction);
        return change(transaction, ServiceRules.NONE, rules);
    }

    /** What changes some rules to others, which may be those of a few services; empty when they are equal. */
    Transaction change(ServiceRules from, ServiceRules to) {
        return change(new Transaction(table), from, to);
    }

    /** Reserves a port for the node: no service redirects it. */
    Transaction reserve(Port port) {
        return reserve(new Transaction(table), port);
    }

    private static Transaction reserve(Transaction transaction, Port port) {
        return transaction.addElements(
                RESERVED,
                List.of(SetElement.member(Match.protocolByte(port.protocolNumber()), Match.port(port.number()))));
    }

    private void translationRules(Transaction transaction) {
        transaction
                .addChain("dispatch")
                .addRule(
                        "dispatch",
                        rule(
                                Match.loadProtocol(R0),
                                Match.loadPort(R1),
                                new InSet(RESERVED, 0, R0),
                                Match.destinationLocal(true),
                                new Decide(Verdict.RETURN)))
                .addRule(
                        "dispatch",
                        rule(
                                Match.loadDestination(R0),
                                Match.loadProtocol(R1),
                                Match.loadPort(R2),
                                new FromMap(SERVICES, 0, R0, Expression.VERDICT)))
                .addRule(
                        "dispatch",
                        rule(
                                Match.destinationLocal(true),
                                Match.loadProtocol(R0),
                                Match.loadPort(R1),
                                new FromMap(NODE_PORTS, 0, R0, Expression.VERDICT)))
                .addBaseChain("prerouting", "nat", Hook.PREROUTING, Transaction.PRIORITY_DESTINATION_NAT)
                .addRule(
                        "prerouting",
                        exposed
                                ? rule(new Decide(Verdict.jump("dispatch")))
                                : rule(
                                        Match.inGroup(RoutedNetwork.LINK_GROUP, true),
                                        new Decide(Verdict.jump("dispatch"))))
                .addBaseChain("output", "nat", Hook.OUTPUT, Transaction.PRIORITY_DESTINATION_NAT)
                .addRule("output", rule(new Decide(Verdict.jump("dispatch"))))
                .addBaseChain("postrouting", "nat", Hook.POSTROUTING, Transaction.PRIORITY_SOURCE_NAT)
                .addRule("postrouting", rule(Match.marked(MASQUERADE_MARK), new Masquerade()));
    }

    private void filterRules(Transaction transaction) {
        transaction
                .addChain(ServiceRules.REFUSE)
                .addRule(ServiceRules.REFUSE, rule(Match.protocol(TCP), new Reject(true)))
                .addRule(ServiceRules.REFUSE, rule(new Reject(false)))
                .addChain(ServiceRules.IGNORE)
                .addRule(ServiceRules.IGNORE, rule(new Decide(Verdict.DROP)))
                .addChain("unclaimed")
                .addRule(
                        "unclaimed",
                        rule(
                                Match.loadDestination(R0),
                                Match.loadProtocol(R1),
                                Match.loadPort(R2),
                                new FromMap(REFUSED, 0, R0, Expression.VERDICT)))
                .addRule(
                        "unclaimed",
                        rule(
                                Match.destinationIn(serviceRange.network(), serviceRange.prefix(), true),
                                new Decide(Verdict.goTo(ServiceRules.REFUSE))))
                .addRule(
                        "unclaimed",
                        rule(
                                Match.destinationLocal(true),
                                Match.loadProtocol(R0),
                                Match.loadPort(R1),
                                new FromMap(REFUSED_NODE_PORTS, 0, R0, Expression.VERDICT)));
        for (Hook hook : List.of(Hook.INPUT, Hook.FORWARD, Hook.OUTPUT)) {
            String chain = "filter-" + hook.name().toLowerCase(java.util.Locale.ROOT);
            transaction
                    .addBaseChain(chain, "filter", hook, Transaction.PRIORITY_FILTER)
                    .addRule(chain, rule(Match.connectionNew(), new Decide(Verdict.jump("unclaimed"))));
        }
    }

    /** Ordered so that nothing is used before it is created or removed while it is in use. */
    private Transaction change(Transaction transaction, ServiceRules from, ServiceRules to) {
        List<String> changed = to.chains().keySet().stream()
                .filter(name ->
                        !Objects.equals(to.chains().get(name), from.chains().get(name)))
                .toList();
        List<String> obsolete = from.chains().keySet().stream()
                .filter(name -> !to.chains().containsKey(name))
                .toList();
        for (String name : changed) {
            if (!from.chains().containsKey(name)) {
                transaction.addChain(name);
            }
            if (learns(to, name) && !learns(from, name)) {
                transaction.addSet(memory(name, to));
            }
        }
        for (String name : changed) {
            if (from.chains().containsKey(name)) {
                transaction.flushChain(name);
            }
            rules(transaction, name, to.chains().get(name));
        }
        entries(transaction, from.entries(), to.entries());
        obsolete.forEach(transaction::flushChain);
        obsolete.forEach(transaction::deleteChain);
        for (String name : from.chains().keySet()) {
            if (learns(from, name) && !learns(to, name)) {
                transaction.deleteSet(name);
            }
        }
        return transaction;
    }

    private static boolean learns(ServiceRules rules, String chain) {
        return rules.chains().get(chain) instanceof Chain.Balance balance && balance.affinity() != null;
    }

    private static SetSpec memory(String chain, ServiceRules rules) {
        Duration affinity = rules.chains().get(chain) instanceof Chain.Balance balance ? balance.affinity() : null;
        return SetSpec.map(chain, List.of(Type.ADDRESS), List.of(Type.ADDRESS, Type.PORT))
                .learning(affinity == null ? Duration.ofHours(3) : affinity);
    }

    private void rules(Transaction transaction, String name, @Nullable Chain chain) {
        switch (chain) {
            case Chain.Balance balance -> balance(transaction, name, balance);
            case Chain.Hide(String next) ->
                transaction.addRule(name, rule(Match.mark(MASQUERADE_MARK), new Decide(Verdict.goTo(next))));
            case Chain.Local(String cluster, String local) ->
                transaction
                        .addRule(
                                name,
                                rule(
                                        Match.sourceIn(podRange.network(), podRange.prefix(), true),
                                        new Decide(Verdict.goTo(cluster))))
                        .addRule(
                                name,
                                rule(
                                        Match.sourceLocal(),
                                        Match.mark(MASQUERADE_MARK),
                                        new Decide(Verdict.goTo(cluster))))
                        .addRule(name, rule(new Decide(Verdict.goTo(local))));
            case null -> throw new IllegalStateException("no rules for " + name);
        }
    }

    private static void balance(Transaction transaction, String name, Chain.Balance chain) {
        Duration affinity = chain.affinity();
        if (affinity != null) {
            sticky(transaction, name, chain.backends(), affinity);
            return;
        }
        for (List<Expression> choice : choices(transaction, chain.backends())) {
            transaction.addRule(name, rule(choice, new DestinationNat(R2, R3)));
        }
    }

    /**
     * Session affinity: a known client whose backend still exists goes there again; others get one and are remembered.
     * Learning does not change an existing value, so an outdated one is deleted first.
     */
    private static void sticky(Transaction transaction, String name, List<Backend> backends, Duration affinity) {
        int current = transaction.addAnonymous(
                new SetSpec(name, List.of(Type.ADDRESS, Type.PORT), List.of(), false, null),
                backends.stream().map(b -> SetElement.member(target(b))).toList());
        transaction.addRule(
                name,
                rule(
                        Match.loadSource(R0),
                        new FromMap(name, 0, R0, R2),
                        new InSet(Transaction.ANONYMOUS_SET, current, R2),
                        new Learn(Learn.Operation.UPDATE, name, R0, R2, affinity),
                        new DestinationNat(R2, R3)));
        for (List<Expression> choice : choices(transaction, backends)) {
            transaction.addRule(
                    name,
                    rule(
                            choice,
                            Match.loadSource(R0),
                            new Learn(Learn.Operation.DELETE, name, R0, R2, affinity),
                            new Learn(Learn.Operation.ADD, name, R0, R2, affinity),
                            new DestinationNat(R2, R3)));
        }
    }

    /**
     * Beginnings of rules, one of which matches, that load the address and port of a backend into registers 2 and 3; each
     * backend is as likely as any other. A few backends are a rule each: the first of five matches one time in five, the next one
     * time in four, and so on. Many are a look into a map by a random number.
     *
     * <p>The rule after a map is for the packet that began to pass the chain before a transaction and looks the number up after
     * it, when the elements of the map have gone with the transaction although its rules are still being followed.
     */
    private static List<List<Expression>> choices(Transaction transaction, List<Backend> backends) {
        List<List<Expression>> choices = new ArrayList<>();
        if (backends.size() <= RULE_EACH) {
            for (int left = backends.size(); left > 1; left--) {
                choices.add(List.of(
                        new Random(R1, left),
                        new Compare(R1, true, Match.number(0)),
                        new Constant(R2, target(backends.get(left - 1)))));
            }
        } else {
            choices.add(fromMap(transaction, backends));
        }
        choices.add(List.of(new Constant(R2, target(backends.getFirst()))));
        return choices;
    }

    private static List<Expression> fromMap(Transaction transaction, List<Backend> backends) {
        List<SetElement> elements = new ArrayList<>();
        for (Backend backend : backends) {
            elements.add(SetElement.entry(Match.number(elements.size()), target(backend)));
        }
        int id = transaction.addAnonymous(
                SetSpec.map("backends", List.of(Type.NUMBER), List.of(Type.ADDRESS, Type.PORT)), elements);
        return List.of(new Random(R1, backends.size()), new FromMap(Transaction.ANONYMOUS_MAP, id, R1, R2));
    }

    private static byte[] target(Backend backend) {
        return Match.concat(backend.address().getAddress(), Match.port(backend.port()));
    }

    private static void entries(Transaction transaction, Map<Entry, String> from, Map<Entry, String> to) {
        Map<String, List<SetElement>> gone = new LinkedHashMap<>();
        Map<String, List<SetElement>> come = new LinkedHashMap<>();
        from.forEach((entry, chain) -> {
            if (!chain.equals(to.get(entry))) {
                gone.computeIfAbsent(map(entry, chain), key -> new ArrayList<>())
                        .add(element(entry, chain));
            }
        });
        to.forEach((entry, chain) -> {
            if (!chain.equals(from.get(entry))) {
                come.computeIfAbsent(map(entry, chain), key -> new ArrayList<>())
                        .add(element(entry, chain));
            }
        });
        gone.forEach(transaction::deleteElements);
        come.forEach(transaction::addElements);
    }

    private static String map(Entry entry, String chain) {
        if (ServiceRules.refuses(chain)) {
            return entry.address() == null ? REFUSED_NODE_PORTS : REFUSED;
        }
        return entry.address() == null ? NODE_PORTS : SERVICES;
    }

    private static SetElement element(Entry entry, String chain) {
        byte[] protocol = Match.protocolByte(entry.protocol().number());
        byte[] port = Match.port(entry.port());
        byte[] key = entry.address() == null
                ? Match.concat(protocol, port)
                : Match.concat(entry.address().getAddress(), protocol, port);
        return SetElement.verdict(key, Verdict.goTo(chain));
    }
}
