package dev.proa.delivery.workflow.expression;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluates expressions in one scope. */
final class Evaluation {
    private final Scope scope;

    Evaluation(Scope scope) {
        this.scope = scope;
    }

    /** What a filter gave: what is asked of it is asked of each of its items. */
    private static final class Filtered extends java.util.AbstractList<@Nullable Object> {
        private final List<@Nullable Object> items = new ArrayList<>();

        @Override
        public @Nullable Object get(int index) {
            return items.get(index);
        }

        @Override
        public int size() {
            return items.size();
        }
    }

    @Nullable
    Object value(Expression expression) {
        return switch (expression) {
            case Expression.Literal it -> it.value();
            case Expression.Context it -> scope.context(it.name());
            case Expression.Index it -> index(value(it.target()), value(it.index()));
            case Expression.All it -> all(value(it.target()));
            case Expression.Not it -> !Values.truthy(value(it.operand()));
            case Expression.Logical it -> {
                Object left = value(it.left());
                yield Values.truthy(left) == it.and() ? value(it.right()) : left;
            }
            case Expression.Comparison it -> compare(it.operator(), value(it.left()), value(it.right()));
            case Expression.Call it -> call(it.function(), it.arguments());
        };
    }

    private static boolean compare(Expression.Operator operator, @Nullable Object left, @Nullable Object right) {
        return switch (operator) {
            case EQUAL -> Values.equal(left, right);
            case UNEQUAL -> !Values.equal(left, right);
            case LESS -> Values.less(left, right);
            case GREATER -> Values.less(right, left);
            case LESS_OR_EQUAL -> Values.less(left, right) || Values.equal(left, right);
            case GREATER_OR_EQUAL -> Values.less(right, left) || Values.equal(left, right);
        };
    }

    private static @Nullable Object index(@Nullable Object target, @Nullable Object index) {
        if (target instanceof Filtered filtered) {
            Filtered found = new Filtered();
            for (Object item : filtered.items) {
                if (has(item, index)) {
                    found.items.add(part(item, index));
                }
            }
            return found;
        }
        return part(target, index);
    }

    private static boolean has(@Nullable Object target, @Nullable Object index) {
        return switch (target) {
            case Map<?, ?> map
            when Values.primitive(index) ->
                map.keySet().stream().anyMatch(key -> Values.text(index).equalsIgnoreCase((String) key));
            case List<?> list -> at(list, index) >= 0;
            case null, default -> false;
        };
    }

    private static @Nullable Object part(@Nullable Object target, @Nullable Object index) {
        if (target instanceof Map<?, ?> map && Values.primitive(index)) {
            return Values.entry(map, Values.text(index));
        }
        if (target instanceof List<?> list) {
            int at = at(list, index);
            return at < 0 ? null : list.get(at);
        }
        return null;
    }

    private static int at(List<?> list, @Nullable Object index) {
        double number = Math.floor(Values.number(index));
        return number >= 0 && number < list.size() ? (int) number : -1;
    }

    private static @Nullable Object all(@Nullable Object target) {
        Filtered found = new Filtered();
        if (target instanceof Filtered filtered) {
            filtered.items.forEach(item -> found.items.addAll(parts(item)));
        } else {
            found.items.addAll(parts(target));
        }
        return found;
    }

    private static Collection<? extends @Nullable Object> parts(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> map.values();
            case List<?> list -> list;
            case null, default -> List.of();
        };
    }

    private @Nullable Object call(Expression.Function function, List<Expression> arguments) {
        return switch (function) {
            case CONTAINS -> contains(value(arguments.getFirst()), value(arguments.get(1)));
            case STARTS_WITH -> starts(value(arguments.getFirst()), value(arguments.get(1)));
            case ENDS_WITH -> ends(value(arguments.getFirst()), value(arguments.get(1)));
            case FORMAT -> format(arguments);
            case JOIN -> join(arguments);
            case TO_JSON -> Values.toJson(value(arguments.getFirst()));
            case FROM_JSON -> Values.fromJson(Values.text(value(arguments.getFirst())));
            case CASE -> choose(arguments);
            case HASH_FILES ->
                scope.hashFiles(arguments.stream()
                        .flatMap(argument -> Values.text(value(argument)).lines())
                        .map(String::strip)
                        .filter(pattern -> !pattern.isEmpty())
                        .toList());
            case SUCCESS, FAILURE, CANCELLED, ALWAYS -> scope.status(function);
        };
    }

    private static boolean contains(@Nullable Object search, @Nullable Object item) {
        if (search instanceof List<?> list) {
            return list.stream().anyMatch(one -> Values.equal(one, item));
        }
        return Values.primitive(search)
                && Values.primitive(item)
                && Values.upper(Values.text(search)).contains(Values.upper(Values.text(item)));
    }

    private static boolean starts(@Nullable Object text, @Nullable Object start) {
        return Values.primitive(text)
                && Values.primitive(start)
                && Values.upper(Values.text(text)).startsWith(Values.upper(Values.text(start)));
    }

    private static boolean ends(@Nullable Object text, @Nullable Object end) {
        return Values.primitive(text)
                && Values.primitive(end)
                && Values.upper(Values.text(text)).endsWith(Values.upper(Values.text(end)));
    }

    private String join(List<Expression> arguments) {
        Object items = value(arguments.getFirst());
        if (!(items instanceof List<?> list)) {
            return Values.primitive(items) ? Values.text(items) : "";
        }
        Object separator = arguments.size() > 1 ? value(arguments.get(1)) : ",";
        String between = Values.primitive(separator) ? Values.text(separator) : ",";
        BoundedText out = new BoundedText();
        for (int i = 0; i < list.size(); i++) {
            out.add(i == 0 ? "" : between).add(Values.text(list.get(i)));
        }
        return out.toString();
    }

    private @Nullable Object choose(List<Expression> arguments) {
        for (int i = 0; i + 1 < arguments.size(); i += 2) {
            Object condition = value(arguments.get(i));
            if (!(condition instanceof Boolean holds)) {
                throw new ExpressionException("case: the condition " + (i / 2 + 1) + " is not a boolean");
            }
            if (holds) {
                return value(arguments.get(i + 1));
            }
        }
        return value(arguments.getLast());
    }

    private String format(List<Expression> arguments) {
        String format = Values.text(value(arguments.getFirst()));
        BoundedText out = new BoundedText();
        for (int i = 0; i < format.length(); i++) {
            char next = format.charAt(i);
            boolean doubled = i + 1 < format.length() && format.charAt(i + 1) == next;
            if (next != '{' && next != '}') {
                out.add(String.valueOf(next));
            } else if (doubled) {
                out.add(String.valueOf(next));
                i++;
            } else {
                int end = next == '{' ? format.indexOf('}', i) : -1;
                String number = end < 0 ? "" : format.substring(i + 1, end);
                if (!number.matches("[0-9]{1,3}")) {
                    throw new ExpressionException("The following format string is invalid: " + format);
                }
                int argument = Integer.parseInt(number) + 1;
                if (argument >= arguments.size()) {
                    throw new ExpressionException(
                            "The following format string references more arguments than were supplied: " + format);
                }
                out.add(Values.text(value(arguments.get(argument))));
                i = end;
            }
        }
        return out.toString();
    }

    /** A value of which nobody can tell that a filter made it. */
    static @Nullable Object plain(@Nullable Object value) {
        return value instanceof Filtered filtered ? Collections.unmodifiableList(filtered.items) : value;
    }
}
