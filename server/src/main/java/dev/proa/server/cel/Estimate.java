package dev.proa.server.cel;

/** A range of costs or sizes, as unsigned numbers; {@link #UNLIMITED} is the greatest of them. */
record Estimate(long min, long max) {
    static final long UNLIMITED = -1;
    static final Estimate ZERO = new Estimate(0, 0);
    static final Estimate UNKNOWN = new Estimate(0, UNLIMITED);
    private static final double TWO_TO_64 = 0x1p64;

    static Estimate of(long exact) {
        return new Estimate(exact, exact);
    }

    Estimate plus(Estimate other) {
        return new Estimate(sum(min, other.min), sum(max, other.max));
    }

    Estimate times(Estimate other) {
        return new Estimate(product(min, other.min), product(max, other.max));
    }

    /** Rounded up. */
    Estimate times(double factor) {
        return new Estimate(product(min, factor), product(max, factor));
    }

    /** A range that contains both. */
    Estimate or(Estimate other) {
        return new Estimate(
                Long.compareUnsigned(min, other.min) <= 0 ? min : other.min,
                Long.compareUnsigned(max, other.max) >= 0 ? max : other.max);
    }

    static long sum(long first, long second) {
        long sum = first + second;
        return Long.compareUnsigned(sum, first) < 0 ? UNLIMITED : sum;
    }

    static long product(long first, long second) {
        return Math.unsignedMultiplyHigh(first, second) != 0 ? UNLIMITED : first * second;
    }

    static double asDouble(long unsigned) {
        return unsigned >= 0 ? unsigned : (unsigned >>> 1 | unsigned & 1) * 2.0;
    }

    private static long product(long number, double factor) {
        double product = Math.ceil(asDouble(number) * factor);
        return product >= TWO_TO_64
                ? UNLIMITED
                : product < 0x1p63 ? (long) product : (long) (product - 0x1p63) ^ Long.MIN_VALUE;
    }
}
