package dev.proa.node.usage;

/**
 * Processor time that a control group has used since it was made.
 *
 * @param nanoseconds of all processors together
 * @param userNanoseconds of that in user mode
 * @param systemNanoseconds of that in the kernel
 * @param periods that have passed while it had a quota
 * @param throttledPeriods of these, those in which it used up its quota
 * @param throttledNanoseconds for which its processes were held up by that
 */
public record CpuUsage(
        long nanoseconds,
        long userNanoseconds,
        long systemNanoseconds,
        long periods,
        long throttledPeriods,
        long throttledNanoseconds) {
    public static final CpuUsage NONE = new CpuUsage(0, 0, 0, 0, 0, 0);

    /** Time of which nothing else is known. */
    public static CpuUsage of(long nanoseconds) {
        return new CpuUsage(nanoseconds, 0, 0, 0, 0, 0);
    }
}
