package dev.proa.cluster;

/** The address plan of every cluster. */
final class Addresses {
    static final String POD_RANGE = "10.244.0.0/16";
    static final String SERVICE_RANGE = "10.96.0.0/16";
    /** The address of service {@code kubernetes}. */
    static final String API_SERVICE = "10.96.0.1";
    /** The address of service {@code kube-dns}. */
    static final String DNS_SERVICE = "10.96.0.10";

    static final String DOMAIN = "cluster.local";

    private Addresses() {}

    /** The pods of a node: 254 each for up to 256 nodes; simulated clusters with more nodes share. */
    static String nodeRange(int index) {
        return "10.244." + index % 256 + ".0/24";
    }
}
