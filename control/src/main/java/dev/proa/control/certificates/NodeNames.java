package dev.proa.control.certificates;

import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Says which names of nodes get certificates without a person's approval. A bootstrap token lets a stranger choose a node's name, and the
 * cluster's authority signs for nodes as for the API server: a node with a name by which clients reach a server could pose as it.
 */
public final class NodeNames {
    private static final int LONGEST = 253;
    private static final String LABEL = "[a-z0-9](?:[-a-z0-9]*+(?<!-))?+";
    private static final Pattern SUBDOMAIN = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*+");

    /** Resolvers read a name that ends in such a label as an IPv4 address. */
    private static final Pattern NUMBER = Pattern.compile("(?:.*\\.)?(?:[0-9]++|0x[0-9a-f]*+)");

    private final String domain;
    private final Supplier<Set<String>> servers;

    /**
     * @param domain of the cluster: {@code cluster.local}
     * @param servers the names in the certificates of the cluster's servers now
     */
    public NodeNames(String domain, Supplier<Set<String>> servers) {
        this.domain = domain;
        this.servers = servers;
    }

    /** Whether a node of this name may have certificates: a DNS subdomain that is nobody else's name, nor an address. */
    boolean allow(String node) {
        return node.length() <= LONGEST
                && SUBDOMAIN.matcher(node).matches()
                && !NUMBER.matcher(node).matches()
                && !isBelow(node, "localhost")
                && !isBelow(node, "svc")
                && !isBelow(node, domain)
                && servers.get().stream()
                        .noneMatch(name -> name.toLowerCase(Locale.ROOT).equals(node));
    }

    private static boolean isBelow(String name, String domain) {
        return name.equals(domain) || name.endsWith("." + domain);
    }
}
