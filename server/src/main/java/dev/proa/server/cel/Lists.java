package dev.proa.server.cel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Functions of lists, and of lists as sets. */
final class Lists {
    private Lists() {}

    static @Nullable Function find(String name) {
        return switch (name) {
            case "isSorted" -> args -> isSorted(list(args[0]));
            case "sum" -> args -> sum(list(args[0]), null);
            case "max" -> args -> extreme("max", list(args[0]), -1);
            case "min" -> args -> extreme("min", list(args[0]), 1);
            case "slice" -> args -> slice(list(args[0]), Strings.number(args[1]), Strings.number(args[2]));
            case "flatten" -> args -> flattened(list(args[0]), args.length > 1 ? Strings.number(args[1]) : 1);
            case "sort" -> args -> sorted(list(args[0]), list(args[0]));
            case "@sortByAssociatedKeys" -> args -> sorted(list(args[0]), list(args[1]));
            case "lists.range" -> args -> range(Strings.number(args[0]));
            case "reverse" -> args -> list(args[0]).reversed();
            case "distinct" -> args -> distinct(list(args[0]));
            case "first" -> args -> end(list(args[0]), 0);
            case "last" -> args -> end(list(args[0]), list(args[0]).size() - 1);
            case "sets.contains" -> args -> containsAll(list(args[0]), list(args[1]));
            case "sets.equivalent" ->
                args -> containsAll(list(args[0]), list(args[1])) && containsAll(list(args[1]), list(args[0]));
            case "sets.intersects" -> args -> list(args[0]).stream().anyMatch(item -> contains(list(args[1]), item));
            default -> null;
        };
    }

    static List<?> list(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw EvaluationException.noSuchOverload();
    }

    private static boolean contains(List<?> list, @Nullable Object item) {
        return indexOf(list, item) >= 0;
    }

    private static boolean containsAll(List<?> list, List<?> items) {
        return items.stream().allMatch(item -> contains(list, item));
    }

    static long indexOf(List<?> list, @Nullable Object item) {
        for (int i = 0; i < list.size(); i++) {
            if (Values.equal(list.get(i), item)) {
                return i;
            }
        }
        return -1;
    }

    static long lastIndexOf(List<?> list, @Nullable Object item) {
        for (int i = list.size() - 1; i >= 0; i--) {
            if (Values.equal(list.get(i), item)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isSorted(List<?> list) {
        for (int i = 1; i < list.size(); i++) {
            if (Values.compare(list.get(i - 1), list.get(i)) > 0) {
                return false;
            }
        }
        return true;
    }

    /** The sum of items; {@code zero} when there are none. */
    static Object sum(List<?> list, @Nullable Object zero) {
        Object sum = zero == null ? (list.isEmpty() ? Long.valueOf(0) : null) : zero;
        for (Object item : list) {
            sum = sum == null ? item : Operators.plus(sum, item);
        }
        return sum == null ? 0L : sum;
    }

    /** @param order of the result compared with a better item */
    private static Object extreme(String name, List<?> list, int order) {
        Object result = null;
        for (Object item : list) {
            if (result == null || Integer.signum(Values.compare(result, item)) == order) {
                result = item;
            }
        }
        if (result == null) {
            throw new EvaluationException(name + " called on empty list");
        }
        return result;
    }

    private static List<?> slice(List<?> list, long start, long end) {
        String call = "cannot slice(" + start + ", " + end + "), ";
        if (start < 0 || end < 0) {
            throw new EvaluationException(call + "negative indexes not supported");
        }
        if (start > end) {
            throw new EvaluationException(call + "start index must be less than or equal to end index");
        }
        if (list.size() < end) {
            throw new EvaluationException(call + "list is length " + list.size());
        }
        return list.subList((int) start, (int) end);
    }

    private static List<@Nullable Object> flattened(List<?> list, long depth) {
        if (depth < 0) {
            throw new EvaluationException("level must be non-negative");
        }
        List<@Nullable Object> flat = new ArrayList<>();
        flatten(list, depth, flat);
        return flat;
    }

    private static void flatten(List<?> list, long depth, List<@Nullable Object> flat) {
        for (Object item : list) {
            if (item instanceof List<?> inner && depth > 0) {
                flatten(inner, depth - 1, flat);
            } else if (flat.size() < Budget.MOST_ITEMS) {
                flat.add(item);
            } else {
                throw new EvaluationException.TooExpensive();
            }
        }
    }

    private static List<?> sorted(List<?> list, List<?> keys) {
        if (list.size() != keys.size()) {
            throw new EvaluationException(
                    "@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got "
                            + list.size() + " and " + keys.size() + " elements respectively");
        }
        List<Integer> order = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            if (!Values.typeName(keys.get(i)).equals(Values.typeName(keys.get(0)))) {
                throw new EvaluationException("list elements must have the same type");
            }
            order.add(i);
        }
        order.sort((one, two) -> Values.compare(keys.get(one), keys.get(two)));
        List<@Nullable Object> sorted = new ArrayList<>(list.size());
        order.forEach(index -> sorted.add(list.get(index)));
        return sorted;
    }

    /** The numbers from 0, which are not kept. */
    private static final class Range extends CelList {
        private final int size;

        Range(int size) {
            this.size = size;
        }

        @Override
        public Object get(int index) {
            return (long) Objects.checkIndex(index, size);
        }

        @Override
        public int size() {
            return size;
        }
    }

    private static List<?> range(long count) {
        if (count > Budget.MOST_ITEMS) {
            throw new EvaluationException.TooExpensive();
        }
        return new Range((int) Math.max(0, count));
    }

    private static List<?> distinct(List<?> list) {
        List<@Nullable Object> distinct = new ArrayList<>();
        for (Object item : list) {
            if (!contains(distinct, item)) {
                distinct.add(item);
            }
        }
        return Collections.unmodifiableList(distinct);
    }

    private static Optional end(List<?> list, int index) {
        return list.isEmpty() ? Optional.NONE : Optional.of(list.get(index));
    }
}
