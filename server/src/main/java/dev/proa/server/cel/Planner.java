package dev.proa.server.cel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes programs of checked expressions. Variables of loops become slots, constant parts are evaluated at once. For one thread. */
final class Planner {
    private static final Set<String> CONVERSIONS =
            Set.of("bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint");

    private static final Set<String> PATH_OPERATORS = Set.of("_[_]", "_[?_]", "_?._", "_?_:_");

    private final Checked checked;
    private final Map<String, Integer> slots = new HashMap<>();
    private int locals;

    Planner(Checked checked) {
        this.checked = checked;
    }

    /** @throws EvaluationException when a constant part has no value */
    Program.Plan plan() {
        Node root = plan(checked.expr());
        return new Program.Plan(root, locals);
    }

    private Node plan(Expr expr) {
        String name = checked.names().get(expr.id());
        if (name != null && (expr instanceof Expr.Ident || expr instanceof Expr.Select)) {
            return variable(expr, name);
        }
        return switch (expr) {
            case Expr.Literal literal -> new Node.Constant(literal.value());
            case Expr.Ident ident -> throw new IllegalStateException("unresolved name " + ident.name());
            case Expr.Select select -> select(select);
            case Expr.Call call -> call(call);
            case Expr.ListLiteral list -> list(list);
            case Expr.MapLiteral map -> map(map);
            case Expr.StructLiteral struct -> struct(struct);
            case Expr.Fold fold -> fold(fold);
        };
    }

    private Node variable(Expr expr, String name) {
        Integer slot = slots.get(name);
        if (slot != null) {
            int local = slot;
            return frame -> {
                frame.charge(1);
                Object value = frame.local(local);
                return value instanceof Lazy lazy ? lazy.value(frame, local) : value;
            };
        }
        CelType type = checked.type(expr);
        if (type.kind() == CelType.Kind.TYPE && (Declarations.TYPES.containsKey(name) || name.equals("type"))) {
            return new Node.Constant(type.parameters().isEmpty() ? CelType.TYPE : type.parameter(0));
        }
        return frame -> {
            frame.charge(1);
            return frame.variable(name);
        };
    }

    /** Whether what is selected of an expression belongs to its path, which begins with a variable. */
    private boolean isPath(Expr expr) {
        if (checked.names().containsKey(expr.id()) && !(expr instanceof Expr.Call)) {
            return true;
        }
        return switch (expr) {
            case Expr.Select select -> !select.test();
            case Expr.Call call -> PATH_OPERATORS.contains(call.function());
            default -> false;
        };
    }

    private Node select(Expr.Select select) {
        Node operand = plan(select.operand());
        String field = select.field();
        int cost = isPath(select.operand()) ? 1 : 2;
        if (select.test()) {
            return frame -> {
                Object value = operand.eval(frame);
                frame.charge(cost - 1L);
                return Access.find(value, field) != CelMap.ABSENT;
            };
        }
        return frame -> {
            Object value = operand.eval(frame);
            frame.charge(cost);
            return Access.select(value, field);
        };
    }

    private Node call(Expr.Call call) {
        String function = checked.function(call);
        List<Node> args = new ArrayList<>(call.args().size() + 1);
        Expr target = checked.target(call);
        if (target != null) {
            args.add(plan(target));
        }
        call.args().forEach(arg -> args.add(plan(arg)));
        return switch (function) {
            case "_&&_" -> and(args.get(0), args.get(1));
            case "_||_" -> or(args.get(0), args.get(1));
            case "_?_:_" ->
                conditional(
                        args.get(0),
                        branch(call.args().get(1), args.get(1)),
                        branch(call.args().get(2), args.get(2)));
            case "@not_strictly_false" -> notStrictlyFalse(args.get(0));
            case "_[_]", "_[?_]", "_?._" ->
                index(call, function, args.get(0), branch(call.args().get(1), args.get(1)));
            case "or", "orValue" -> target == null ? applied(call, function, args) : orElse(function, args);
            default -> applied(call, function, args);
        };
    }

