package dev.proa.server.flowcontrol;

import java.util.List;

/**
 * Divides seats among priority levels: all get the same multiple of what they aim at, but none less or more than its bounds allow
 * (KEP-1040, borrowing).
 */
final class SeatAllocation {
    /** So that nothing is divided by zero. */
    private static final double LEAST_TARGET = 0.001;

    private SeatAllocation() {}

    /**
     * What a level aims at, and the least and the most that it may get.
     *
     * @param target at least {@code lower}
     */
    record Claim(double lower, double upper, double target) {
        double at(double fraction) {
            return Math.max(lower, Math.min(upper, fraction * Math.max(target, LEAST_TARGET)));
        }
    }

    /**
     * The multiple of their targets at which the levels have so many seats together. Between the least and the most that all bounds allow; at one
     * of the two when they do not allow {@code seats}.
     */
    static double fraction(int seats, List<Claim> claims) {
        double low = 0;
        double high = 0;
        for (Claim claim : claims) {
            high = Math.max(high, claim.upper() / Math.max(claim.target(), LEAST_TARGET));
        }
        if (sum(claims, high) <= seats) {
            return high;
        }
        // The sum never falls with the fraction: halve the range until no double is left between, at most.
        for (int i = 0; i < 200 && high - low > Math.ulp(high); i++) {
            double middle = low + (high - low) / 2;
            if (sum(claims, middle) < seats) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    private static double sum(List<Claim> claims, double fraction) {
        double sum = 0;
        for (Claim claim : claims) {
            sum += claim.at(fraction);
        }
        return sum;
    }
}
