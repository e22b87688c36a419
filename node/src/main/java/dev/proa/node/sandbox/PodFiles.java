package dev.proa.node.sandbox;

import dev.proa.node.cri.PodSandboxConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of a pod that are mounted below {@code /etc} in its containers. */
final class PodFiles {
    /** Their names, in the sandbox' directory as below {@code /etc}. */
    static final List<String> NAMES = List.of("hosts", "hostname", "resolv.conf");

    private PodFiles() {}

    static void write(Path directory, PodSandboxConfig config, List<String> addresses) throws IOException {
        Files.writeString(directory.resolve("hosts"), hosts(config, addresses));
        Files.writeString(directory.resolve("hostname"), config.hostname() + "\n");
        Files.writeString(directory.resolve("resolv.conf"), resolver(config));
    }

    private static String hosts(PodSandboxConfig config, List<String> addresses) throws IOException {
        StringBuilder text = new StringBuilder();
        Path own = Path.of("/etc/hosts");
        if (config.hostNetwork() && Files.exists(own)) {
            text.append(Files.readString(own));
        } else {
            text.append("# Kubernetes-managed hosts file.\n")
                    .append("127.0.0.1\tlocalhost\n")
                    .append("::1\tlocalhost ip6-localhost ip6-loopback\n")
                    .append(
                            "fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n");
            String qualified = config.domain().isEmpty() ? "" : config.hostname() + "." + config.domain() + "\t";
            addresses.forEach(address -> text.append(address)
                    .append('\t')
                    .append(qualified)
                    .append(config.hostname())
                    .append('\n'));
        }
        if (!config.hostAliases().isEmpty()) {
            text.append("\n# Entries added by HostAliases.\n");
        }
        config.hostAliases()
                .forEach((address, names) -> text.append(address)
                        .append('\t')
                        .append(String.join("\t", names))
                        .append('\n'));
        return text.toString();
    }

    private static String resolver(PodSandboxConfig config) throws IOException {
        PodSandboxConfig.Dns dns = config.dns();
        if (dns == null) {
            Path own = Path.of("/etc/resolv.conf");
            return Files.exists(own) ? Files.readString(own) : "";
        }
        StringBuilder text = new StringBuilder();
        if (!dns.searches().isEmpty()) {
            text.append("search ").append(String.join(" ", dns.searches())).append('\n');
        }
        dns.servers()
                .forEach(server -> text.append("nameserver ").append(server).append('\n'));
        if (!dns.options().isEmpty()) {
            text.append("options ").append(String.join(" ", dns.options())).append('\n');
        }
        return text.toString();
    }
}
