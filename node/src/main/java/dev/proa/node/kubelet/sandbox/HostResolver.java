package dev.proa.node.kubelet.sandbox;

import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.kubelet.pod.ConfigFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the node's {@code resolv.conf(5)}, from which those of pods are derived. */
final class HostResolver {
    private static final PodSandboxConfig.Dns NOTHING = new PodSandboxConfig.Dns(List.of(), List.of(), List.of());

    private HostResolver() {}

    /**
     * Reads the file; empty when there is none. Of several {@code search} or {@code options} lines the last one counts.
     */
    static PodSandboxConfig.Dns read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (NoSuchFileException e) {
            return NOTHING;
        } catch (IOException e) {
            throw new ConfigFailure("the node's " + file + " cannot be read: " + e.getMessage());
        }
    }

    static PodSandboxConfig.Dns parse(String text) {
        List<String> servers = new ArrayList<>();
        List<String> searches = List.of();
        List<String> options = List.of();
        for (String line : text.lines().toList()) {
            List<String> words = Arrays.stream(line.strip().split("[ \\t]+"))
                    .filter(word -> !word.isEmpty())
                    .toList();
            if (words.size() < 2) {
                continue;
            }
            List<String> rest = words.subList(1, words.size());
            switch (words.getFirst()) {
                case "nameserver" -> servers.add(rest.getFirst());
                case "search" ->
                    searches = rest.stream().map(HostResolver::withoutEndingDot).toList();
                case "options" -> options = rest;
                default -> {} // a comment, or an option that pods do not inherit
            }
        }
        return new PodSandboxConfig.Dns(servers, searches, options);
    }

    private static String withoutEndingDot(String domain) {
        return domain.length() > 1 && domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain;
    }
}
