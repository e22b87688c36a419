package dev.proa.control.scheduler.framework;

/** Arithmetic of scores. */
public final class Scores {
    private Scores() {}

    /** Brings counts, in place, into the range from 0 to 100 relative to the largest; {@code reverse} where a smaller one is better. */
    public static void normalize(long[] counts, boolean reverse) {
        long most = 0;
        for (long count : counts) {
            most = Math.max(most, count);
        }
        for (int i = 0; i < counts.length; i++) {
            long score = most == 0 ? 0 : Plugin.Score.MAX_SCORE * counts[i] / most;
            counts[i] = reverse ? Plugin.Score.MAX_SCORE - score : score;
        }
    }
}
