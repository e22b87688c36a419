package dev.proa.server.cel;

import dev.proa.server.cel.Lexer.Kind;
import dev.proa.server.cel.Lexer.Token;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses expressions by recursive descent and expands their macros. It stops at the first error of syntax, while others, such as those of
 * macros, are collected. Depth and size of what it makes are limited. For one thread.
 */
final class Parser {
    private static final int MOST_CHARACTERS = 100_000;
    private static final int DEEPEST = 250;
    private static final int MOST_NODES = 200_000;
    private static final Set<String> RELATIONS = Set.of("<", "<=", ">=", ">", "==", "!=", "in");
    private static final String START_OF_OPERAND =
            "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

    private final Source source;
    private final List<Token> tokens;
    private int next;
    private int depth;
    private int[] positions = new int[64];
    private int[] depths = new int[64];
    private int nodes;

    /** Ends parsing, after the error was reported. */
    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1;

        Stop() {
            super(null, null, false, false);
        }
    }

    /**
     * @param positions by id of a node, its offset in the text
     * @param nodes one more than the greatest id
     */
    record Parsed(Expr expr, int[] positions, int nodes) {}

    private Parser(Source source) {
        this.source = source;
        this.tokens = Lexer.tokens(source);
    }

    /** The expression; null when there are errors, which {@code source} has. */
    static @Nullable Parsed parse(Source source) {
        int size = source.text().length;
        if (size > MOST_CHARACTERS) {
            source.report(-1, "expression code point size exceeds limit: size: " + size + ", limit " + MOST_CHARACTERS);
            return null;
        }
        Parser parser = new Parser(source);
        try {
            Expr expr = parser.expression();
            Token end = parser.peek();
            if (end.kind() != Kind.END) {
                boolean last = parser.tokens.get(parser.next + 1).kind() == Kind.END;
                throw parser.syntax(
                        end, (last ? "extraneous" : "mismatched") + " input '" + end.text() + "' expecting <EOF>");
            }
            return source.hasIssues() ? null : new Parsed(expr, parser.positions, parser.nodes + 1);
        } catch (Stop e) {
            return null;
        }
    }

    private Token peek() {
        return tokens.get(next);
    }

    private boolean is(String sign) {
        return peek().is(sign);
    }

    private @Nullable Token accept(String sign) {
        return is(sign) ? tokens.get(next++) : null;
    }

    private Token expect(String sign) {
        Token token = peek();
        if (token.is(sign)) {
            next++;
            return token;
        }
        if (token.kind() == Kind.END) {
            throw syntax(token, "missing '" + sign + "' at '<EOF>'");
        }
        boolean extra = tokens.get(next + 1).is(sign);
        throw syntax(
                token,
                (extra ? "extraneous" : "mismatched") + " input '" + token.text() + "' expecting '" + sign + "'");
    }

    /** Expects the end of a list, after which there might also have been a comma. */
    private void expectEnd(String sign) {
        if (accept(sign) == null) {
            throw syntax(peek(), "mismatched input '" + peek().text() + "' expecting {'" + sign + "', ','}");
        }
    }

    private Stop syntax(Token at, String message) {
        source.report(at.start(), "Syntax error: " + message);
        return new Stop();
    }

    /** A new id for a node at an offset of the text. */
    int id(int position) {
        nodes++;
        if (nodes > MOST_NODES) {
            source.report(-1, "expression is too large");
            throw new Stop();
        }
        if (nodes == positions.length) {
            positions = Arrays.copyOf(positions, nodes * 2);
            depths = Arrays.copyOf(depths, nodes * 2);
        }
        positions[nodes] = position;
        return nodes;
    }

    int position(Expr expr) {
        return positions[expr.id()];
    }

    /** Reports an error; parsing goes on with some node. */
    Expr wrong(int position, String message) {
        source.report(position, message);
        return new Expr.Literal(id(position), false);
    }

    /** Marks a node as deeper than these below. */
    private <T extends Expr> T above(T expr, Expr... below) {
        int deepest = 0;
        for (Expr inner : below) {
            deepest = Math.max(deepest, depths[inner.id()]);
        }
        depths[expr.id()] = deepest + 1;
        if (deepest + 1 > DEEPEST) {
            throw tooDeep();
        }
        return expr;
    }

    private Stop tooDeep() {
        source.report(-1, "expression recursion limit exceeded: " + DEEPEST);
        return new Stop();
    }

    private Expr expression() {
        if (++depth > DEEPEST) {
            throw tooDeep();
        }
        Expr condition = logical("||", "_||_");
        Token question = accept("?");
        if (question != null) {
            int id = id(question.start());
            Expr yes = logical("||", "_||_");
            expect(":");
            Expr no = expression();
            condition = above(new Expr.Call(id, null, "_?_:_", List.of(condition, yes, no)), condition, yes, no);
        }
        depth--;
        return condition;
    }

    /** Terms joined by a logical operator, as a balanced tree. */
    private Expr logical(String sign, String function) {
        List<Expr> terms = new ArrayList<>(2);
        List<Integer> operators = new ArrayList<>(1);
        terms.add(sign.equals("||") ? logical("&&", "_&&_") : relation());
        Token operator = accept(sign);
        while (operator != null) {
            terms.add(sign.equals("||") ? logical("&&", "_&&_") : relation());
            operators.add(id(operator.start()));
            operator = accept(sign);
        }
        return balanced(function, terms, operators, 0, terms.size() - 1);
    }

    private Expr balanced(String function, List<Expr> terms, List<Integer> operators, int low, int high) {
        if (low == high) {
            return terms.get(low);
        }
        int middle = (low + high - 1) / 2;
        Expr left = balanced(function, terms, operators, low, middle);
        Expr right = balanced(function, terms, operators, middle + 1, high);
        return above(new Expr.Call(operators.get(middle), null, function, List.of(left, right)), left, right);
    }

    private Expr relation() {
        Expr left = sum();
        while (peek().kind() == Kind.SIGN && RELATIONS.contains(peek().text())) {
            Token operator = tokens.get(next++);
            int id = id(operator.start());
            String function = operator.is("in") ? "@in" : "_" + operator.text() + "_";
            Expr right = sum();
            left = above(new Expr.Call(id, null, function, List.of(left, right)), left, right);
        }
        return left;
    }

    private Expr sum() {
        Expr left = product();
        while (is("+") || is("-")) {
            left = binary(left, tokens.get(next++), true);
        }
        return left;
    }

    private Expr product() {
        Expr left = unary();
        while (is("*") || is("/") || is("%")) {
            left = binary(left, tokens.get(next++), false);
        }
        return left;
    }

    private Expr binary(Expr left, Token operator, boolean sum) {
        int id = id(operator.start());
        Expr right = sum ? product() : unary();
        return above(new Expr.Call(id, null, "_" + operator.text() + "_", List.of(left, right)), left, right);
    }

    private Expr unary() {
        Token first = peek();
        boolean signedNumber = first.is("-") && isNumber(tokens.get(next + 1));
        if (!first.is("!") && !first.is("-") || signedNumber) {
            return member();
        }
        int count = 0;
        while (accept(first.text()) != null) {
            count++;
        }
        if (count % 2 == 0) {
            return member();
        }
        int id = id(first.start());
        Expr operand = member();
        return above(new Expr.Call(id, null, first.text() + "_", List.of(operand)), operand);
    }

    private static boolean isNumber(Token token) {
        return token.kind() == Kind.INT || token.kind() == Kind.DOUBLE;
    }

    private Expr member() {
        Expr expr = primary();
        while (true) {
            Token sign = peek();
            if (accept(".") != null) {
                expr = selected(expr, sign);
            } else if (accept("[") != null) {
                boolean optional = accept("?") != null;
                int id = id(sign.start());
                Expr index = expression();
                expect("]");
                expr = above(new Expr.Call(id, null, optional ? "_[?_]" : "_[_]", List.of(expr, index)), expr, index);
            } else {
                return expr;
            }
        }
    }

    private Expr selected(Expr operand, Token dot) {
        boolean optional = accept("?") != null;
        Token name = peek();
        if (name.kind() == Kind.ESCAPED) {
            next++;
            return wrong(name.start(), "unsupported syntax: '`'");
        }
        if (name.kind() != Kind.IDENT) {
            String text = name.kind() == Kind.END ? "" : name.text();
            throw syntax(name, "no viable alternative at input '." + text + "'");
        }
        next++;
        Token open = optional ? null : accept("(");
        if (open != null) {
            int id = id(open.start());
            List<Expr> args = arguments();
            return called(id, operand, name.text(), args);
        }
        if (optional) {
            int id = id(dot.start());
            Expr field = new Expr.Literal(id(name.start()), name.text());
            return above(new Expr.Call(id, null, "_?._", List.of(operand, field)), operand);
        }
        return above(new Expr.Select(id(dot.start()), operand, name.text(), false), operand);
    }

    private List<Expr> arguments() {
        List<Expr> args = new ArrayList<>(2);
        if (accept(")") != null) {
            return args;
        }
        do {
            args.add(expression());
        } while (accept(",") != null);
        expect(")");
        return args;
    }

    private Expr called(int id, @Nullable Expr target, String function, List<Expr> args) {
        Expr expanded = Macros.expand(this, positions[id], target, function, args);
        Expr call = expanded != null ? expanded : new Expr.Call(id, target, function, List.copyOf(args));
        Expr[] below = args.toArray(new Expr[args.size() + (target == null ? 0 : 1)]);
        if (target != null) {
            below[args.size()] = target;
        }
        return above(call, below);
    }

    private Expr primary() {
        Token token = peek();
        switch (token.kind()) {
            case INT, UINT, DOUBLE, STRING, BYTES -> {
                next++;
                return literal(token, token.start(), "");
            }
            case IDENT -> {
                return named("");
            }
            case SIGN -> {
                if (token.is("-") && isNumber(tokens.get(next + 1))) {
                    next += 2;
                    return literal(tokens.get(next - 1), token.start(), "-");
                }
                next++;
                switch (token.text()) {
                    case "true", "false" -> {
                        return new Expr.Literal(id(token.start()), token.text().equals("true"));
                    }
                    case "null" -> {
                        return new Expr.Literal(id(token.start()), null);
                    }
                    case "." -> {
                        if (peek().kind() == Kind.IDENT) {
                            return named(".");
                        }
                    }
                    case "(" -> {
                        Expr inner = expression();
                        expect(")");
                        return inner;
                    }
                    case "[" -> {
                        return list(token);
                    }
                    case "{" -> {
                        return map(token);
                    }
                    default -> next--;
                }
            }
            default -> {}
        }
        throw syntax(token, "mismatched input '" + token.text() + "' expecting " + START_OF_OPERAND);
    }

    private Expr literal(Token token, int start, String sign) {
        try {
            return new Expr.Literal(id(start), Literals.value(token, sign));
        } catch (IllegalArgumentException e) {
            return wrong(start, String.valueOf(e.getMessage()));
        }
    }

    private Expr named(String dot) {
        int start = next;
        Token name = tokens.get(next++);
        if (isStruct(start)) {
            return struct(dot);
        }
        if (ReservedWords.UNUSED.contains(name.text())) {
            if (is("(")) {
                next++;
                arguments();
            }
            return wrong(name.start(), "reserved identifier: " + name.text());
        }
        Token open = accept("(");
        if (open == null) {
            return new Expr.Ident(id(name.start()), dot + name.text());
        }
        int id = id(open.start());
        return called(id, null, dot + name.text(), arguments());
    }

    /** Whether names with dots between them and a brace after them start here. */
    private boolean isStruct(int start) {
        int at = start + 1;
        while (tokens.get(at).is(".") && tokens.get(at + 1).kind() == Kind.IDENT) {
            at += 2;
        }
        return tokens.get(at).is("{");
    }

    private Expr struct(String dot) {
        StringBuilder type = new StringBuilder(dot).append(tokens.get(next - 1).text());
        while (accept(".") != null) {
            type.append('.').append(tokens.get(next++).text());
        }
        int id = id(expect("{").start());
        List<Expr.Field> fields = new ArrayList<>();
        List<Expr> below = new ArrayList<>();
        while (!is("}")) {
            boolean optional = accept("?") != null;
            Token name = peek();
            if (name.kind() != Kind.IDENT) {
                throw syntax(
                        name,
                        "mismatched input '" + name.text() + "' expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}");
            }
            next++;
            int field = id(expect(":").start());
            Expr value = expression();
            below.add(value);
            fields.add(new Expr.Field(field, name.text(), value, optional));
            if (accept(",") == null) {
                break;
            }
        }
        expectEnd("}");
        return above(new Expr.StructLiteral(id, type.toString(), fields), below.toArray(new Expr[0]));
    }

    private Expr list(Token open) {
        int id = id(open.start());
        List<Expr> items = new ArrayList<>();
        List<Boolean> optional = new ArrayList<>();
        while (!is("]")) {
            optional.add(accept("?") != null);
            items.add(expression());
            if (accept(",") == null) {
                break;
            }
        }
        expectEnd("]");
        return above(
                new Expr.ListLiteral(id, items, optional.contains(true) ? optional : List.of()),
                items.toArray(new Expr[0]));
    }

    private Expr map(Token open) {
        int id = id(open.start());
        List<Expr.Entry> entries = new ArrayList<>();
        List<Expr> below = new ArrayList<>();
        while (!is("}")) {
            boolean optional = accept("?") != null;
            Expr key = expression();
            int entry = id(expect(":").start());
            Expr value = expression();
            below.add(key);
            below.add(value);
            entries.add(new Expr.Entry(entry, key, value, optional));
            if (accept(",") == null) {
                break;
            }
        }
        expectEnd("}");
        return above(new Expr.MapLiteral(id, entries), below.toArray(new Expr[0]));
    }
}
