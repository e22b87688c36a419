package dev.proa.node.machine;

import dev.proa.node.network.Cidr;
import java.net.Inet4Address;
import org.jspecify.annotations.Nullable;

/**
 * The addresses and names on the machine that follow from a cluster's number.
 *
 * <pre>
 *   number 3:   nodes 10.90.3.2, 10.90.3.3, ...   machine 10.90.3.1   router 10.90.3.254   ports of nodes at 127.0.0.4
 * </pre>
 *
 * @param number 0-249
 */
record AddressPlan(int number) {
    /** The address range of all clusters. */
    static final Cidr ALL = Cidr.parse("10.90.0.0/16");

    private static final int PREFIX = 24;
    private static final long ROUTER = 254;
    private static final long FIRST_NODE = 2;
    /** The largest number of nodes of a cluster. */
    static final int MAXIMUM_NODES = (int) (ROUTER - FIRST_NODE);

    private static final int TABLES = 0x70726f00;
    private static final int RULES = 10_000;

    /** The plan by which the machine has this address; null when there is none. */
    static @Nullable AddressPlan ofMachine(Inet4Address machine) {
        AddressPlan plan = ALL.contains(machine) ? new AddressPlan((int) (ALL.offset(machine) >> 8)) : null;
        return plan != null && plan.machine().equals(machine) ? plan : null;
    }

    /** The address range of the cluster's nodes and of what connects them. */
    Cidr nodes() {
        return new Cidr(ALL.at((long) number << 8), PREFIX);
    }

    /** The machine's address on the cluster's link, by which pods and nodes reach it and it reaches them. */
    Inet4Address machine() {
        return nodes().at(1);
    }

    /** The address of the router namespace that joins the nodes. */
    Inet4Address router() {
        return nodes().at(ROUTER);
    }

    Inet4Address node(int index) {
        if (index >= MAXIMUM_NODES) {
            throw new IllegalArgumentException("A cluster on one machine has at most " + MAXIMUM_NODES + " nodes");
        }
        return nodes().at(FIRST_NODE + index);
    }

    /** The loopback address at which the machine reaches the ports of the cluster's nodes: 127.0.0.1 for number 0. */
    Inet4Address loopback() {
        return Cidr.LOOPBACK.at(1L + number);
    }

    /** The name of the machine's end of the link to the cluster. */
    String link() {
        return "proa" + number;
    }

    /** The name of the nf_tables tables. */
    String table() {
        return link();
    }

    /** The routing table for packets from {@link #machine()}. */
    int routingTable() {
        return TABLES + number;
    }

    int rulePriority() {
        return RULES + number;
    }
}
