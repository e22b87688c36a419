package dev.proa.node.agent;

import dev.proa.node.simulated.SimulatedRuntime;
import dev.proa.node.stats.Machine;
import dev.proa.node.usage.FilesystemUsage;
import dev.proa.node.usage.InterfaceUsage;
import dev.proa.node.usage.ResourceUsage;
import java.time.Instant;
import java.util.List;

/** An imaginary machine, which uses what its pods use. */
record SimulatedMachine(String nodeName, Instant bootTime, int processors, SimulatedRuntime runtime)
        implements Machine {
    @Override
    public ResourceUsage usage() {
        return runtime.podsStats();
    }

    @Override
    public FilesystemUsage rootFilesystem() {
        return FilesystemUsage.NONE;
    }

    @Override
    public List<InterfaceUsage> interfaces() {
        return List.of();
    }

    @Override
    public long mostProcesses() {
        return 0;
    }
}
