package dev.proa.server.cel;

import dev.proa.server.cel.CelType.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Estimates what an expression can cost, from the greatest sizes that its variables can have. Kubernetes refuses definitions by these
 * figures, so they are part of its API. For one expression.
 */
final class CostEstimator {
    private static final Estimate ONE = Estimate.of(1);

    private final Checked checked;
    private final Map<String, ValueType> variables;
    private final Map<Integer, List<String>> paths = new HashMap<>();
    private final Map<Integer, Estimate> sizes = new HashMap<>();
    private final Map<Integer, Entries> entries = new HashMap<>();
    private final Map<String, List<Local>> locals = new HashMap<>();

    /** The sizes of keys and values, or of items, of a map or list. */
    record Entries(boolean list, Estimate key, Estimate value) {
        static @Nullable Entries or(@Nullable Entries first, @Nullable Entries second) {
            return first == null || second == null
                    ? null
                    : new Entries(first.list, first.key.or(second.key), first.value.or(second.value));
        }
    }

    /** What is known of a variable of a loop. */
    private record Local(
            List<String> path,
            @Nullable Estimate size,
            @Nullable Entries entries) {}

    /** What is known of the result of a call. */
    record Cost(Estimate cost, @Nullable Estimate resultSize) {}

    /** An argument, or the items of one. */
    final class Argument {
        final @Nullable Expr expr;
        final CelType type;
        private final List<String> path;
        private final @Nullable Estimate computed;

        Argument(Expr expr) {
            this.expr = expr;
            this.type = checked.type(expr);
            this.path = isAccumulator(CostEstimator.this.path(expr)) ? List.of() : CostEstimator.this.path(expr);
            this.computed = CostEstimator.this.size(expr);
        }

        private Argument(List<String> path, CelType type) {
            this.expr = null;
            this.path = path;
            this.type = type;
            this.computed = null;
        }

        /** The size as far as the expression says it. */
        Estimate known() {
            return computed == null ? Estimate.UNKNOWN : computed;
        }

        /** The size as far as the expression or a declaration says it. */
        Estimate size() {
            if (computed != null) {
                return computed;
            }
            Estimate declared = declared(path);
            return declared == null ? Estimate.UNKNOWN : declared;
        }

        /** The items of a list, or the keys of a map; null for others. */
        @Nullable
        Argument items() {
            return type.parameters().isEmpty()
                    ? null
                    : new Argument(path.isEmpty() ? List.of() : with(path, "@items"), type.parameter(0));
        }
    }

    CostEstimator(Checked checked, Map<String, ValueType> variables) {
        this.checked = checked;
        this.variables = variables;
    }

    Estimate estimate() {
        return cost(checked.expr());
    }

    private static boolean isAccumulator(List<String> path) {
        return !path.isEmpty() && path.get(0).equals(Macros.ACCUMULATOR);
    }

    private static List<String> with(List<String> path, String name) {
        List<String> longer = new ArrayList<>(path);
        longer.add(name);
        return longer;
    }

    private Estimate cost(Expr expr) {
        String name = checked.names().get(expr.id());
        if (name != null && (expr instanceof Expr.Ident || expr instanceof Expr.Select)) {
            Local local = local(name);
            paths.put(expr.id(), local == null ? List.of(name) : local.path);
            return ONE;
        }
        return switch (expr) {
            case Expr.Literal literal -> Estimate.ZERO;
            case Expr.Ident ident -> ONE;
            case Expr.Select select -> select(select);
            case Expr.Call call -> call(call);
            case Expr.ListLiteral list -> list(list);
            case Expr.MapLiteral map -> map(map);
            case Expr.StructLiteral struct -> {
                Estimate sum = Estimate.of(Costs.STRUCT);
                for (Expr.Field field : struct.fields()) {
                    sum = sum.plus(cost(field.value()));
                }
                yield sum;
            }
            case Expr.Fold fold -> fold.isBinding() ? binding(fold) : fold(fold);
        };
    }

    private Estimate select(Expr.Select select) {
        Estimate sum = cost(select.operand());
        if (select.test()) {
            return sum;
        }
        Kind target = checked.type(select.operand()).kind();
        paths.put(select.id(), with(path(select.operand()), select.field()));
        return target == Kind.MAP || target == Kind.STRUCT || target == Kind.PARAMETER ? sum.plus(ONE) : sum;
    }

    private Estimate list(Expr.ListLiteral list) {
        Estimate sum = Estimate.of(Costs.LIST);
        Estimate size = list.items().isEmpty() ? Estimate.ZERO : new Estimate(Estimate.UNLIMITED, 0);
        for (Expr item : list.items()) {
            sum = sum.plus(cost(item));
            size = size.or(sizeOrUnknown(item));
        }
        entries.put(list.id(), new Entries(true, ONE, size));
        return sum;
    }

