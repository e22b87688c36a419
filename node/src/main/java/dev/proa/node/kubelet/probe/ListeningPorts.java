package dev.proa.node.kubelet.probe;

import dev.proa.node.cri.ContainerStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the TCP ports that a pod's processes listen on, for the message of a refused probe: it tells users whose
 * application listens on another port than the manifest says. Only for runtimes whose containers are processes of this
 * machine.
 */
final class ListeningPorts {
    private static final int LOCAL = 1;
    private static final int STATE = 3;
    private static final String LISTEN = "0A";
    /** 127.0.0.0/8, as itself or mapped into IPv6, and ::1, as the kernel of a little-endian machine writes them. */
    private static final Pattern LOOPBACK = Pattern.compile("(?:0{16}F{4}0{4})?[0-9A-F]{6}7F|0{24}01000000");

    private static final int MOST = 10;

    private ListeningPorts() {}

    /** Text such as {@code " (in the pod, what listens: *:3000, 127.0.0.1:9000)"}; empty when unknown. */
    static String told(ContainerStatus.State state) {
        if (!(state instanceof ContainerStatus.State.Running running) || running.pid() <= 0) {
            return "";
        }
        try {
            Path net = Path.of("/proc", String.valueOf(running.pid()), "net");
            if (!Files.isDirectory(net)) {
                return "";
            }
            List<String> ports = of(net);
            return ports.isEmpty()
                    ? " (in the pod, nothing listens)"
                    : " (in the pod, what listens: " + String.join(", ", ports) + ")";
        } catch (IOException e) {
            return ""; // it has just ended
        }
    }

    static List<String> of(Path net) throws IOException {
        Set<String> ports = new TreeSet<>();
        for (String table : new String[] {"tcp", "tcp6"}) {
            Path file = net.resolve(table);
            if (Files.exists(file)) {
                try (Stream<String> lines = Files.lines(file)) {
                    lines.skip(1)
                            .map(line -> line.strip().split("\\s+"))
                            .filter(fields -> fields.length > STATE && fields[STATE].equals(LISTEN))
                            .forEach(fields -> ports.add(shown(fields[LOCAL])));
                }
            }
        }
        return ports.stream().limit(MOST).toList();
    }

    private static String shown(String local) {
        int colon = local.indexOf(':');
        String address = local.substring(0, colon);
        return (LOOPBACK.matcher(address).matches() ? "127.0.0.1" : "*") + ":"
                + Integer.parseInt(local.substring(colon + 1), 16);
    }
}
