package dev.proa.server.cel;

import java.util.List;

/** Finds out which fields of variables an expression selects. */
final class Selections {
    private Selections() {}

    /** Whether a field of a variable is selected anywhere in an expression. */
    static boolean has(Expr expr, String variable, String field) {
        return switch (expr) {
            case Expr.Literal literal -> false;
            case Expr.Ident ident -> false;
            case Expr.Select select ->
                select.field().equals(field) && isVariable(select.operand(), variable)
                        || has(select.operand(), variable, field);
            case Expr.Call call ->
                isOptionalSelection(call, variable, field)
                        || call.target() != null && has(call.target(), variable, field)
                        || any(call.args(), variable, field);
            case Expr.ListLiteral list -> any(list.items(), variable, field);
            case Expr.MapLiteral map ->
                map.entries().stream()
                        .anyMatch(entry -> has(entry.key(), variable, field) || has(entry.value(), variable, field));
            case Expr.StructLiteral struct ->
                struct.fields().stream().anyMatch(made -> has(made.value(), variable, field));
            case Expr.Fold fold ->
                any(List.of(fold.range(), fold.init(), fold.condition(), fold.step(), fold.result()), variable, field);
        };
    }

    private static boolean any(List<Expr> parts, String variable, String field) {
        return parts.stream().anyMatch(part -> has(part, variable, field));
    }

    private static boolean isVariable(Expr expr, String variable) {
        return expr instanceof Expr.Ident ident && ident.name().equals(variable);
    }

    private static boolean isOptionalSelection(Expr.Call call, String variable, String field) {
        return call.function().equals("_?._")
                && call.args().size() == 2
                && isVariable(call.args().getFirst(), variable)
                && call.args().getLast() instanceof Expr.Literal literal
                && field.equals(literal.value());
    }
}
