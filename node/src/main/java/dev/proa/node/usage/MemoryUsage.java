package dev.proa.node.usage;

/**
 * Memory that a control group uses.
 *
 * @param usageBytes all that counts towards its limit
 * @param workingSetBytes of that what cannot be reclaimed at once: all but inactive pages of files
 * @param rssBytes anonymous memory
 * @param cacheBytes pages of files
 * @param mappedFileBytes of these, those that are mapped
 * @param swapBytes in swap space
 * @param peakBytes the most that it used so far; 0 when the kernel does not tell
 * @param limitBytes its limit; 0 for none
 * @param limitHits how often it ran into its limit
 * @param pageFaults since it was made
 * @param majorPageFaults of these, those that had to wait for a disk
 */
public record MemoryUsage(
        long usageBytes,
        long workingSetBytes,
        long rssBytes,
        long cacheBytes,
        long mappedFileBytes,
        long swapBytes,
        long peakBytes,
        long limitBytes,
        long limitHits,
        long pageFaults,
        long majorPageFaults) {
    public static final MemoryUsage NONE = new MemoryUsage(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Anonymous memory alone. */
    public static MemoryUsage of(long bytes) {
        return new MemoryUsage(bytes, bytes, bytes, 0, 0, 0, bytes, 0, 0, 0, 0);
    }
}
