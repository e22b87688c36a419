package dev.proa.control.scheduler;

/** Arithmetic of scores. */
final class Scores {
    static final long MOST = 100;

    private Scores() {}

    /** {@code counts} in place as scores from 0 to 100, relative to the largest; {@code reverse} where a smaller count is better. */
    static long[] normalized(long[] counts, boolean reverse) {
        long most = 0;
        for (long count : counts) {
            most = Math.max(most, count);
        }
        for (int i = 0; i < counts.length; i++) {
            long score = most == 0 ? 0 : MOST * counts[i] / most;
            counts[i] = reverse ? MOST - score : score;
        }
        return counts;
    }
}
