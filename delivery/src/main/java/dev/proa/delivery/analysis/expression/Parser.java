package dev.proa.delivery.analysis.expression;

import dev.proa.delivery.analysis.expression.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses an expression by precedence climbing. */
final class Parser {
    private static final int LONGEST = 10_000;
    private static final int DEEPEST = 200;
    private static final Map<String, Integer> BINARY = Map.ofEntries(
            Map.entry("|", 0),
            Map.entry("or", 10),
            Map.entry("||", 10),
            Map.entry("and", 15),
            Map.entry("&&", 15),
            Map.entry("==", 20),
            Map.entry("!=", 20),
            Map.entry("<", 20),
            Map.entry(">", 20),
            Map.entry(">=", 20),
            Map.entry("<=", 20),
            Map.entry("in", 20),
            Map.entry("matches", 20),
            Map.entry("contains", 20),
            Map.entry("startsWith", 20),
            Map.entry("endsWith", 20),
            Map.entry("..", 25),
            Map.entry("+", 30),
            Map.entry("-", 30),
            Map.entry("*", 60),
            Map.entry("/", 60),
            Map.entry("%", 60),
            Map.entry("**", 100),
            Map.entry("^", 100),
            Map.entry("??", 500));
    private static final Map<String, Integer> UNARY = Map.of("not", 50, "!", 50, "-", 90, "+", 90);
    private static final Set<String> NEGATABLE = Set.of("in", "matches", "contains", "startsWith", "endsWith");
    private static final Set<String> ORDER = Set.of("<", ">", "<=", ">=");

    private final List<Token> tokens;
    private final Set<String> names;
    private int at;
    private int depth;
    /** How many predicates are open. */
    private int predicates;

    private Parser(List<Token> tokens, Set<String> names) {
        this.tokens = tokens;
        this.names = new HashSet<>(names);
    }

    /**
     * Parses a whole expression.
     *
     * @param names the variables that it may use
     */
    static Node parse(String text, Set<String> names) {
        if (text.length() > LONGEST) {
            throw new ExpressionException("the expression is longer than " + LONGEST + " characters");
        }
        Parser parser = new Parser(Lexer.tokens(text), names);
        Node node = parser.sequence();
        if (parser.token().kind() != Kind.END) {
            throw parser.unexpected();
        }
        return node;
    }

    private Token token() {
        return tokens.get(at);
    }

    private ExpressionException unexpected() {
        return new ExpressionException("unexpected token " + token().text());
    }

    private boolean take(String operator) {
        boolean is = token().is(operator);
        at += is ? 1 : 0;
        return is;
    }

    private void expect(String operator) {
        if (!take(operator)) {
            throw unexpected();
        }
    }

    /** {@code let x = 1; x + 1}; of expressions after each other the last counts. */
    private Node sequence() {
        if (!take("let")) {
            Node node = expression(0);
            return take(";") ? sequence() : node;
        }
        String name = name();
        if (names.contains(name)) {
            throw new ExpressionException("cannot redeclare " + name);
        }
        expect("=");
        Node value = expression(0);
        expect(";");
        names.add(name);
        Node body = sequence();
        names.remove(name);
        return new Node.Let(name, value, body);
    }

    private String name() {
        if (token().kind() != Kind.NAME) {
            throw unexpected();
        }
        return tokens.get(at++).text();
    }

    private Node expression(int precedence) {
        if (++depth > DEEPEST) {
            throw new ExpressionException("the expression is nested too deeply");
        }
        Node left = primary();
        String before = "";
        while (token().kind() == Kind.OPERATOR) {
            boolean negated =
                    token().is("not") && NEGATABLE.contains(tokens.get(at + 1).text());
            String operator = tokens.get(negated ? at + 1 : at).text();
            Integer binds = BINARY.get(operator);
            if (binds == null || binds < precedence) {
                break;
            }
            at += negated ? 2 : 1;
            if (before.equals("??") && !operator.equals("??")) {
                throw new ExpressionException("Operator (??) and coalesce expressions (" + operator
                        + ") cannot be mixed. Wrap either by parentheses.");
            }
            before = operator;
            left = operation(operator, binds, left);
            left = negated ? new Node.Unary("not", left) : left;
        }
        if (precedence == 0) {
            left = conditional(left);
        }
        depth--;
        return left;
    }

    private Node operation(String operator, int binds, Node left) {
        if (operator.equals("|")) {
            return postfix(call(name(), left));
        }
        boolean right = operator.equals("**") || operator.equals("^");
        Node other = expression(right ? binds : binds + 1);
        Node result = new Node.Binary(operator, left, other);
        if (ORDER.contains(operator)) { // a < b < c means a < b and b < c
            while (token().kind() == Kind.OPERATOR && ORDER.contains(token().text())) {
                String next = tokens.get(at++).text();
                Node third = expression(binds + 1);
                result = new Node.Binary("and", result, new Node.Binary(next, other, third));
                other = third;
            }
        }
        return result;
    }

    private Node conditional(Node condition) {
        if (take("?:")) {
            return new Node.Conditional(condition, condition, expression(0));
        }
        if (!take("?")) {
            return condition;
        }
        Node then = expression(0);
        expect(":");
        return new Node.Conditional(condition, then, expression(0));
    }

