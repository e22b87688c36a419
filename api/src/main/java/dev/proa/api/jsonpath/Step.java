package dev.proa.api.jsonpath;

import dev.proa.api.codec.GoText;
import dev.proa.api.jsonpath.JsonPath.EvaluationException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A step of an expression, from some values to those that it finds in each of them. */
sealed interface Step {

    List<@Nullable Object> of(List<@Nullable Object> values);

    /** Steps one after the other. */
    record All(List<Step> steps) implements Step {
        @Override
        public List<@Nullable Object> of(List<@Nullable Object> values) {
            List<@Nullable Object> found = values;
            for (Step step : steps) {
                found = step.of(found);
            }
            return found;
        }
    }

    /** Text, which is there once however many values there are. */
    record Text(String text) implements Step {
        @Override
        public List<@Nullable Object> of(List<@Nullable Object> values) {
            return List.of(text);
        }
    }

    /** A number or boolean. */
    record Constant(Object value) implements Step {
        @Override
        public List<@Nullable Object> of(List<@Nullable Object> values) {
            List<@Nullable Object> found = new ArrayList<>(values.size());
            values.forEach(unused -> found.add(value));
            return found;
        }
    }

    /** A word that means nothing. */
    record Word(String word) implements Step {
        @Override
        public List<@Nullable Object> of(List<@Nullable Object> values) {
            throw new EvaluationException("unrecognized identifier " + word);
        }
    }

    /** {@code .name} */
    record Field(String name) implements Step {
        @Override
        public List<@Nullable Object> of(List<@Nullable Object> values) {
            List<@Nullable Object> found = new ArrayList<>(values.size());
            for (Object value : values) {
                if (value instanceof MapValue map && map.has(name)) {
                    found.add(map.get(name));
                }
            }
            return found;
        }
    }

    /** {@code .*} */
    record Wildcard() implements Step {
        @Override
        public List<@Nullable Object> of(List<@Nullable Object> values) {
            List<@Nullable Object> found = new ArrayList<>();
            for (Object value : values) {
                found.addAll(children(value));
            }
            return found;
        }
    }

    /** {@code ..}: the values themselves, and all that is below and has something below. */
    record Descent() implements Step {
        @Override
        public List<@Nullable Object> of(List<@Nullable Object> values) {
            List<@Nullable Object> found = new ArrayList<>();
            for (Object value : values) {
                List<@Nullable Object> children = children(value);
                if (!children.isEmpty()) {
                    found.add(value);
                    found.addAll(of(children));
                }
            }
            return found;
        }
    }

    private static List<@Nullable Object> children(@Nullable Object value) {
        return switch (value) {
            case MapValue map -> new ArrayList<>(map.asMap().values());
            case ListValue list -> list;
            case String text -> {
                List<@Nullable Object> bytes = new ArrayList<>(text.length());
                for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
                    bytes.add((long) (b & 0xff));
                }
                yield bytes;
            }
            case null, default -> List.of();
        };
    }

    /** {@code [a,b]} */
    record Union(List<Step> steps) implements Step {
        @Override
        public List<@Nullable Object> of(List<@Nullable Object> values) {
            List<@Nullable Object> found = new ArrayList<>();
            steps.forEach(step -> found.addAll(step.of(values)));
            return found;
        }
    }

    /**
     * {@code [start:end:step]}, or {@code [index]}.
     *
     * @param start null for the beginning
     * @param end null for the end of the list
     * @param single whether it is an index, of which {@code end} is the next
     */
    record Slice(
            @Nullable Integer start,
            @Nullable Integer end,
            @Nullable Integer step,
            boolean single) implements Step {
        @Override
        public List<@Nullable Object> of(List<@Nullable Object> values) {
            List<@Nullable Object> found = new ArrayList<>();
            for (Object value : values) {
                if (value == null) {
                    continue;
                }
                if (!(value instanceof ListValue list)) {
                    throw new EvaluationException(goType(value) + " is not array or slice");
                }
                if (!into(found, list)) {
                    return found;
                }
            }
            return found;
        }

        /** Adds what is in the slice; false when it is empty, whereupon the values that follow are not looked at. */
        private boolean into(List<@Nullable Object> found, ListValue list) {
            int size = list.size();
            int from = start == null ? 0 : start < 0 ? start + size : start;
            int to = end == null ? size : end < 0 || end == 0 && single ? end + size : end;
            if (from == to) {
                return false;
            }
            if (from >= size || from < 0) {
                throw new EvaluationException("array index out of bounds: index " + from + ", length " + size);
            }
            if (to > size || to < 0) {
                throw new EvaluationException("array index out of bounds: index " + (to - 1) + ", length " + size);
            }
            if (from > to) {
                throw new EvaluationException("starting index " + from + " is greater than ending index " + to);
            }
            if (step != null && step <= 0) {
                throw new EvaluationException("step must be > 0");
            }
            int by = step == null ? 1 : step;
            for (long i = from; i < to; i += by) {
                found.add(list.get((int) i));
            }
            return true;
        }
    }

    /**
     * {@code [?(left operator right)]}
     *
     * @param operator {@code exists} when there is no right side
     */
    record Filter(Step left, Step right, String operator) implements Step {
        @Override
        public List<@Nullable Object> of(List<@Nullable Object> values) {
            List<@Nullable Object> found = new ArrayList<>();
            for (Object value : values) {
                if (!(value instanceof ListValue list)) {
                    throw new EvaluationException(
                            GoText.printed(value) + " is not array or slice and cannot be filtered");
                }
                for (Object item : list) {
                    if (passes(item)) {
                        found.add(item);
                    }
                }
            }
            return found;
        }

        private boolean passes(@Nullable Object item) {
            List<@Nullable Object> itself = new ArrayList<>(1);
            itself.add(item);
            if (operator.equals("exists")) {
                try {
                    return !left.of(itself).isEmpty();
                } catch (EvaluationException e) {
                    return true; // what kubectl makes of it: the input of the step that failed is there
                }
            }
            List<@Nullable Object> lefts = left.of(itself);
            if (lefts.isEmpty()) {
                return false;
            }
            List<@Nullable Object> rights = lefts.size() > 1 ? lefts : right.of(itself);
            if (lefts.size() > 1 || rights.size() > 1) {
                throw new EvaluationException("can only compare one element at a time");
            }
            return !rights.isEmpty() && Comparison.holds(lefts.getFirst(), operator, rights.getFirst());
        }
    }

    private static String goType(Object value) {
        return switch (value) {
            case String text -> "string";
            case Boolean bool -> "bool";
            case Long number -> "int64";
            case Number number -> "float64";
            default -> "map[string]interface {}";
        };
    }
}
