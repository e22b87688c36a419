package dev.proa.node.cri;

import dev.proa.node.cri.RuntimeFailure.Reason;

/**
 * Parses user and group ids: decimal numbers from 0 to 2^31-1, as in Kubernetes; larger ones would be truncated by the
 * kernel to another user's id.
 */
public final class UserIds {
    private static final long HIGHEST = Integer.MAX_VALUE;
    private static final int SHOWN = 40;

    private UserIds() {}

    /** Whether a text is a number, valid as an id or not; it is then not taken for a name. */
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
