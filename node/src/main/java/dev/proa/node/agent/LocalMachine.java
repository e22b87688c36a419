package dev.proa.node.agent;

import dev.proa.node.linux.FileSystems;
import dev.proa.node.linux.MachineUsage;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.stats.Machine;
import dev.proa.node.usage.FilesystemUsage;
import dev.proa.node.usage.InterfaceUsage;
import dev.proa.node.usage.ResourceUsage;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * This machine, as a node. Several nodes on one machine each measure all of it, as each offers all of it.
 *
 * @param directory where the node's data lies
 * @param network the file of its network namespace
 */
record LocalMachine(String nodeName, Path directory, Path network) implements Machine {
    @Override
    public Instant bootTime() throws IOException {
        return MachineUsage.bootTime();
    }

    @Override
    public ResourceUsage usage() throws IOException {
        return MachineUsage.read();
    }

    @Override
    public FilesystemUsage rootFilesystem() throws IOException {
        return FileSystems.of(directory);
    }

    @Override
    public List<InterfaceUsage> interfaces() throws IOException {
        return Namespaces.interfaces(network);
    }

    @Override
    public long mostProcesses() throws IOException {
        return Math.min(number("/proc/sys/kernel/pid_max"), number("/proc/sys/kernel/threads-max"));
    }

    /** By a single read: a number of the kernel has ended for whoever reads on, and {@code Files.readString} begins with one byte. */
    private static long number(String file) throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(Path.of(file))) {
            return Long.parseLong(reader.readLine().strip());
        }
    }

    @Override
    public int processors() {
        return Runtime.getRuntime().availableProcessors();
    }
}
