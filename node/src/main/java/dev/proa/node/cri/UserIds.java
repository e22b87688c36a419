package dev.proa.node.cri;

import dev.proa.node.cri.RuntimeFailure.Reason;

/**
 * Numbers of users and groups. A number is written in decimal digits and from 0 to 2^31-1, as Kubernetes has it; larger ones would
 * lose digits on their way into the kernel and be another user's.
 */
public final class UserIds {
    private static final long HIGHEST = Integer.MAX_VALUE;
    private static final int SHOWN = 40;

    private UserIds() {}

    /** Whether a text is a number, if of no user: nobody's name then. */
    public static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /**
     * The value of a {@linkplain #isNumber number}; leading zeros do not count.
     *
     * @throws RuntimeFailure {@link Reason#INVALID_ARGUMENT} when it is too large
     */
    public static long parse(String digits) {
        String significant = digits.replaceFirst("^0+(?=.)", "");
        if (significant.length() > 10) {
            throw outOfRange(digits.substring(0, Math.min(SHOWN, digits.length())));
        }
        return check(Long.parseLong(significant));
    }

    /** Returns {@code id}, or fails as {@link #parse} does. */
    public static long check(long id) {
        if (id < 0 || id > HIGHEST) {
            throw outOfRange(Long.toString(id));
        }
        return id;
    }

    private static RuntimeFailure outOfRange(String id) {
        return new RuntimeFailure(Reason.INVALID_ARGUMENT, "uids and gids must be in range 0-" + HIGHEST + ": " + id);
    }
}
