package dev.proa.server.cel;

/** The limits of evaluation, in Kubernetes' units of cost: about 50 to 100 nanoseconds each. */
public final class Budget {
    /** The most that one evaluation may cost. */
    public static final long CALL = 1_000_000;
    /** The most that all rules of an object, or all expressions of a policy binding, may cost. */
    public static final long OBJECT = 10_000_000;
    /** The most that the match conditions of one webhook or policy may cost. */
    public static final long MATCH_CONDITIONS = 2_500_000;

    /** How many items a list may have that must be copied. */
    static final int MOST_ITEMS = 4_000_000;
    /** How many characters a string may have that an expression makes. */
    static final int MOST_CHARACTERS = 20_000_000;

    private Budget() {}
}
