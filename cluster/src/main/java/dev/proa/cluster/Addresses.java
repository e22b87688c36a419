package dev.proa.cluster;

/** The address plan of every cluster. */
final class Addresses {
    static final String POD_RANGE = "10.244.0.0/16";
    /** The address of service {@code kube-dns}. */
    static final String DNS_SERVICE = "10.96.0.10";

    static final String DOMAIN = "cluster.local";

    private Addresses() {}

    /** The pods of a simulated node: 254 each for up to 256 nodes; clusters with more nodes share. */
    static String simulatedPods(int index) {
        return "10.244." + index % 256 + ".0/24";
    }

    /** The address of a simulated node, of TEST-NET-1: it leads nowhere. */
    static String simulatedNode(int index) {
        return "192.0.2." + (index % 254 + 1);
    }
}
