package dev.proa.e2e;

import dev.proa.node.linux.Namespaces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a cluster's server listens on, on the machine and on its first node, by the kernel's account ({@code /proc}). */
final class ListeningSockets {
    private static final String LISTENING = "0A";
    private static final String UNCONNECTED = "07";

    private ListeningSockets() {}

    /** Its sockets as {@code tcp ADDRESS:PORT} and {@code udp ADDRESS:PORT}. */
    static Set<String> of(TestCluster cluster) throws IOException {
        Set<String> own = inodes(Path.of("/proc", Long.toString(cluster.server().pid()), "fd"));
        Set<String> sockets = new TreeSet<>();
        sockets.addAll(cluster.inside(() -> here(own)));
        sockets.addAll(Namespaces.callIn(cluster.node(), () -> here(own)));
        return sockets;
    }

    /** Of the calling thread's network namespace. */
    private static Set<String> here(Set<String> own) throws IOException {
        Set<String> sockets = new TreeSet<>();
        for (String protocol : List.of("tcp", "tcp6", "udp", "udp6")) {
            Path table = Path.of("/proc/thread-self/net", protocol);
            if (!Files.exists(table)) {
                continue;
            }
            String wanted = protocol.startsWith("tcp") ? LISTENING : UNCONNECTED;
            for (String line : Files.readAllLines(table)) {
                String[] fields = line.strip().split(" +");
                if (fields.length > 9 && fields[3].equals(wanted) && own.contains(fields[9])) {
                    InetSocketAddress local = address(fields[1]);
                    sockets.add(protocol.substring(0, 3) + " "
                            + local.getAddress().getHostAddress() + ":" + local.getPort());
                }
            }
        }
        return sockets;
    }

    private static Set<String> inodes(Path descriptors) throws IOException {
        Set<String> inodes = new HashSet<>();
        List<Path> links;
        try (Stream<Path> all = Files.list(descriptors)) {
            links = all.toList();
        }
        for (Path link : links) {
            try {
                String target = Files.readSymbolicLink(link).toString();
                if (target.startsWith("socket:[")) {
                    inodes.add(target.substring("socket:[".length(), target.length() - 1));
                }
            } catch (NoSuchFileException e) {
                // closed meanwhile
            }
        }
        return inodes;
    }

    /** Of words of four bytes in the machine's order, little end first, and a port with its big end first. */
    private static InetSocketAddress address(String text) throws UnknownHostException {
        int colon = text.indexOf(':');
        byte[] bytes = new byte[colon / 2];
        for (int i = 0; i < bytes.length; i++) {
            int from = (i / 4 * 4 + 3 - i % 4) * 2;
            bytes[i] = (byte) Integer.parseInt(text.substring(from, from + 2), 16);
        }
        return new InetSocketAddress(InetAddress.getByAddress(bytes), Integer.parseInt(text.substring(colon + 1), 16));
    }
}