    private Node primary() {
        Token token = token();
        Integer unary = token.kind() == Kind.OPERATOR ? UNARY.get(token.text()) : null;
        if (unary != null) {
            at++;
            return postfix(new Node.Unary(token.text(), expression(unary)));
        }
        if (take("(")) {
            Node inner = sequence();
            expect(")");
            return postfix(inner);
        }
        if (predicates > 0 && take("#")) {
            return postfix(new Node.Element(token().kind() == Kind.NAME ? name() : ""));
        }
        if (predicates > 0 && token.is(".")) {
            return postfix(new Node.Element("")); // .name means #.name
        }
        if (take("[")) {
            return postfix(new Node.Items(list("]")));
        }
        if (take("{")) {
            return postfix(entries());
        }
        at++;
        return switch (token.kind()) {
            case NUMBER -> new Node.Constant(token.value());
            case TEXT -> postfix(new Node.Constant(token.text()));
            case NAME -> named(token.text());
            case OPERATOR, END -> {
                at--;
                throw unexpected();
            }
        };
    }

    private Node named(String name) {
        switch (name) {
            case "true":
                return new Node.Constant(true);
            case "false":
                return new Node.Constant(false);
            case "nil":
                return new Node.Constant(null);
            case "if":
                return branch();
            default:
                if (token().is("(")) {
                    return postfix(call(name, null));
                }
                if (!names.contains(name)) {
                    throw new ExpressionException("unknown name " + name);
                }
                return postfix(new Node.Name(name));
        }
    }

    /** {@code if a {b} else {c}}. */
    private Node branch() {
        Node condition = expression(0);
        Node then = block();
        if (!(token().kind() == Kind.NAME && token().text().equals("else"))) {
            throw unexpected();
        }
        at++;
        boolean chained = token().kind() == Kind.NAME && token().text().equals("if");
        at += chained ? 1 : 0;
        return new Node.Conditional(condition, then, chained ? branch() : block());
    }

    private Node block() {
        expect("{");
        Node body = sequence();
        expect("}");
        return body;
    }

    private Node call(String function, @Nullable Node first) {
        Functions.check(function);
        List<Node> arguments = new ArrayList<>();
        if (first != null) {
            arguments.add(first);
        }
        expect("(");
        boolean predicated = Functions.takesPredicate(function);
        while (!take(")")) {
            boolean predicate = predicated && arguments.size() == 1;
            arguments.add(predicate ? predicate() : expression(0));
            if (!token().is(")")) {
                expect(",");
            }
        }
        Functions.check(function, arguments.size());
        return new Node.Call(function, arguments);
    }

    private Node predicate() {
        predicates++;
        boolean braces = take("{");
        Node body = sequence();
        if (braces) {
            expect("}");
        }
        predicates--;
        return new Node.Predicate(body);
    }

    private List<Node> list(String end) {
        List<Node> items = new ArrayList<>();
        while (!take(end)) {
            items.add(expression(0));
            if (!token().is(end)) {
                expect(",");
            }
        }
        return items;
    }

    private Node entries() {
        List<Node> keys = new ArrayList<>();
        List<Node> values = new ArrayList<>();
        while (!take("}")) {
            Token key = token();
            if (take("(")) {
                keys.add(expression(0));
                expect(")");
            } else if (key.kind() == Kind.END || key.kind() == Kind.OPERATOR) {
                throw unexpected();
            } else {
                at++;
                keys.add(new Node.Constant(key.text()));
            }
            expect(":");
            values.add(expression(0));
            if (!token().is("}")) {
                expect(",");
            }
        }
        return new Node.Entries(keys, values);
    }

    /** Members, elements and slices after {@code node}. */
    private Node postfix(Node node) {
        Node result = node;
        boolean optional = false;
        while (true) {
            if (token().is(".") || token().is("?.")) {
                boolean safe = tokens.get(at++).is("?.");
                optional |= safe;
                if (safe && take("[")) {
                    result = new Node.Member(result, expression(0), true);
                    expect("]");
                } else {
                    result = new Node.Member(result, new Node.Constant(member()), safe);
                }
            } else if (take("[")) {
                result = element(result);
            } else {
                return optional ? new Node.Chain(result) : result;
            }
        }
    }

    /** A name after a point, which may also be a word that is an operator elsewhere. */
    private String member() {
        Token token = token();
        if (token.kind() != Kind.NAME
                && !(token.kind() == Kind.OPERATOR
                        && Character.isLetter(token.text().charAt(0)))) {
            throw unexpected();
        }
        at++;
        if (token().is("(")) {
            throw new ExpressionException("methods are not supported, but " + token.text() + " is called as one");
        }
        return token.text();
    }

    private Node element(Node of) {
        Node from = token().is(":") ? null : expression(0);
        if (take(":")) {
            Node to = token().is("]") ? null : expression(0);
            expect("]");
            return new Node.Slice(of, from, to);
        }
        expect("]");
        if (from == null) {
            throw unexpected();
        }
        return new Node.Member(of, from, false);
    }
}