    private Estimate map(Expr.MapLiteral map) {
        Estimate sum = Estimate.of(Costs.MAP);
        Estimate none = map.entries().isEmpty() ? Estimate.ZERO : new Estimate(Estimate.UNLIMITED, 0);
        Estimate keys = none;
        Estimate values = none;
        for (Expr.Entry entry : map.entries()) {
            sum = sum.plus(cost(entry.key())).plus(cost(entry.value()));
            keys = keys.or(sizeOrUnknown(entry.key()));
            values = values.or(sizeOrUnknown(entry.value()));
        }
        entries.put(map.id(), new Entries(false, keys, values));
        return sum;
    }

    private Estimate call(Expr.Call call) {
        if (call.function().equals("dyn") && checked.target(call) == null) {
            Expr arg = call.args().get(0);
            Estimate cost = cost(arg).plus(ONE);
            copy(call, arg);
            return cost;
        }
        List<Argument> args = new ArrayList<>(call.args().size());
        Estimate argCost = Estimate.ZERO;
        List<Estimate> argCosts = new ArrayList<>(call.args().size());
        for (Expr arg : call.args()) {
            Estimate cost = cost(arg);
            argCosts.add(cost);
            argCost = argCost.plus(cost);
            args.add(new Argument(arg));
        }
        List<String> overloads = checked.overloads(call);
        if (overloads.isEmpty()) {
            return Estimate.ZERO;
        }
        Expr receiver = checked.target(call);
        Estimate sum = receiver == null ? Estimate.ZERO : cost(receiver);
        Argument target = receiver == null ? null : new Argument(receiver);
        Estimate cost = new Estimate(Estimate.UNLIMITED, 0);
        Estimate resultSize = null;
        for (String overload : overloads) {
            Cost found = special(call, overload, args, argCosts);
            if (found == null) {
                found = CallEstimates.estimate(checked.function(call), overload, target, args);
                found = new Cost(found.cost().plus(argCost), found.resultSize());
            }
            cost = cost.or(found.cost());
            Estimate size = found.resultSize();
            resultSize = size == null ? resultSize : resultSize == null ? size : resultSize.or(size);
            if (overload.equals("index_list") || overload.equals("index_map")) {
                Entries inner = entries(call.args().get(0));
                resultSize = inner == null ? null : inner.value;
                paths.put(
                        call.id(),
                        with(path(call.args().get(0)), overload.equals("index_list") ? "@items" : "@values"));
            }
            resultSize = resultSize == null ? size(call) : resultSize;
        }
        if (resultSize != null) {
            sizes.put(call.id(), resultSize);
        }
        return sum.plus(cost);
    }

    /** Calls whose arguments are not all evaluated, or are kept as they are; null for others. */
    private @Nullable Cost special(Expr.Call call, String overload, List<Argument> args, List<Estimate> costs) {
        switch (overload) {
            case "logical_or", "logical_and" -> {
                return new Cost(
                        new Estimate(
                                costs.get(0).min(),
                                costs.get(0).plus(costs.get(1)).max()),
                        null);
            }
            case "conditional" -> {
                Expr yes = call.args().get(1);
                Expr no = call.args().get(2);
                Entries either = Entries.or(entries(yes), entries(no));
                if (either != null) {
                    entries.put(call.id(), either);
                }
                return new Cost(
                        costs.get(0).plus(costs.get(1).or(costs.get(2))),
                        args.get(1).known().or(args.get(2).known()));
            }
            case "add_string", "add_bytes", "add_list" -> {
                Estimate size = args.get(0).known().plus(args.get(1).known());
                Entries either = Entries.or(
                        entries(call.args().get(0)), entries(call.args().get(1)));
                if (either != null) {
                    entries.put(call.id(), either);
                }
                Estimate cost = overload.equals("add_list") ? ONE : size.times(Costs.CHARACTER);
                return new Cost(cost.plus(costs.get(0)).plus(costs.get(1)), size);
            }
            default -> {
                return null;
            }
        }
    }

    private Estimate binding(Expr.Fold fold) {
        Estimate sum = cost(fold.range()).plus(cost(fold.init()));
        bind(fold.accumulator(), fold.init());
        sum = sum.plus(cost(fold.result()));
        pop(fold.accumulator());
        copy(fold, fold.result());
        return sum;
    }

    private void bind(String name, Expr value) {
        push(name, new Local(path(value), size(value), entries(value)));
    }

    private void push(String name, Local local) {
        locals.computeIfAbsent(name, none -> new ArrayList<>(1)).add(local);
    }

    private void pop(String name) {
        List<Local> stack = locals.get(name);
        if (stack != null) {
            stack.removeLast();
        }
    }

