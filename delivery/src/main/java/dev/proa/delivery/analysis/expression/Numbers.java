package dev.proa.delivery.analysis.expression;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The functions over any number of numbers, or lists of them. */
final class Numbers {
    private Numbers() {}

    static @Nullable Object of(String name, List<@Nullable Object> values, Evaluator evaluator) {
        List<Number> numbers = new ArrayList<>();
        collect(values, numbers, evaluator);
        boolean extreme = name.equals("max") || name.equals("min");
        if (numbers.isEmpty()) {
            if (extreme) {
                throw new ExpressionException("not enough arguments to call " + name);
            }
            return 0L;
        }
        return switch (name) {
            case "mean" -> numbers.stream().mapToDouble(Number::doubleValue).sum() / numbers.size();
            case "median" -> median(numbers);
            default -> extreme(numbers, name.equals("max"));
        };
    }

    private static void collect(List<?> values, List<Number> numbers, Evaluator evaluator) {
        evaluator.spend(values.size());
        for (Object value : values) {
            switch (value) {
                case Number number -> numbers.add(number);
                case List<?> list -> collect(list, numbers, evaluator);
                case null, default -> Values.number(value);
            }
        }
    }

    private static Number extreme(List<Number> numbers, boolean largest) {
        Number best = numbers.getFirst();
        for (Number number : numbers) {
            Integer order = Values.compare(number, best, "<");
            if (order != null && (largest ? order > 0 : order < 0)) {
                best = number;
            }
        }
        return best;
    }

    private static double median(List<Number> numbers) {
        double[] sorted =
                numbers.stream().mapToDouble(Number::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
