package dev.proa.server.cel;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** A value of the type {@code list} with equality and concatenation of its own. Immutable. */
public abstract class CelList extends AbstractList<@Nullable Object> implements RandomAccess {
    /** Whether another list counts as equal. */
    public boolean isEqual(List<?> other) {
        return areEqual(this, other);
    }

    /** Both lists, one after the other. */
    public List<?> plus(List<?> other) {
        return concatenated(this, other);
    }

    static boolean areEqual(List<?> first, List<?> second) {
        if (first.size() != second.size()) {
            return false;
        }
        for (int i = 0; i < first.size(); i++) {
            if (!Values.equal(first.get(i), second.get(i))) {
                return false;
            }
        }
        return true;
    }

    static List<?> concatenated(List<?> first, List<?> second) {
        if (second.isEmpty()) {
            return first;
        }
        if (first.isEmpty()) {
            return second;
        }
        if (second.size() <= Grown.MOST_ADDED) {
            return first instanceof Grown grown ? grown.grown(second) : Grown.of(first, second);
        }
        return new Joined(first, second);
    }

    /**
     * A list to the end of which others are added in constant time for each item, as loops do: what is common to the lists is shared. For one
     * thread, as evaluations are.
     */
    private static final class Grown extends CelList {
        static final int MOST_ADDED = 64;

        private final List<@Nullable Object> shared;
        private final int size;

        private Grown(List<@Nullable Object> shared) {
            this.shared = shared;
            this.size = shared.size();
        }

        static Grown of(List<?> first, List<?> second) {
            List<@Nullable Object> items = new ArrayList<>(first.size() + second.size());
            items.addAll(first);
            items.addAll(second);
            return new Grown(items);
        }

        Grown grown(List<?> added) {
            if (shared.size() != size) {
                return of(this, added);
            }
            shared.addAll(added);
            return new Grown(shared);
        }

        @Override
        public @Nullable Object get(int index) {
            if (index >= size) {
                throw new IndexOutOfBoundsException(index);
            }
            return shared.get(index);
        }

        @Override
        public int size() {
            return size;
        }
    }

    /** Two lists, neither of which is copied. */
    private static final class Joined extends CelList {
        private static final int DEEPEST = 64;

        private final List<?> first;
        private final List<?> second;
        private final int depth;
        private final int size;

        Joined(List<?> first, List<?> second) {
            this.first = flat(first);
            this.second = flat(second);
            this.depth = Math.max(depth(this.first), depth(this.second)) + 1;
            if ((long) first.size() + second.size() > Integer.MAX_VALUE) {
                throw new EvaluationException.TooExpensive();
            }
            this.size = first.size() + second.size();
        }

        private static int depth(List<?> list) {
            return list instanceof Joined joined ? joined.depth : 0;
        }

        private static List<?> flat(List<?> list) {
            if (depth(list) < DEEPEST) {
                return list;
            }
            if (list.size() > Budget.MOST_ITEMS) {
                throw new EvaluationException.TooExpensive();
            }
            return new ArrayList<>(list);
        }

        @Override
        public @Nullable Object get(int index) {
            return index < first.size() ? first.get(index) : second.get(index - first.size());
        }

        @Override
        public int size() {
            return size;
        }
    }
}
