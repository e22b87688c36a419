package dev.proa.server.cel;

import dev.proa.server.cel.Expr.Call;
import dev.proa.server.cel.Expr.Fold;
import dev.proa.server.cel.Expr.Ident;
import dev.proa.server.cel.Expr.ListLiteral;
import dev.proa.server.cel.Expr.Literal;
import dev.proa.server.cel.Expr.MapLiteral;
import dev.proa.server.cel.Expr.Select;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Expands macros: those of the language, of optional values, of two-variable comprehensions, and {@code sortBy}. For one call. */
final class Macros {
    static final String ACCUMULATOR = "@result";
    private static final String OLD_ACCUMULATOR = "__result__";
    private static final String UNUSED = "#unused";

    private final Parser parser;
    private final int position;

    private Macros(Parser parser, int position) {
        this.parser = parser;
        this.position = position;
    }

    /** What a call becomes; null when it is no macro. */
    static @Nullable Expr expand(Parser parser, int position, @Nullable Expr target, String function, List<Expr> args) {
        Macros macros = new Macros(parser, position);
        if (target == null) {
            return function.equals("has") && args.size() == 1 ? macros.has(args.get(0)) : null;
        }
        return switch (args.size()) {
            case 2 ->
                switch (function) {
                    case "all", "exists", "exists_one" ->
                        macros.quantified(function, target, args.subList(0, 1), args.get(1));
                    case "map" -> macros.mapped(target, args.get(0), null, args.get(1));
                    case "filter" -> macros.mapped(target, args.get(0), args.get(1), args.get(0));
                    case "optMap", "optFlatMap" -> macros.optional(function, target, args.get(0), args.get(1));
                    case "sortBy" -> macros.sortBy(target, args.get(0), args.get(1));
                    default -> null;
                };
            case 3, 4 ->
                switch (function) {
                    case "map" ->
                        args.size() == 4 ? null : macros.mapped(target, args.get(0), args.get(1), args.get(2));
                    case "all", "exists", "exists_one", "existsOne" ->
                        args.size() == 4
                                ? null
                                : macros.quantified(
                                        function.equals("existsOne") ? "exists_one" : function,
                                        target,
                                        args.subList(0, 2),
                                        args.get(2));
                    case "transformList", "transformMap", "transformMapEntry" ->
                        macros.transformed(function, target, args);
                    default -> null;
                };
            default -> null;
        };
    }

    private int id() {
        return parser.id(position);
    }

    private Expr call(String function, Expr... args) {
        return new Call(id(), null, function, List.of(args));
    }

    private Expr member(Expr target, String function, Expr... args) {
        return new Call(id(), target, function, List.of(args));
    }

    private Expr literal(Object value) {
        return new Literal(id(), value);
    }

    private Expr ident(String name) {
        return new Ident(id(), name);
    }

    private Expr result() {
        return ident(ACCUMULATOR);
    }

    private Expr list(Expr... items) {
        return new ListLiteral(id(), List.of(items), List.of());
    }

    private Expr when(@Nullable Expr filter, Expr step) {
        return filter == null ? step : call("_?_:_", filter, step, result());
    }

    /** Whether an argument is a name for a variable; what is wrong is reported. */
    private boolean isVariable(Expr arg, String wrong) {
        if (!(arg instanceof Ident ident)) {
            parser.wrong(parser.position(arg), wrong);
            return false;
        }
        if (ident.name().equals(OLD_ACCUMULATOR)) {
            parser.wrong(parser.position(arg), "iteration variable overwrites accumulator variable");
            return false;
        }
        return true;
    }

    private static String name(Expr ident) {
        return ((Ident) ident).name();
    }

    private Expr has(Expr arg) {
        return arg instanceof Select select
                ? new Select(id(), select.operand(), select.field(), true)
                : parser.wrong(parser.position(arg), "invalid argument to has() macro");
    }

    private boolean areVariables(List<Expr> variables) {
        for (Expr variable : variables) {
            if (!isVariable(variable, "argument must be a simple name")) {
                return false;
            }
        }
        if (variables.size() == 2 && name(variables.get(0)).equals(name(variables.get(1)))) {
            parser.wrong(parser.position(variables.get(1)), "duplicate variable name: " + name(variables.get(0)));
            return false;
        }
        return true;
    }

    private Expr fold(Expr range, List<Expr> variables, Expr init, Expr condition, Expr step, Expr result) {
        String second = variables.size() == 2 ? name(variables.get(1)) : null;
        return new Fold(id(), range, name(variables.get(0)), second, ACCUMULATOR, init, condition, step, result);
    }

