package dev.proa.delivery.sequential;

/** What a test says of a canary. */
public sealed interface Verdict {
    /** The evidence against the canary, as betting odds: 1 is none, and {@code 1 / alpha} convicts. */
    double evidence();

    /** It answers more errors than the stable version. */
    record MoreErrors(double evidence) implements Verdict {}

    /**
     * It is slower than the stable version.
     *
     * @param bound the time in seconds that too many of its answers exceed
     */
    record Slower(double evidence, double bound) implements Verdict {}

    /** Nothing was found yet that cannot be chance. */
    record NotWorse(double evidence) implements Verdict {}
}