    private Node index(Expr.Call call, String function, Node operand, Node index) {
        int cost = isPath(call.args().get(0)) ? 1 : 2;
        if (function.equals("_[_]")) {
            return frame -> {
                Object value = operand.eval(frame);
                Object key = index.eval(frame);
                frame.charge(cost);
                return Access.index(value, key);
            };
        }
        return frame -> {
            Object value = operand.eval(frame);
            Object key = index.eval(frame);
            Optional found = Access.optional(value, key);
            frame.charge(found.present() ? cost : cost - 1L);
            return found;
        };
    }

    private Node applied(Expr.Call call, String function, List<Node> args) {
        List<String> overloads = checked.overloads(call);
        String overload = overloads.size() == 1 ? overloads.get(0) : "";
        Object zero = zero(overload);
        Function found = zero == null ? Functions.find(function) : list -> Lists.sum(Lists.list(list[0]), zero);
        Node[] nodes = args.toArray(new Node[0]);
        Node node = frame -> {
            return called(frame, function, overload, found, values(frame, nodes));
        };
        boolean constant = args.size() == 1 && args.get(0) instanceof Node.Constant && CONVERSIONS.contains(function);
        boolean membership = function.equals("@in")
                && args.get(1) instanceof Node.Constant list
                && list.value() instanceof List<?> items
                && items.stream().allMatch(Planner::isPrimitive);
        if (constant) {
            return constant(node);
        }
        if (membership) {
            return frame -> found.apply(new Object[] {nodes[0].eval(frame), nodes[1].eval(frame)});
        }
        return function.equals("matches") || function.equals("find") || function.equals("findAll")
                ? regex(function, overload, nodes, node)
                : node;
    }

    private static boolean isPrimitive(@Nullable Object value) {
        return switch (Values.type(value).kind()) {
            case BOOL, BYTES, DOUBLE, INT, STRING, UINT -> true;
            default -> false;
        };
    }

    /** What the sum of no items is; null for other functions. */
    private static @Nullable Object zero(String overload) {
        return switch (overload) {
            case "list_int_sum_int" -> 0L;
            case "list_uint_sum_uint" -> new UInt(0);
            case "list_double_sum_double" -> 0.0;
            case "list_duration_sum_duration" -> Duration.ZERO;
            default -> null;
        };
    }

    /** A constant pattern is compiled but once. */
    private static Node regex(String function, String overload, Node[] nodes, Node otherwise) {
        if (!(nodes[1] instanceof Node.Constant constant) || !(constant.value() instanceof String pattern)) {
            return otherwise;
        }
        Function compiled = Regexes.compiled(function, pattern);
        return frame -> {
            return called(frame, function, overload, compiled, values(frame, nodes));
        };
    }

    /** The values of arguments. Both of two are evaluated even when the first has no value. */
    private static @Nullable Object[] values(Frame frame, Node[] nodes) {
        @Nullable Object[] values = new Object[nodes.length];
        EvaluationException error = null;
        for (int i = 0; i < nodes.length; i++) {
            try {
                values[i] = nodes[i].eval(frame);
            } catch (EvaluationException.TooExpensive e) {
                throw e;
            } catch (EvaluationException e) {
                error = error == null ? e : error;
                if (nodes.length != 2) {
                    break;
                }
            }
        }
        if (error != null) {
            frame.charge(1);
            throw error;
        }
        return values;
    }

    /** What is expensive is paid before. */
    private static @Nullable Object called(
            Frame frame, String function, String overload, Function implementation, @Nullable Object[] args) {
        boolean byResult = function.equals("join")
                || overload.equals("list_slice")
                || overload.equals("lists_range")
                || overload.equals("list_reverse");
        if (!byResult) {
            frame.charge(Costs.call(function, overload, args, null));
        }
        Object result = null;
        try {
            result = implementation.apply(args);
            return result;
        } finally {
            if (byResult) {
                frame.charge(Costs.call(function, overload, args, result));
            }
        }
    }

    private static Node and(Node left, Node right) {
        return frame -> logical(frame, left, right, false);
    }

    private static Node or(Node left, Node right) {
        return frame -> logical(frame, left, right, true);
    }