    private Expr quantified(String function, Expr range, List<Expr> variables, Expr predicate) {
        if (!areVariables(variables)) {
            return literal(false);
        }
        return switch (function) {
            case "all" ->
                fold(
                        range,
                        variables,
                        literal(true),
                        call("@not_strictly_false", result()),
                        call("_&&_", result(), predicate),
                        result());
            case "exists" ->
                fold(
                        range,
                        variables,
                        literal(false),
                        call("@not_strictly_false", call("!_", result())),
                        call("_||_", result(), predicate),
                        result());
            default ->
                fold(
                        range,
                        variables,
                        literal(0L),
                        literal(true),
                        when(predicate, call("_+_", result(), literal(1L))),
                        call("_==_", result(), literal(1L)));
        };
    }

    private Expr mapped(Expr range, Expr variable, @Nullable Expr filter, Expr value) {
        if (!isVariable(variable, "argument is not an identifier")) {
            return literal(false);
        }
        Expr step = when(filter, call("_+_", result(), list(value)));
        return fold(range, List.of(variable), list(), literal(true), step, result());
    }

    private Expr transformed(String function, Expr range, List<Expr> args) {
        if (!areVariables(args.subList(0, 2))) {
            return literal(false);
        }
        Expr filter = args.size() == 4 ? args.get(2) : null;
        Expr value = args.getLast();
        Expr step = switch (function) {
            case "transformList" -> call("_+_", result(), list(value));
            case "transformMap" -> call("cel.@mapInsert", result(), ident(name(args.get(0))), value);
            default -> call("cel.@mapInsert", result(), value);
        };
        Expr init = function.equals("transformList") ? list() : new MapLiteral(id(), List.of());
        return fold(range, args.subList(0, 2), init, literal(true), when(filter, step), result());
    }

    /** {@code value} under the name {@code variable} in {@code inner}. */
    private Expr bound(String variable, Expr value, Expr inner) {
        return new Fold(id(), list(), UNUSED, null, variable, value, literal(false), ident(variable), inner);
    }

    private Expr optional(String function, Expr target, Expr variable, Expr inner) {
        if (!(variable instanceof Ident ident)) {
            return parser.wrong(parser.position(variable), function + "() variable name must be a simple identifier");
        }
        Expr bound = bound(ident.name(), member(copy(target), "value"), inner);
        return call(
                "_?_:_",
                member(target, "hasValue"),
                function.equals("optMap") ? call("optional.of", bound) : bound,
                call("optional.none"));
    }

    private Expr sortBy(Expr target, Expr variable, Expr key) {
        if (target instanceof Literal || target instanceof MapLiteral || target instanceof Expr.StructLiteral) {
            return parser.wrong(
                    parser.position(target),
                    "sortBy can only be applied to a list, identifier, comprehension, call or select expression");
        }
        String input = "@__sortBy_input__";
        Expr keys = mapped(ident(input), variable, null, key);
        return bound(input, target, member(ident(input), "@sortByAssociatedKeys", keys));
    }

    /** The same with other ids. */
    private Expr copy(Expr expr) {
        int id = parser.id(parser.position(expr));
        return switch (expr) {
            case Literal literal -> new Literal(id, literal.value());
            case Ident ident -> new Ident(id, ident.name());
            case Select select -> new Select(id, copy(select.operand()), select.field(), select.test());
            case Call call ->
                new Call(
                        id,
                        call.target() == null ? null : copy(call.target()),
                        call.function(),
                        call.args().stream().map(this::copy).toList());
            case ListLiteral list ->
                new ListLiteral(id, list.items().stream().map(this::copy).toList(), list.optional());
            case MapLiteral map ->
                new MapLiteral(
                        id,
                        map.entries().stream()
                                .map(entry -> new Expr.Entry(
                                        parser.id(position), copy(entry.key()), copy(entry.value()), entry.optional()))
                                .toList());
            case Expr.StructLiteral struct ->
                new Expr.StructLiteral(
                        id,
                        struct.type(),
                        struct.fields().stream()
                                .map(field -> new Expr.Field(
                                        parser.id(position), field.name(), copy(field.value()), field.optional()))
                                .toList());
            case Fold fold ->
                new Fold(
                        id,
                        copy(fold.range()),
                        fold.variable(),
                        fold.second(),
                        fold.accumulator(),
                        copy(fold.init()),
                        copy(fold.condition()),
                        copy(fold.step()),
                        copy(fold.result()));
        };
    }
}