    private @Nullable Local local(String name) {
        List<Local> stack = locals.get(name);
        return stack == null || stack.isEmpty() ? null : stack.getLast();
    }

    private Estimate fold(Expr.Fold fold) {
        Estimate sum = cost(fold.range()).plus(cost(fold.init()));
        bind(fold.accumulator(), fold.init());
        Entries range = entries(fold.range());
        boolean list = range == null ? checked.type(fold.range()).kind() == Kind.LIST : range.list;
        List<String> path = path(fold.range());
        String second = fold.second();
        // With two variables, the path of the second takes the place of that of the first in Kubernetes' memory, if it
        // fits there.
        boolean mixedUp = second != null && Integer.bitCount(path.size()) > 1;
        List<String> valuePath = with(path, list ? "@items" : "@values");
        List<String> keyPath = mixedUp ? valuePath : with(path, list ? "@indices" : "@keys");
        Local keys = new Local(keyPath, range == null ? null : range.key, null);
        Local values = new Local(valuePath, range == null ? null : range.value, null);
        push(fold.variable(), second == null && list ? values : keys);
        if (second != null) {
            push(second, values);
        }
        Estimate step = cost(fold.condition()).plus(cost(fold.step()));
        pop(fold.variable());
        if (second != null) {
            pop(second);
        }
        sum = sum.plus(cost(fold.result()));
        pop(fold.accumulator());
        Estimate count = sizeOrUnknown(fold.range());
        if (fold.init() instanceof Expr.Literal) {
            Estimate size = size(fold.init());
            if (size != null) {
                sizes.put(fold.id(), size);
            }
        } else if (fold.init() instanceof Expr.ListLiteral || fold.init() instanceof Expr.MapLiteral) {
            sizes.put(fold.id(), count);
            Entries made = entries(fold.step());
            if (made != null) {
                entries.put(fold.id(), made);
            }
        }
        return sum.plus(count.times(step));
    }

    private void copy(Expr to, Expr from) {
        Estimate size = size(from);
        if (size != null) {
            sizes.put(to.id(), size);
        }
        Entries inner = entries(from);
        if (inner != null) {
            entries.put(to.id(), inner);
        }
    }

    private List<String> path(Expr expr) {
        String name = expr instanceof Expr.Ident ? checked.names().get(expr.id()) : null;
        Local local = name == null ? null : local(name);
        return local == null ? paths.getOrDefault(expr.id(), List.of()) : local.path;
    }

    private @Nullable Entries entries(Expr expr) {
        Entries known = entries.get(expr.id());
        if (known == null && expr instanceof Expr.Ident) {
            Local local = local(checked.names().getOrDefault(expr.id(), ""));
            return local == null ? null : local.entries;
        }
        return known;
    }

    private Estimate sizeOrUnknown(Expr expr) {
        Estimate size = size(expr);
        return size == null ? Estimate.UNKNOWN : size;
    }

    private @Nullable Estimate size(Expr expr) {
        Estimate known = sizes.get(expr.id());
        if (known != null) {
            return known;
        }
        Estimate literal = switch (expr) {
            case Expr.Literal value -> {
                long size = Values.size(value.value());
                yield Estimate.of(size < 0 ? 1 : size);
            }
            case Expr.ListLiteral list -> Estimate.of(list.items().size());
            case Expr.MapLiteral map -> Estimate.of(map.entries().size());
            default -> null;
        };
        if (literal != null) {
            return literal;
        }
        Estimate declared = declared(path(expr));
        if (declared != null) {
            sizes.put(expr.id(), declared);
            return declared;
        }
        if (isScalar(checked.type(expr))) {
            return ONE;
        }
        Local local = expr instanceof Expr.Ident ? local(checked.names().getOrDefault(expr.id(), "")) : null;
        return local == null ? null : local.size;
    }

    private static boolean isScalar(CelType type) {
        return switch (type.kind()) {
            case BOOL, DOUBLE, DURATION, INT, TIMESTAMP, UINT -> true;
            default -> type.isOptional() && isScalar(type.parameter(0));
        };
    }

    /** The size that is declared of what a path leads to; null when nothing is. */
    private @Nullable Estimate declared(List<String> path) {
        ValueType type = path.isEmpty() ? null : variables.get(path.get(0));
        // Kubernetes takes any other variable for the same.
        type = type == null && !path.isEmpty() ? variables.get("") : type;
        for (int i = 1; type != null && i < path.size(); i++) {
            String name = path.get(i);
            type = switch (name) {
                case "@items", "@values" -> type.element();
                case "@keys" -> type.type().kind() == Kind.MAP ? ValueType.scalar(CelType.STRING, 0, 2) : null;
                default -> type.fields().get(name);
            };
        }
        return type == null ? null : new Estimate(0, type.maxElements());
    }
}