    /** One side that decides is enough, even when the other has no value. */
    private static Object logical(Frame frame, Node left, Node right, boolean decisive) {
        EvaluationException error = null;
        for (Node side : new Node[] {left, right}) {
            try {
                if (!(side.eval(frame) instanceof Boolean bool)) {
                    throw EvaluationException.noSuchOverload();
                }
                if (bool == decisive) {
                    return decisive;
                }
            } catch (EvaluationException.TooExpensive e) {
                throw e;
            } catch (EvaluationException e) {
                error = error == null ? e : error;
            }
        }
        if (error != null) {
            throw error;
        }
        return !decisive;
    }

    /** A branch, or an index, that is a path costs one less, as Kubernetes counts. */
    private Node branch(Expr expr, Node node) {
        boolean choice = expr instanceof Expr.Call call && call.function().equals("_?_:_");
        if (choice || !isPath(expr) || node instanceof Node.Constant) {
            return node;
        }
        return frame -> {
            frame.charge(-1);
            return node.eval(frame);
        };
    }

    private static Node conditional(Node condition, Node yes, Node no) {
        return frame -> {
            if (!(condition.eval(frame) instanceof Boolean holds)) {
                throw EvaluationException.noSuchOverload();
            }
            return holds ? yes.eval(frame) : no.eval(frame);
        };
    }

    private static Node notStrictlyFalse(Node arg) {
        return frame -> {
            Object value = true;
            try {
                value = arg.eval(frame);
            } catch (EvaluationException.TooExpensive e) {
                throw e;
            } catch (EvaluationException e) {
                value = true; // an error is not false
            }
            frame.charge(1);
            return !Boolean.FALSE.equals(value);
        };
    }

    private static Node orElse(String function, List<Node> args) {
        return frame -> {
            if (!(args.get(0).eval(frame) instanceof Optional optional)) {
                throw EvaluationException.noSuchOverload();
            }
            if (optional.present()) {
                return function.equals("or") ? optional : optional.value();
            }
            return args.get(1).eval(frame);
        };
    }

    private Node list(Expr.ListLiteral list) {
        List<Node> items = new ArrayList<>(list.items().size());
        boolean constant = true;
        for (Expr item : list.items()) {
            Node node = plan(item);
            items.add(node);
            constant &= node instanceof Node.Constant;
        }
        Node node = frame -> {
            List<@Nullable Object> values = new ArrayList<>(items.size());
            for (int i = 0; i < items.size(); i++) {
                Object value = items.get(i).eval(frame);
                if (!list.isOptional(i)) {
                    values.add(value);
                } else if (!(value instanceof Optional optional)) {
                    throw EvaluationException.noSuchOverload();
                } else if (optional.present()) {
                    values.add(optional.value());
                }
            }
            frame.charge(Costs.LIST);
            return values;
        };
        return constant && list.optional().isEmpty() ? constant(node) : node;
    }

    /** A step that is evaluated once and for all. */
    private static Node constant(Node node) {
        return new Node.Constant(node.eval(new Frame(Map.of(), 0, Budget.CALL)));
    }

    private Node map(Expr.MapLiteral map) {
        List<Node> keys = new ArrayList<>();
        List<Node> values = new ArrayList<>();
        boolean constant = true;
        for (Expr.Entry entry : map.entries()) {
            keys.add(plan(entry.key()));
            values.add(plan(entry.value()));
            constant &= keys.getLast() instanceof Node.Constant
                    && values.getLast() instanceof Node.Constant
                    && !entry.optional();
        }
        Node node = frame -> {
            Map<@Nullable Object, @Nullable Object> made = LinkedHashMap.newLinkedHashMap(keys.size());
            for (int i = 0; i < keys.size(); i++) {
                Object key = CelMap.Made.key(keys.get(i).eval(frame));
                Object value = values.get(i).eval(frame);
                if (!map.entries().get(i).optional()) {
                    made.put(key, value);
                } else if (value instanceof Optional optional) {
                    if (optional.present()) {
                        made.put(key, optional.value());
                    }
                } else {
                    throw EvaluationException.noSuchOverload();
                }
            }
            frame.charge(Costs.MAP);
            return new CelMap.Made(made);
        };
        return constant ? constant(node) : node;
    }

