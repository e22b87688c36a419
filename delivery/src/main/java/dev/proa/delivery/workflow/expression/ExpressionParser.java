package dev.proa.delivery.workflow.expression;

import dev.proa.delivery.workflow.expression.Expression.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Parses one expression by recursive descent. For one thread. */
final class ExpressionParser {
    private static final int MAX_LENGTH = 21_000;
    private static final int MAX_DEPTH = 50;

    private final String text;
    private int at;
    private int depth;

    ExpressionParser(String text) {
        this.text = text;
    }

    Expression parse() {
        if (text.length() > MAX_LENGTH) {
            throw new ExpressionException("The expression is longer than " + MAX_LENGTH + " characters");
        }
        skipSpace();
        if (at == text.length()) {
            throw new ExpressionException("An expression was expected");
        }
        Expression expression = or();
        skipSpace();
        if (at < text.length()) {
            throw unexpected();
        }
        return expression;
    }

    private Expression or() {
        if (++depth > MAX_DEPTH) {
            throw new ExpressionException("Exceeded max expression depth " + MAX_DEPTH);
        }
        Expression left = and();
        while (take("||")) {
            left = new Expression.Logical(false, left, and());
        }
        depth--;
        return left;
    }

    private Expression and() {
        Expression left = equality();
        while (take("&&")) {
            left = new Expression.Logical(true, left, equality());
        }
        return left;
    }

    private Expression equality() {
        Expression left = relation();
        while (true) {
            if (take("==")) {
                left = new Expression.Comparison(Operator.EQUAL, left, relation());
            } else if (take("!=")) {
                left = new Expression.Comparison(Operator.UNEQUAL, left, relation());
            } else {
                return left;
            }
        }
    }

    private Expression relation() {
        Expression left = unary();
        while (true) {
            Operator operator = relationOperator();
            if (operator == null) {
                return left;
            }
            left = new Expression.Comparison(operator, left, unary());
        }
    }

    private @Nullable Operator relationOperator() {
        if (take("<=")) {
            return Operator.LESS_OR_EQUAL;
        }
        if (take(">=")) {
            return Operator.GREATER_OR_EQUAL;
        }
        if (take("<")) {
            return Operator.LESS;
        }
        return take(">") ? Operator.GREATER : null;
    }

    private Expression unary() {
        skipSpace();
        if (at < text.length() && text.charAt(at) == '!' && !text.startsWith("!=", at)) {
            at++;
            if (++depth > MAX_DEPTH) {
                throw new ExpressionException("Exceeded max expression depth " + MAX_DEPTH);
            }
            Expression operand = unary();
            depth--;
            return new Expression.Not(operand);
        }
        return postfix(primary());
    }

    private Expression postfix(Expression first) {
        Expression target = first;
        // A literal has no parts; what follows it is then an error of its own.
        boolean indexable = !(first instanceof Expression.Literal);
        while (indexable) {
            if (take(".")) {
                skipSpace();
                if (take("*")) {
                    target = new Expression.All(target);
                } else {
                    target = new Expression.Index(target, new Expression.Literal(word()));
                }
            } else if (take("[")) {
                if (take("*")) {
                    target = new Expression.All(target);
                } else {
                    target = new Expression.Index(target, or());
                }
                expect("]");
            } else {
                return target;
            }
        }
        return target;
    }

    private Expression primary() {
        skipSpace();
        if (at == text.length()) {
            throw new ExpressionException("Unexpected end of expression", Math.max(0, at - 1), text);
        }
        char next = text.charAt(at);
        if (next == '(') {
            at++;
            Expression inner = or();
            expect(")");
            return inner;
        }
        if (next == '\'') {
            return new Expression.Literal(string());
        }
        if (next >= '0' && next <= '9' || next == '-' || next == '+' || next == '.') {
            return new Expression.Literal(number());
        }
        if (!startsWord(next)) {
            throw unexpected();
        }
        int start = at;
        String word = word();
        skipSpace();
        if (at < text.length() && text.charAt(at) == '(') {
            return call(word, start);
        }
        return switch (word) {
            case "null" -> new Expression.Literal(null);
            case "true" -> new Expression.Literal(true);
            case "false" -> new Expression.Literal(false);
            case "NaN" -> new Expression.Literal(Double.NaN);
            case "Infinity" -> new Expression.Literal(Double.POSITIVE_INFINITY);
            default -> context(word, start);
        };
    }

