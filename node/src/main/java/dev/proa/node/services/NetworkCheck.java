package dev.proa.node.services;

import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.Namespaces.Kind;
import dev.proa.node.linux.netlink.NetlinkException;
import dev.proa.node.linux.netlink.RouteMessages.VethEnd;
import dev.proa.node.linux.netlink.RouteSocket;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.RoutedNetwork;
import dev.proa.node.proxy.NftServiceProxy;
import dev.proa.node.proxy.ServiceTable;
import dev.proa.node.proxy.ServiceTable.Endpoint;
import dev.proa.node.proxy.ServiceTable.Port;
import dev.proa.node.proxy.ServiceTable.Protocol;
import dev.proa.node.proxy.ServiceTable.Service;
import java.io.IOException;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Checks, in a temporary network namespace, whether this machine supports a {@link NodeNetwork}. */
public final class NetworkCheck {
    private static final Inet4Address SOMEWHERE = Inet4Address.ofLiteral("10.96.0.1");
    private static final int ANY_MTU = 1500;
    private static final int ANY_TABLE = 1000;

    private NetworkCheck() {}

    /** What is missing, each with what to do; empty when nothing is. Takes some ten milliseconds. */
    public static List<String> problems() {
        try {
            return Namespaces.callInNew(NetworkCheck::tryOut, Kind.NETWORK);
        } catch (ErrnoException e) {
            return List.of(
                    e.is(Errno.EPERM)
                            ? "This user may not make network namespaces: run as root"
                            : "This kernel cannot make network namespaces (CONFIG_NET_NS): " + e.getMessage());
        } catch (IOException e) {
            return List.of("Network namespaces cannot be tried out: " + e.getMessage());
        }
    }

    private static List<String> tryOut() {
        List<String> problems = new ArrayList<>();
        try (RouteSocket routes = RouteSocket.open()) {
            routes.addVeth(new VethEnd("check0", -1), new VethEnd("check1", -1), ANY_MTU);
        } catch (NetlinkException e) {
            problems.add("This kernel has no veth interfaces (CONFIG_VETH; try: modprobe veth): " + e.getMessage());
        }
        try (RouteSocket routes = RouteSocket.open()) {
            routes.addRule(SOMEWHERE, ANY_TABLE, 1);
        } catch (NetlinkException e) {
            problems.add("This kernel has no policy routing (CONFIG_IP_MULTIPLE_TABLES): " + e.getMessage());
        }
        try {
            RoutedNetwork.tryRules();
        } catch (NetlinkException e) {
            problems.add(
                    "This kernel lacks a part of nf_tables that keeps pods and strangers apart (CONFIG_NF_TABLES_ARP,"
                            + " NF_TABLES_IPV6, NFT_FIB_IPV4; try: modprobe nf_tables): " + e.getMessage());
        }
        try (NftServiceProxy proxy =
                NftServiceProxy.open("check", Cidr.parse("10.96.0.0/16"), Cidr.parse("10.244.0.0/16"), true)) {
            proxy.sync(new ServiceTable(List.of(everything())));
        } catch (NetlinkException e) {
            problems.add(
                    "This kernel lacks a part of nf_tables (CONFIG_NF_TABLES, NFT_NAT, NFT_MASQ, NFT_NUMGEN, NFT_FIB_IPV4,"
                            + " NFT_REJECT, NFT_CT; try: modprobe nf_tables nft_chain_nat): " + e.getMessage());
        }
        return problems;
    }

    /** A service that uses every kind of rule: many endpoints, node port, affinity, UDP. */
    private static Service everything() {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int port = 1; port <= 20; port++) {
            endpoints.add(new Endpoint(SOMEWHERE, port, true, true, false, true));
        }
        return new Service(
                "check",
                "check",
                List.of(SOMEWHERE),
                List.of(),
                List.of(
                        new Port("a", Protocol.TCP, 1, 30_001, endpoints),
                        new Port("b", Protocol.UDP, 1, 0, List.of())),
                Duration.ofSeconds(1),
                true,
                false);
    }
}
