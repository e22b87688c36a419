package dev.proa.control.job;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * A set of completion indexes as the status of a Job has it: intervals like {@code 0,2-5,7}, so that a hundred thousand indexes that
 * ended in order are a few characters. Immutable.
 */
final class Indexes {
    static final Indexes NONE = new Indexes(new int[0]);

    /** First and last index of each interval, in increasing order; between two intervals there is at least one index. */
    private final int[] bounds;

    private Indexes(int[] bounds) {
        this.bounds = bounds;
    }

    static Indexes of(Collection<Integer> indexes) {
        int[] sorted =
                indexes.stream().mapToInt(Integer::intValue).sorted().distinct().toArray();
        Builder builder = new Builder(sorted.length);
        for (int index : sorted) {
            builder.add(index, index);
        }
        return builder.build();
    }

    /** Reads {@code text} and leaves out what is not below {@code completions}, or is no interval. */
    static Indexes parse(String text, int completions) {
        if (text.isEmpty()) {
            return NONE;
        }
        String[] intervals = text.split(",", -1);
        Builder builder = new Builder(intervals.length);
        for (String interval : intervals) {
            int dash = interval.indexOf('-');
            try {
                int first = Integer.parseInt(dash < 0 ? interval : interval.substring(0, dash));
                int last = dash < 0 ? first : Integer.parseInt(interval.substring(dash + 1));
                if (first >= completions) {
                    break;
                }
                builder.add(first, Math.min(last, completions - 1));
            } catch (NumberFormatException e) {
                // what another writer has spoilt does not stop the job
            }
        }
        return builder.build();
    }

    boolean isEmpty() {
        return bounds.length == 0;
    }

    /** How many indexes there are. */
    int size() {
        int size = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            size += bounds[i + 1] - bounds[i] + 1;
        }
        return size;
    }

    boolean contains(int index) {
        int at = Arrays.binarySearch(bounds, index);
        return at >= 0 || (-at - 1) % 2 == 1;
    }

    Indexes union(Indexes other) {
        if (other.isEmpty()) {
            return this;
        }
        Builder builder = new Builder((bounds.length + other.bounds.length) / 2);
        int mine = 0;
        int theirs = 0;
        while (mine < bounds.length || theirs < other.bounds.length) {
            if (theirs == other.bounds.length || mine < bounds.length && bounds[mine] < other.bounds[theirs]) {
                builder.add(bounds[mine], bounds[mine + 1]);
                mine += 2;
            } else {
                builder.add(other.bounds[theirs], other.bounds[theirs + 1]);
                theirs += 2;
            }
        }
        return builder.build();
    }

    /** How many indexes both have. */
    int common(Indexes other) {
        int common = 0;
        int mine = 0;
        int theirs = 0;
        while (mine < bounds.length && theirs < other.bounds.length) {
            int first = Math.max(bounds[mine], other.bounds[theirs]);
            int last = Math.min(bounds[mine + 1], other.bounds[theirs + 1]);
            common += Math.max(0, last - first + 1);
            if (bounds[mine + 1] < other.bounds[theirs + 1]) {
                mine += 2;
            } else {
                theirs += 2;
            }
        }
        return common;
    }

    /** The lowest indexes below {@code completions} that are not in this set, at most {@code count}. */
    List<Integer> firstMissing(int count, int completions) {
        List<Integer> missing = new ArrayList<>();
        int candidate = 0;
        for (int i = 0; i <= bounds.length && missing.size() < count; i += 2) {
            int end = i == bounds.length ? completions : Math.min(bounds[i], completions);
            for (; candidate < end && missing.size() < count; candidate++) {
                missing.add(candidate);
            }
            candidate = i == bounds.length ? candidate : Math.max(candidate, bounds[i + 1] + 1);
        }
        return missing;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Indexes indexes && Arrays.equals(bounds, indexes.bounds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bounds);
    }

    /** As in the status: two indexes side by side are not an interval. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bounds.length; i += 2) {
            if (i > 0) {
                text.append(',');
            }
            text.append(bounds[i]);
            if (bounds[i + 1] > bounds[i]) {
                text.append(bounds[i + 1] == bounds[i] + 1 ? ',' : '-').append(bounds[i + 1]);
            }
        }
        return text.toString();
    }

    /** Takes intervals in the order of their first index and joins those that touch. */
    private static final class Builder {
        private final int[] bounds;
        private int used;

        Builder(int intervals) {
            bounds = new int[2 * intervals];
        }

        void add(int first, int last) {
            if (used > 0 && first <= bounds[used - 1] + 1) {
                bounds[used - 1] = Math.max(bounds[used - 1], last);
            } else {
                bounds[used++] = first;
                bounds[used++] = last;
            }
        }

        Indexes build() {
            return used == 0 ? NONE : new Indexes(Arrays.copyOf(bounds, used));
        }
    }
}