    private Expression context(String word, int start) {
        String name = word.toLowerCase(Locale.ROOT);
        if (!Contexts.NAMES.contains(name)) {
            throw new ExpressionException("Unrecognized named-value: '" + word + "'", start, text);
        }
        return new Expression.Context(name);
    }

    private Expression call(String name, int start) {
        Expression.Function function = null;
        for (Expression.Function candidate : Expression.Function.values()) {
            if (candidate.spelling.equalsIgnoreCase(name)) {
                function = candidate;
            }
        }
        if (function == null) {
            throw new ExpressionException("Unrecognized function: '" + name + "'", start, text);
        }
        expect("(");
        List<Expression> arguments = new ArrayList<>();
        if (!take(")")) {
            do {
                arguments.add(or());
            } while (take(","));
            expect(")");
        }
        if (arguments.size() < function.least) {
            throw new ExpressionException("Too few parameters supplied: '" + name + "'", start, text);
        }
        if (arguments.size() > function.most) {
            throw new ExpressionException("Too many parameters supplied: '" + name + "'", start, text);
        }
        if (function == Expression.Function.CASE && arguments.size() % 2 == 0) {
            throw new ExpressionException(
                    "Even number of parameters supplied, which has no default at its end: '" + name + "'", start, text);
        }
        return new Expression.Call(function, arguments);
    }

    private String string() {
        int start = at++;
        StringBuilder value = new StringBuilder();
        while (at < text.length()) {
            char next = text.charAt(at++);
            if (next != '\'') {
                value.append(next);
            } else if (at < text.length() && text.charAt(at) == '\'') {
                value.append('\'');
                at++;
            } else {
                return value.toString();
            }
        }
        throw new ExpressionException(
                "Unexpected symbol: '" + text.substring(start).strip() + "'", start, text);
    }

    private double number() {
        int start = at;
        while (at < text.length() && !endsNumber(text.charAt(at))) {
            at++;
        }
        String digits = text.substring(start, at);
        double value = digits.equals("-Infinity") ? Double.NEGATIVE_INFINITY : Values.number(digits);
        if (Double.isNaN(value)) {
            throw new ExpressionException("Unexpected symbol: '" + digits + "'", start, text);
        }
        return value;
    }

    private static boolean endsNumber(char next) {
        return Character.isWhitespace(next) || "()[],!=<>&|'".indexOf(next) >= 0;
    }

    private static boolean startsWord(char next) {
        return next >= 'a' && next <= 'z' || next >= 'A' && next <= 'Z' || next == '_';
    }

    private String word() {
        int start = at;
        if (at == text.length() || !startsWord(text.charAt(at))) {
            throw unexpected();
        }
        while (at < text.length()
                && (startsWord(text.charAt(at))
                        || text.charAt(at) >= '0' && text.charAt(at) <= '9'
                        || text.charAt(at) == '-')) {
            at++;
        }
        return text.substring(start, at);
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean take(String symbol) {
        skipSpace();
        if (text.startsWith(symbol, at)) {
            at += symbol.length();
            return true;
        }
        return false;
    }

    private void expect(String symbol) {
        if (!take(symbol)) {
            throw unexpected();
        }
    }

    private ExpressionException unexpected() {
        skipSpace();
        if (at == text.length()) {
            return new ExpressionException("Unexpected end of expression", Math.max(0, at - 1), text);
        }
        int end = at + 1;
        while (startsWord(text.charAt(at)) && end < text.length() && startsWord(text.charAt(end))) {
            end++;
        }
        return new ExpressionException("Unexpected symbol: '" + text.substring(at, end) + "'", at, text);
    }
}
