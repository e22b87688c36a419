package dev.proa.node.linux.nftables;

import dev.proa.node.linux.netlink.AttributeWriter;
import dev.proa.node.linux.netlink.NetlinkCodec;
import dev.proa.node.linux.netlink.NetlinkCodec.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Changes to the tables of one name, of family {@code ip} unless {@link #in} says another, in the order in which they are to be
 * made. Pure until {@link NfTables#commit} sends it. Not safe for use by several threads.
 */
public final class Transaction {
    /** Which packets a table sees. Tables of the same name in different families are different tables. */
    public enum Family {
        IP(2),
        ARP(3),
        IP6(10);

        final int number;

        Family(int number) {
            this.number = number;
        }
    }

    /** Where a base chain sees packets. */
    public enum Hook {
        PREROUTING(0),
        INPUT(1),
        FORWARD(2),
        OUTPUT(3),
        POSTROUTING(4),
        /** The only way in for family {@link Family#ARP}. */
        ARP_INPUT(0);

        final int number;

        Hook(int number) {
            this.number = number;
        }
    }

    /** Before connection tracking. */
    public static final int PRIORITY_RAW = -300;
    /** Where destinations are changed. */
    public static final int PRIORITY_DESTINATION_NAT = -100;
    /** Where packets are filtered. */
    public static final int PRIORITY_FILTER = 0;
    /** Where sources are changed. */
    public static final int PRIORITY_SOURCE_NAT = 100;

    private static final int SUBSYSTEM = 10 << 8;
    private static final int NEW_TABLE = SUBSYSTEM;
    private static final int GET_TABLE = SUBSYSTEM | 1;
    private static final int DELETE_TABLE = SUBSYSTEM | 2;
    private static final int NEW_CHAIN = SUBSYSTEM | 3;
    private static final int DELETE_CHAIN = SUBSYSTEM | 5;
    private static final int NEW_RULE = SUBSYSTEM | 6;
    private static final int DELETE_RULE = SUBSYSTEM | 8;
    private static final int NEW_SET = SUBSYSTEM | 9;
    private static final int DELETE_SET = SUBSYSTEM | 11;
    private static final int NEW_ELEMENTS = SUBSYSTEM | 12;
    private static final int DELETE_ELEMENTS = SUBSYSTEM | 14;
    private static final int BATCH_BEGIN = 16;
    private static final int BATCH_END = 17;

    private static final int SET_ANONYMOUS = 0x1;
    private static final int SET_CONSTANT = 0x2;
    private static final int SET_MAP = 0x8;
    private static final int SET_TIMEOUT = 0x10;
    private static final int SET_LEARNING = 0x20;
    private static final int DATA_IS_VERDICT = 0xffffff00;

    /** An attribute holds 64 KiB: a list of more elements takes several messages. */
    private static final int ELEMENTS_PER_MESSAGE = 400;

    private final String table;
    private final List<Request> changes = new ArrayList<>();
    private final List<String> descriptions = new ArrayList<>();
    private Family family = Family.IP;
    private int lastSetId;

    public Transaction(String table) {
        this.table = table;
    }

    /** Subsequent changes apply to the table of this family. */
    public Transaction in(Family other) {
        family = other;
        return this;
    }

    /** Whether there is nothing to do. */
    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /** How many changes were collected. */
    public int size() {
        return changes.size();
    }

    /** Makes the table, unless it is there. */
    public Transaction addTable() {
        return change(
                "add table",
                NEW_TABLE,
                NetlinkCodec.FLAG_CREATE,
                out -> out.string(1, table).be32(2, 0));
    }

    /** Removes the table with all that is in it. Fails when there is none. */
    public Transaction deleteTable() {
        return change("delete table", DELETE_TABLE, 0, out -> out.string(1, table));
    }

    /** Recreates the table, empty. */
    public Transaction replaceTable() {
        return addTable().deleteTable().addTable();
    }

    /** Makes a chain that sees packets at a hook; what it lets through is accepted. */
    public Transaction addBaseChain(String chain, String type, Hook hook, int priority) {
        return change(
                "add chain " + chain,
                NEW_CHAIN,
                NetlinkCodec.FLAG_CREATE,
                out -> out.string(1, table)
                        .string(3, chain)
                        .nest(4, h -> h.be32(1, hook.number).be32(2, priority))
                        .be32(5, 1)
                        .string(7, type));
    }

    /** Creates a chain for jumps from others, unless it exists. */
    public Transaction addChain(String chain) {
        return change(
                "add chain " + chain,
                NEW_CHAIN,
                NetlinkCodec.FLAG_CREATE,
                out -> out.string(1, table).string(3, chain));
    }

    /** Removes all rules of a chain. */
    public Transaction flushChain(String chain) {
        return change(
                "flush chain " + chain,
                DELETE_RULE,
                0,
                out -> out.string(1, table).string(2, chain));
    }

    /** Removes a chain, which must be empty and which nothing may lead to. */
    public Transaction deleteChain(String chain) {
        return change(
                "delete chain " + chain,
                DELETE_CHAIN,
                0,
                out -> out.string(1, table).string(3, chain));
    }

    /** Adds a rule to the end of a chain. */
    public Transaction addRule(String chain, List<Expression> rule) {
        return change(
                "add rule to chain " + chain,
                NEW_RULE,
                NetlinkCodec.FLAG_CREATE | NetlinkCodec.FLAG_APPEND,
                out -> out.string(1, table).string(2, chain).nest(4, list -> rule.forEach(e -> e.encode(list))));
    }

    /** Makes a set or map, unless it is there. */
    public Transaction addSet(SetSpec spec) {
        int flags = spec.map() ? SET_MAP : 0;
        Duration timeout = spec.timeout();
        if (timeout != null) {
            flags |= SET_TIMEOUT | SET_LEARNING;
        }
        return addSet(spec, flags, timeout == null ? 0 : spec.maxLearned());
    }

    /**
     * Makes a map without a name, which lives as long as the rule that uses it.
     *
     * @param spec its name is only for error messages
     * @return its id, for {@link Expression.FromMap} with the name {@link #ANONYMOUS_MAP}
     */
    public int addAnonymous(SetSpec spec, List<SetElement> elements) {
        String name = spec.map() ? ANONYMOUS_MAP : ANONYMOUS_SET;
        SetSpec anonymous = new SetSpec(name, spec.key(), spec.value(), spec.verdicts(), null);
        addSet(anonymous, SET_ANONYMOUS | SET_CONSTANT | (spec.map() ? SET_MAP : 0), elements.size());
        int id = lastSetId;
        elements(NEW_ELEMENTS, name, id, elements);
        return id;
    }

    /** The name that expressions use for a map without one. */
    public static final String ANONYMOUS_MAP = "__map%d";
    /** The name that expressions use for a set without one. */
    public static final String ANONYMOUS_SET = "__set%d";

    /** Removes a set or map that no rule uses. */
    public Transaction deleteSet(String set) {
        return change(
                "delete set " + set, DELETE_SET, 0, out -> out.string(1, table).string(2, set));
    }

    /** Adds elements. One that is there already must have the same value. */
    public Transaction addElements(String set, List<SetElement> elements) {
        return elements(NEW_ELEMENTS, set, 0, elements);
    }

    /** Removes elements. Fails when one is not there. */
    public Transaction deleteElements(String set, List<SetElement> elements) {
        return elements(
                DELETE_ELEMENTS,
                set,
                0,
                elements.stream().map(SetElement::keyOnly).toList());
    }

    /** Asks for a table of family {@code ip}; no part of a transaction. */
    static Request getTable(String table) {
        return new Request(
                GET_TABLE,
                0,
                new AttributeWriter()
                        .raw8(Family.IP.number)
                        .raw8(0)
                        .rawBe16(0)
                        .string(1, table)
                        .toByteArray());
    }

    /** The messages of the batch; the last change asks for an acknowledgement. */
    List<Request> requests() {
        List<Request> requests = new ArrayList<>(changes.size() + 2);
        requests.add(new Request(BATCH_BEGIN, 0, batchHeader()));
        requests.addAll(changes);
        requests.set(requests.size() - 1, requests.getLast().with(NetlinkCodec.FLAG_ACK));
        requests.add(new Request(BATCH_END, 0, batchHeader()));
        return requests;
    }

    /** What the n-th message of {@link #requests()} does, for errors. */
    String describe(int index) {
        return index >= 1 && index <= descriptions.size()
                ? descriptions.get(index - 1) + " of table " + table
                : "change table " + table;
    }

    private Transaction addSet(SetSpec spec, int flags, int size) {
        int id = ++lastSetId;
        return change("add set " + spec.name(), NEW_SET, NetlinkCodec.FLAG_CREATE, out -> {
            out.string(1, table).string(2, spec.name()).be32(3, flags);
            out.be32(4, SetSpec.typeNumber(spec.key())).be32(5, SetSpec.bytes(spec.key()));
            if (spec.verdicts()) {
                out.be32(6, DATA_IS_VERDICT).be32(7, 16);
            } else if (spec.map()) {
                out.be32(6, SetSpec.typeNumber(spec.value())).be32(7, SetSpec.bytes(spec.value()));
            }
            out.be32(10, id);
            if (size > 0) {
                out.nest(9, desc -> desc.be32(1, size));
            }
            Duration timeout = spec.timeout();
            if (timeout != null) {
                out.be64(11, timeout.toMillis());
            }
        });
    }

    private Transaction elements(int type, String set, int setId, List<SetElement> elements) {
        for (int from = 0; from < elements.size(); from += ELEMENTS_PER_MESSAGE) {
            List<SetElement> some = elements.subList(from, Math.min(elements.size(), from + ELEMENTS_PER_MESSAGE));
            change(
                    (type == NEW_ELEMENTS ? "add elements to " : "delete elements from ") + set,
                    type,
                    type == NEW_ELEMENTS ? NetlinkCodec.FLAG_CREATE : 0,
                    out -> {
                        out.string(1, table).string(2, set);
                        if (setId != 0) {
                            out.be32(4, setId);
                        }
                        out.nest(3, list -> some.forEach(e -> e.encode(list)));
                    });
        }
        return this;
    }

    private Transaction change(String description, int type, int flags, Consumer<AttributeWriter> attributes) {
        AttributeWriter out = new AttributeWriter().raw8(family.number).raw8(0).rawBe16(0);
        attributes.accept(out);
        changes.add(new Request(type, flags, out.toByteArray()));
        descriptions.add(description);
        return this;
    }

    private static byte[] batchHeader() {
        return new AttributeWriter().raw8(0).raw8(0).rawBe16(SUBSYSTEM >> 8).toByteArray();
    }
}
