package dev.proa.node.linux.seccomp;

/**
 * A condition on an argument of a call. Arguments are unsigned words of 64 bits.
 *
 * @param argument its index, 0 to 5
 * @param mask for {@link Comparison#MASKED_EQUAL} which bits count, all otherwise
 */
public record Condition(int argument, Comparison comparison, long value, long mask) {
    /** The comparisons of libseccomp. */
    public enum Comparison {
        NOT_EQUAL,
        LESS,
        LESS_OR_EQUAL,
        EQUAL,
        GREATER_OR_EQUAL,
        GREATER,
        MASKED_EQUAL
    }

    public Condition {
        if (argument < 0 || argument > 5) {
            throw new IllegalArgumentException("a system call has no argument " + argument);
        }
        if (comparison != Comparison.MASKED_EQUAL && mask != -1) {
            throw new IllegalArgumentException("a mask belongs to MASKED_EQUAL");
        }
    }

    public Condition(int argument, Comparison comparison, long value) {
        this(argument, comparison, value, -1);
    }
}
