package dev.proa.server.resource.workload;

import java.util.ArrayList;
import java.util.List;

/** Checks texts of completion indexes like {@code 0-2,4}. */
final class JobIndexes {
    private JobIndexes() {}

    /**
     * How many indexes a text names.
     *
     * @throws IllegalArgumentException with the text of Kubernetes when it is malformed
     */
    static long count(String text, long completions) {
        long total = 0;
        long last = -1;
        for (String interval : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            long[] limits = interval(interval, completions);
            if (last >= limits[0]) {
                throw new IllegalArgumentException(
                        "non-increasing order, previous: " + last + ", current: " + limits[0]);
            }
            total += limits[1] - limits[0] + 1;
            last = limits[1];
        }
        return total;
    }

    /** The first index that both texts name; -1 when there is none. Malformed intervals count for nothing. */
    static long overlap(String a, String b, long completions) {
        List<long[]> mine = intervals(a, completions);
        List<long[]> theirs = intervals(b, completions);
        int one = 0;
        int other = 0;
        while (one < mine.size() && other < theirs.size()) {
            long[] first = mine.get(one);
            long[] second = theirs.get(other);
            if (first[0] <= second[1] && second[0] <= first[1]) {
                return Math.max(first[0], second[0]);
            }
            if (first[0] <= second[0]) {
                one++;
            } else {
                other++;
            }
        }
        return -1;
    }

    private static List<long[]> intervals(String text, long completions) {
        List<long[]> intervals = new ArrayList<>();
        for (String interval : text.split(",", -1)) {
            try {
                intervals.add(interval(interval, completions));
            } catch (IllegalArgumentException e) {
                // its format is another rule's complaint
            }
        }
        return intervals;
    }

    /** The first and last index of an interval, or of a single index. */
    private static long[] interval(String interval, long completions) {
        String[] limits = interval.split("-", -1);
        if (limits.length > 2) {
            throw new IllegalArgumentException("the fragment \"" + interval
                    + "\" violates the requirement that an index interval can have at most two parts separated by '-'");
        }
        long first = index(limits[0], completions);
        long last = limits.length > 1 ? index(limits[1], completions) : first;
        if (limits.length > 1 && first >= last) {
            throw new IllegalArgumentException("non-increasing order, previous: " + first + ", current: " + last);
        }
        return new long[] {first, last};
    }

    private static long index(String text, long completions) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException("cannot convert string to integer for index: \"" + text + "\"");
        }
        if (Long.parseLong(text) >= completions) {
            throw new IllegalArgumentException("too large index: \"" + text + "\"");
        }
        return Long.parseLong(text);
    }
}
