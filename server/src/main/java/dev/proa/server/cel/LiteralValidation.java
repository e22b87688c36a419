package dev.proa.server.cel;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.proa.server.cel.CelType.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks literals: durations, timestamps, regular expressions, formats, and that all items of a list or map have one type. */
final class LiteralValidation {
    private final Source source;
    private final Checked checked;

    private LiteralValidation(Source source, Checked checked) {
        this.source = source;
        this.checked = checked;
    }

    static void check(Source source, Checked checked) {
        new LiteralValidation(source, checked).visit(checked.expr(), false);
    }

    /** @param mixed whether lists and maps may have items of different types, as arguments of {@code format()} may */
    private void visit(Expr expr, boolean mixed) {
        switch (expr) {
            case Expr.Literal literal -> {}
            case Expr.Ident ident -> {}
            case Expr.Select select -> visit(select.operand(), mixed);
            case Expr.Call call -> call(call, mixed);
            case Expr.ListLiteral list -> list(list, mixed);
            case Expr.MapLiteral map -> map(map, mixed);
            case Expr.StructLiteral struct -> struct.fields().forEach(field -> visit(field.value(), mixed));
            case Expr.Fold fold ->
                List.of(fold.range(), fold.init(), fold.condition(), fold.step(), fold.result())
                        .forEach(inner -> visit(inner, mixed));
        }
    }

    private void list(Expr.ListLiteral list, boolean mixed) {
        CelType first = null;
        boolean reported = mixed;
        for (int i = 0; i < list.items().size(); i++) {
            Expr item = list.items().get(i);
            visit(item, mixed);
            CelType type = type(item, list.isOptional(i));
            first = first == null ? type : first;
            if (!reported && !first.equals(type)) {
                mismatch(item, first, type);
                reported = true;
            }
        }
    }

    private void map(Expr.MapLiteral map, boolean mixed) {
        CelType firstKey = null;
        CelType firstValue = null;
        for (Expr.Entry entry : map.entries()) {
            visit(entry.key(), mixed);
            visit(entry.value(), mixed);
            CelType key = checked.type(entry.key());
            CelType value = type(entry.value(), entry.optional());
            firstKey = firstKey == null ? key : firstKey;
            firstValue = firstValue == null ? value : firstValue;
            if (!mixed && !firstKey.equals(key)) {
                mismatch(entry.key(), firstKey, key);
            }
            if (!mixed && !firstValue.equals(value)) {
                mismatch(entry.value(), firstValue, value);
            }
        }
    }

    private CelType type(Expr expr, boolean optional) {
        CelType type = checked.type(expr);
        return optional && type.isOptional() ? type.parameter(0) : type;
    }

    private void mismatch(Expr expr, CelType expected, CelType found) {
        report(expr.id(), "expected type '" + expected + "' but found '" + found + "'");
    }

    private void call(Expr.Call call, boolean mixed) {
        Expr target = checked.target(call);
        String function = checked.function(call);
        boolean inner = mixed || function.equals("format");
        if (target != null) {
            visit(target, inner);
        }
        call.args().forEach(arg -> visit(arg, inner));
        Object first = call.args().isEmpty() ? null : literal(call.args().get(0));
        switch (function) {
            case "duration", "timestamp", "matches" -> {
                if (first != null && !isValid(function, first)) {
                    report(call.args().get(0).id(), "invalid " + function + " argument");
                }
            }
            case "format" -> {
                if (target != null
                        && literal(target) instanceof String text
                        && call.args().get(0) instanceof Expr.ListLiteral args) {
                    format(text, call, args.items());
                }
            }
            default -> {}
        }
    }

    private static @Nullable Object literal(Expr expr) {
        return expr instanceof Expr.Literal literal ? literal.value() : null;
    }

    private static boolean isValid(String function, Object value) {
        try {
            if (!function.equals("matches")) {
                return Conversions.find(function) instanceof Function conversion
                        && conversion.apply(new Object[] {value}) != null;
            }
            return !(value instanceof String text)
                    || Pattern.compile(text).pattern().equals(text);
        } catch (EvaluationException e) {
            return false;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    private void format(String text, Expr.Call call, List<Expr> args) {
        int[] used = {0};
        try {
            FormatString.expanded(text, args.size(), (clause, precision, index) -> {
                used[0] = index + 1;
                CelType type = checked.type(args.get(index));
                if (!type.isDyn() && !fits(clause, type.kind())) {
                    throw FormatString.unfit(clause, type.name());
                }
                return "";
            });
            if (args.size() > used[0]) {
                report(
                        call.id(),
                        "too many arguments supplied to string.format (expected " + used[0] + ", got " + args.size()
                                + ")");
            }
        } catch (EvaluationException e) {
            boolean unfit = String.valueOf(e.getMessage()).startsWith("error during formatting");
            report(unfit ? args.get(used[0] - 1).id() : call.id(), String.valueOf(e.getMessage()));
        }
    }

    private static boolean fits(char clause, Kind kind) {
        return switch (clause) {
            case 'd', 'o' -> kind == Kind.INT || kind == Kind.UINT;
            case 'f', 'e' -> kind == Kind.DOUBLE || kind == Kind.STRING;
            case 'b' -> kind == Kind.INT || kind == Kind.UINT || kind == Kind.BOOL;
            case 'x', 'X' -> kind == Kind.INT || kind == Kind.UINT || kind == Kind.STRING || kind == Kind.BYTES;
            default -> kind != Kind.STRUCT && kind != Kind.OPAQUE;
        };
    }

    private void report(int id, String message) {
        source.report(checked.positions()[id], message);
    }
}
