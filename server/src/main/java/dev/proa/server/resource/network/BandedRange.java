package dev.proa.server.resource.network;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

/**
 * Chooses free numbers of a range. The lower band is left for those who ask by number, as long as there is something above it (KEP-3070,
 * KEP-3668). Numbers are offered in turn, so that two who choose at the same time get different ones, and one just freed is not soon taken
 * again. Safe for any thread.
 */
final class BandedRange {
    private final int first;
    private final int size;
    private final int band;
    private final AtomicInteger next;

    /**
     * @param first the first number
     * @param size numbers are up to, and without, this
     * @param band up to where they are for those who ask by number
     */
    BandedRange(int first, int size, int band) {
        this.first = first;
        this.size = size;
        this.band = band;
        this.next = new AtomicInteger(band);
    }

    /** A number that is not {@code taken}; -1 when all are. */
    int free(IntPredicate taken) {
        for (int tries = band; tries < size; tries++) {
            int number = next.getAndUpdate(last -> last + 1 >= size ? band : last + 1);
            if (!taken.test(number)) {
                return number;
            }
        }
        for (int number = first; number < band; number++) {
            if (!taken.test(number)) {
                return number;
            }
        }
        return -1;
    }
}