    private Node struct(Expr.StructLiteral struct) {
        List<Node> values =
                struct.fields().stream().map(field -> plan(field.value())).toList();
        CelType type = checked.type(struct);
        return frame -> {
            Map<String, @Nullable Object> made = LinkedHashMap.newLinkedHashMap(values.size());
            for (int i = 0; i < values.size(); i++) {
                Object value = values.get(i).eval(frame);
                Expr.Field field = struct.fields().get(i);
                if (!field.optional()) {
                    made.put(field.name(), value);
                } else if (value instanceof Optional optional && optional.present()) {
                    made.put(field.name(), optional.value());
                }
            }
            frame.charge(Costs.STRUCT);
            return new MadeObject(type, made);
        };
    }

    /** The value of a variable that is only evaluated when it is used. */
    private record Lazy(Node node) {
        @Nullable
        Object value(Frame frame, int slot) {
            Object value = node.eval(frame);
            frame.set(slot, value);
            return value;
        }
    }

    private Node fold(Expr.Fold fold) {
        Node range = plan(fold.range());
        Node init = plan(fold.init());
        Integer outerAccumulator = slots.put(fold.accumulator(), locals);
        int accumulator = locals++;
        Integer outerFirst = slots.put(fold.variable(), locals);
        int first = locals++;
        String secondName = fold.second();
        Integer outerSecond = secondName == null ? null : slots.put(secondName, locals);
        int second = locals++;
        Node condition = plan(fold.condition());
        Node step = plan(fold.step());
        restore(fold.variable(), outerFirst);
        if (secondName != null) {
            restore(secondName, outerSecond);
        }
        if (fold.variable().equals(fold.accumulator())) {
            slots.put(fold.accumulator(), accumulator);
        }
        Node result = plan(fold.result());
        restore(fold.accumulator(), outerAccumulator);
        if (fold.isBinding()) {
            return frame -> {
                range.eval(frame);
                frame.set(accumulator, new Lazy(init));
                return result.eval(frame);
            };
        }
        Loop loop = new Loop(init, condition, step, result, accumulator, first, secondName == null ? -1 : second);
        return frame -> loop.run(frame, range.eval(frame));
    }

    private void restore(String name, @Nullable Integer outer) {
        if (outer == null) {
            slots.remove(name);
        } else {
            slots.put(name, outer);
        }
    }

    /** @param second the slot of the value, where {@code first} is that of the index or key; -1 for loops with one variable */
    private record Loop(Node init, Node condition, Node step, Node result, int accumulator, int first, int second) {

        @Nullable
        Object run(Frame frame, @Nullable Object range) {
            set(frame, init);
            switch (range) {
                case List<?> list -> {
                    for (int i = 0; i < list.size(); i++) {
                        frame.set(first, second < 0 ? list.get(i) : (Object) (long) i);
                        if (second >= 0) {
                            frame.set(second, list.get(i));
                        }
                        if (!step(frame)) {
                            break;
                        }
                    }
                }
                case CelMap map -> {
                    for (Object key : map.keys()) {
                        frame.set(first, key);
                        if (second >= 0) {
                            frame.set(second, map.find(key));
                        }
                        if (!step(frame)) {
                            break;
                        }
                    }
                }
                case null, default -> throw EvaluationException.noSuchOverload();
            }
            return result.eval(frame);
        }

        /** Makes a step; false when the condition does not hold any more. */
        private boolean step(Frame frame) {
            if (condition.eval(frame) instanceof Boolean goOn && !goOn) {
                return false;
            }
            set(frame, step);
            return true;
        }

        /** The accumulator may be an error, which later steps may absorb. */
        private void set(Frame frame, Node value) {
            try {
                frame.set(accumulator, value.eval(frame));
            } catch (EvaluationException.TooExpensive e) {
                throw e;
            } catch (EvaluationException e) {
                frame.set(accumulator, new Lazy(failing -> {
                    throw e;
                }));
            }
        }
    }
}
