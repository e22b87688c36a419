package dev.proa.control.shared;

import java.util.Random;

/**
 * Properties: what holds for whatever random values. The values are the same in each run, so that a build is as good as another one;
 * {@code -Dproa.seed=NUMBER} begins with others, or with those of a try that failed.
 */
public final class Tries {
    private static final long SEED = Long.getLong("proa.seed", 20_260_101L);

    private Tries() {}

    /** A property of what is made from {@code random}. */
    @FunctionalInterface
    public interface Property {
        void check(Random random) throws Exception;
    }

    /** Checks {@code property} so many times; a failure tells the seed that brings it about at once. */
    public static void run(int tries, Property property) {
        Random seeds = new Random(SEED);
        long seed = SEED;
        for (int i = 1; i <= tries; i++) {
            try {
                property.check(new Random(seed));
            } catch (Exception | AssertionError | StackOverflowError e) {
                throw new AssertionError(
                        "try " + i + " of " + tries + " failed, do it again with -Dproa.seed=" + seed + ": " + e, e);
            }
            seed = seeds.nextLong();
        }
    }
}
