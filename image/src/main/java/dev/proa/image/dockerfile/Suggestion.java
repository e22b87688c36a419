package dev.proa.image.dockerfile;

import org.jspecify.annotations.Nullable;

/** Finds what a user may have meant. */
final class Suggestion {
    /** The first distance that is too large to be a typing error. */
    private static final int TOO_FAR = 3;

    private Suggestion() {}

    /** " (did you mean X?)", or nothing if no option is close. */
    static String of(String written, Iterable<String> options, String prefix) {
        String best = closest(written, options);
        return best == null ? "" : " (did you mean " + prefix + best + "?)";
    }

    private static @Nullable String closest(String written, Iterable<String> options) {
        String best = null;
        int least = TOO_FAR;
        for (String option : options) {
            int distance = distance(written, option);
            if (distance == 0) {
                return null;
            }
            if (distance < least) {
                least = distance;
                best = option;
            }
        }
        return best;
    }

    /** The Levenshtein distance, or a larger number than {@link #TOO_FAR} if lengths alone differ too much. */
    private static int distance(String a, String b) {
        if (Math.abs(a.length() - b.length()) >= TOO_FAR) {
            return TOO_FAR;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
