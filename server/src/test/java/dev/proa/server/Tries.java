package dev.proa.server;

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

    /** One of {@code values}. */
    @SafeVarargs
    public static <T> T pick(Random random, T... values) {
        return values[random.nextInt(values.length)];
    }

    /** Up to {@code longest} characters of all kinds, often simple ones. */
    public static String text(Random random, int longest) {
        boolean simple = random.nextBoolean();
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(longest + 1); i > 0; i--) {
            text.append((char) (simple ? random.nextInt(' ', '\u007f') : random.nextInt(0x10000)));
        }
        return text.toString();
    }

    /** From {@code least} to {@code most}, both included and often one of them, or close to zero. */
    public static long number(Random random, long least, long most) {
        return switch (random.nextInt(10)) {
            case 0 -> least;
            case 1 -> most;
            case 2 -> Math.clamp(random.nextLong(-3, 4), least, most);
            default -> most == Long.MAX_VALUE ? random.nextLong(least, most) : random.nextLong(least, most + 1);
        };
    }
}
