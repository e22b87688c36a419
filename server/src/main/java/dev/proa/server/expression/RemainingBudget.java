package dev.proa.server.expression;

/** What may still be spent on the expressions of a webhook or policy for one request. For one thread. */
public final class RemainingBudget {
    private long rest;

    /** @param all see {@link dev.proa.server.cel.Budget} */
    public RemainingBudget(long all) {
        this.rest = all;
    }

    /** There is no more to spend. */
    public static final class Exhausted extends RuntimeException {
        private static final long serialVersionUID = 1;

        Exhausted() {
            super(
                    "validation failed due to running out of cost budget, no further validation rules will be run",
                    null,
                    false,
                    false);
        }

        /** What is told of it. */
        public String text() {
            return String.valueOf(getMessage());
        }
    }

    /** @throws Exhausted when the cost is more than there is */
    void pay(long cost) {
        if (cost > rest) {
            throw new Exhausted();
        }
        rest -= cost;
    }
}
