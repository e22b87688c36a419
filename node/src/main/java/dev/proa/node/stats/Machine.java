package dev.proa.node.stats;

import dev.proa.node.usage.FilesystemUsage;
import dev.proa.node.usage.InterfaceUsage;
import dev.proa.node.usage.ResourceUsage;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** A node without its pods, as it can be measured. Thread-safe. */
public interface Machine {
    /** Its name. */
    String nodeName();

    /** When it booted. */
    Instant bootTime() throws IOException;

    /** What all that runs there uses. */
    ResourceUsage usage() throws IOException;

    /** The file system that the kubelet keeps pods and logs in. */
    FilesystemUsage rootFilesystem() throws IOException;

    /** Its network interfaces. */
    List<InterfaceUsage> interfaces() throws IOException;

    /** How many processes and threads it can have at most. */
    long mostProcesses() throws IOException;

    /** How many processors it has. */
    int processors();
}
