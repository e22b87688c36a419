package dev.proa.node.linux;

import dev.proa.node.linux.Namespaces.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A namespaced kernel setting under {@code /proc/sys}, spelled as by sysctl(8) and Kubernetes: with dots, where a slash
 * within a segment stands for a dot ({@code net.ipv4.conf.eth0/1.forwarding}), or with slashes.
 *
 * <p>Settings of the whole machine cannot be represented, so this class can write none.
 *
 * @param segments of the file's path
 * @param kind the type of namespace that has the setting
 */
public record Sysctl(List<String> segments, Kind kind) {
    private static final Path ROOT = Path.of("/proc/sys");
    /** Starts with a letter or a digit, so it cannot lead out of its directory. */
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9][-A-Za-z0-9_.]*");

    public Sysctl {
        segments = List.copyOf(segments);
        for (String segment : segments) {
            if (!SEGMENT.matcher(segment).matches()) {
                throw new IllegalArgumentException("\"" + segment + "\" is no part of a sysctl's name");
            }
        }
        if (kind != namespaceOf(String.join(".", segments))) {
            throw new IllegalArgumentException(
                    "sysctl " + String.join(".", segments) + " is not one of a " + kind.file() + " namespace");
        }
    }

    /**
     * Reads a name in either spelling.
     *
     * @throws IllegalArgumentException when it is invalid, or not a setting of a network or IPC namespace
     */
    public static Sysctl parse(String name) {
        List<String> segments = segments(name);
        Kind kind = namespaceOf(String.join(".", segments));
        if (kind == null) {
            throw new IllegalArgumentException(
                    "sysctl " + name + " is a setting of the whole machine, which a pod cannot have for itself");
        }
        return new Sysctl(segments, kind);
    }

    /** The name with dots, whichever way it is spelled. */
    public static String dotted(String name) {
        return String.join(
                ".",
                segments(name).stream()
                        .map(segment -> segment.replace('.', '/'))
                        .toList());
    }

    private static List<String> segments(String name) {
        int dot = name.indexOf('.');
        int slash = name.indexOf('/');
        if (slash >= 0 && (dot < 0 || slash < dot)) {
            return Arrays.asList(name.split("/", -1));
        }
        return Arrays.stream(name.split("\\.", -1))
                .map(segment -> segment.replace('/', '.'))
                .toList();
    }

    private static @Nullable Kind namespaceOf(String name) {
        if (name.startsWith("net.")) {
            return Kind.NETWORK;
        }
        boolean ipc = name.equals("kernel.sem")
                || name.startsWith("kernel.shm")
                || name.startsWith("kernel.msg")
                || name.startsWith("fs.mqueue.");
        return ipc ? Kind.IPC : null;
    }

    /**
     * Sets it in the namespace that {@code namespace} names, on a thread in that namespace.
     *
     * @throws IOException when there is no such setting or namespace, or the kernel does not take the value
     */
    public void write(Path namespace, String value) throws IOException {
        Namespaces.callIn(kind, namespace, () -> {
            int root = Descriptors.open(
                    ROOT, Descriptors.O_PATH | Descriptors.directoryFlag() | Descriptors.noFollowFlag());
            int file = -1;
            try {
                file = openBeneath(root);
                Descriptors.write(file, value.getBytes(StandardCharsets.UTF_8));
                return file;
            } finally {
                Descriptors.close(file);
                Descriptors.close(root);
            }
        });
    }

    private int openBeneath(int root) throws ErrnoException {
        return Directory.openAt(
                root,
                String.join("/", segments),
                Descriptors.O_WRONLY,
                0,
                Directory.BENEATH | Directory.NO_LINKS | Directory.NO_MAGIC_LINKS | Directory.NO_MOUNTS);
    }

    /** The name with dots. */
    @Override
    public String toString() {
        return dotted(String.join("/", segments));
    }
}
