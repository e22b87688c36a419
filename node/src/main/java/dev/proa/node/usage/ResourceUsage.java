package dev.proa.node.usage;

/**
 * What a control group uses.
 *
 * @param processes how many processes and threads it has; 0 where nothing counts them
 */
public record ResourceUsage(CpuUsage cpu, MemoryUsage memory, long processes) {
    public static final ResourceUsage NONE = new ResourceUsage(CpuUsage.NONE, MemoryUsage.NONE, 0);

    /** Processor time and anonymous memory, of which nothing else is known. */
    public static ResourceUsage of(long cpuNanoseconds, long memoryBytes) {
        return new ResourceUsage(CpuUsage.of(cpuNanoseconds), MemoryUsage.of(memoryBytes), 0);
    }
}
