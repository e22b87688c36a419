package dev.proa.image.dockerfile;

import org.jspecify.annotations.Nullable;

/** Finds what a user may have meant. */
final class Suggestion {
    /** The first distance that is too large to be a typing error. */
    private static final int TOO_FAR = 3;

    private static final int MAX_LENGTH = 100;

    private Suggestion() {}

    /** " (did you mean X?)", or nothing if no option is close. */
    static String of(String written, Iterable<String> options, String prefix) {
        String best = closest(written, options);
        return best == null ? "" : " (did you mean " + prefix + best + "?)";
    }

    private static @Nullable String closest(String written, Iterable<String> options) {
        String best = null;
        int least = TOO_FAR;
        if (written.length() > MAX_LENGTH) {
            return null;
        }
        for (String option : options) {
            int distance = distance(written, option);
            if (distance == 0) {
                return null;
            }
            if (distance < least && 2 * distance <= written.length()) {
                least = distance;
                best = option;
            }
        }
        return best;
    }

    /**
     * How many letters are wrong, missing, too many or swapped with the next; {@link #TOO_FAR} if the lengths alone
     * differ by as much.
     */
    private static int distance(String a, String b) {
        if (Math.abs(a.length() - b.length()) >= TOO_FAR) {
            return TOO_FAR;
        }
        int[][] distances = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                distances[i][j] = i == 0 ? j : j == 0 ? i : least(distances, a, b, i, j);
            }
        }
        return distances[a.length()][b.length()];
    }

    private static int least(int[][] distances, String a, String b, int i, int j) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int replaced = distances[i - 1][j - 1] + (same ? 0 : 1);
        int least = Math.min(replaced, Math.min(distances[i - 1][j], distances[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, distances[i - 2][j - 2] + 1) : least;
    }
}
