package dev.proa.server.cel;

import dev.proa.server.cel.CelType.Kind;
import dev.proa.server.cel.Declarations.Overload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds out the type of each node of an expression, and what its names and functions mean. For one thread. */
final class Checker {
    private static final List<String> NO_OVERLOADS = List.of();

    private final Source source;
    private final Environment environment;
    private final int[] positions;
    private final CelType[] types;
    private final Map<Integer, List<String>> overloads = new HashMap<>();
    private final Map<Integer, String> names = new HashMap<>();
    private final Substitutions substitutions = new Substitutions();
    private final List<Map<String, CelType>> scopes = new ArrayList<>();
    private int variables;

    private Checker(Source source, Environment environment, Parser.Parsed parsed) {
        this.source = source;
        this.environment = environment;
        this.positions = parsed.positions();
        this.types = new CelType[parsed.nodes()];
    }

    /** The checked expression; null when there are errors, which {@code source} has. */
    static @Nullable Checked check(Source source, Environment environment, Parser.Parsed parsed) {
        Checker checker = new Checker(source, environment, parsed);
        checker.check(parsed.expr());
        if (source.hasIssues()) {
            return null;
        }
        for (int i = 0; i < checker.types.length; i++) {
            if (checker.types[i] != null) {
                checker.types[i] = checker.substitutions.of(checker.types[i], true);
            }
        }
        return new Checked(parsed.expr(), checker.types, checker.overloads, checker.names, parsed.positions());
    }

    private void error(int id, String message) {
        source.report(positions[id], message);
    }

    private CelType check(Expr expr) {
        CelType type = switch (expr) {
            case Expr.Literal literal -> Values.type(literal.value());
            case Expr.Ident ident -> ident(ident);
            case Expr.Select select -> select(select);
            case Expr.Call call -> call(call);
            case Expr.ListLiteral list -> list(list);
            case Expr.MapLiteral map -> map(map);
            case Expr.StructLiteral struct -> struct(struct);
            case Expr.Fold fold -> fold(fold);
        };
        types[expr.id()] = type;
        return type;
    }

    /** The type of a name; null when it is unknown. */
    private @Nullable CelType lookup(String name) {
        String plain = name.startsWith(".") ? name.substring(1) : name;
        for (int i = scopes.size() - 1; i >= 0 && !name.startsWith("."); i--) {
            CelType type = scopes.get(i).get(plain);
            if (type != null) {
                return type;
            }
        }
        CelType variable = environment.variable(plain);
        if (variable != null) {
            return variable;
        }
        if (plain.equals("type")) {
            return CelType.TYPE;
        }
        CelType named = Declarations.TYPES.get(plain);
        named = named == null ? environment.struct(plain) : named;
        return named == null ? null : CelType.typeOf(named);
    }

    private CelType undeclared(int id, String name) {
        error(id, "undeclared reference to '" + name + "' (in container '')");
        return CelType.ERROR;
    }

    private CelType ident(Expr.Ident ident) {
        CelType type = lookup(ident.name());
        if (type == null) {
            return undeclared(ident.id(), ident.name());
        }
        names.put(ident.id(), plain(ident.name()));
        return type;
    }

    private static String plain(String name) {
        return name.startsWith(".") ? name.substring(1) : name;
    }

    /** Names joined by dots; null when it is anything else. */
    private static @Nullable String qualified(Expr expr) {
        return switch (expr) {
            case Expr.Ident ident -> ident.name();
            case Expr.Select select -> {
                String operand = select.test() ? null : qualified(select.operand());
                yield operand == null ? null : operand + "." + select.field();
            }
            default -> null;
        };
    }

    private CelType select(Expr.Select select) {
        String name = qualified(select);
        CelType named = name == null ? null : lookup(name);
        if (name != null && named != null) {
            names.put(select.id(), plain(name));
            return named;
        }
        CelType field = field(select.id(), select.operand(), select.field(), false);
        return select.test() ? CelType.BOOL : field;
    }

    private CelType field(int id, Expr operand, String field, boolean optional) {
        check(operand);
        CelType type = substitutions.of(types[operand.id()], false);
        boolean wasOptional = type.isOptional();
        CelType target = wasOptional ? type.parameter(0) : type;
        CelType result = switch (target.kind()) {
            case MAP -> target.parameter(1);
            case STRUCT -> structField(id, target, field);
            case PARAMETER -> {
                substitutions.assign(CelType.DYN, target);
                yield CelType.DYN;
            }
            default -> {
                if (!target.isDynOrError()) {
                    error(id, "type '" + target + "' does not support field selection");
                }
                yield CelType.DYN;
            }
        };
        result = wasOptional || optional ? CelType.optional(result) : result;
        return substitutions.of(result, false);
    }

    private CelType structField(int id, CelType struct, String field) {
        CelType type = struct.field(field);
        if (type == null) {
            error(id, "undefined field '" + field + "'");
            return CelType.ERROR;
        }
        return type;
    }

    private CelType call(Expr.Call call) {
        if (call.function().equals("_?._")) {
            String field = (String) ((Expr.Literal) call.args().get(1)).value();
            overloads.put(call.id(), List.of("select_optional_field"));
            types[call.args().get(1).id()] = CelType.STRING;
            return field(call.id(), call.args().get(0), String.valueOf(field), true);
        }
        List<CelType> args = new ArrayList<>(call.args().size() + 1);
        for (Expr arg : call.args()) {
            args.add(check(arg));
        }
        Expr target = call.target();
        if (target == null) {
            return resolve(call, plain(call.function()), args, false);
        }
        String prefix = qualified(target);
        String name = prefix == null ? "" : plain(prefix) + "." + call.function();
        if (environment.function(name) != null) {
            names.put(call.id(), name);
            return resolve(call, name, args, false);
        }
        args.addFirst(check(target));
        return resolve(call, call.function(), args, true);
    }

    private CelType resolve(Expr.Call call, String function, List<CelType> args, boolean member) {
        List<Overload> candidates = environment.function(function);
        if (candidates == null) {
            return undeclared(call.id(), function);
        }
        if (function.equals("_&&_") || function.equals("_||_")) {
            return logical(call, candidates.get(0).id(), args);
        }
        CelType result = null;
        List<String> matching = NO_OVERLOADS;
        for (Overload overload : candidates) {
            if (overload.member() != member || overload.args().size() != args.size()) {
                continue;
            }
            Substitutions fresh = new Substitutions();
            for (String parameter : overload.parameters()) {
                fresh.put(parameter, unknown());
            }
            List<CelType> wanted =
                    overload.args().stream().map(arg -> fresh.of(arg, false)).toList();
            if (substitutions.assign(args, wanted)) {
                CelType found = substitutions.of(fresh.of(overload.result(), false), false);
                matching = new ArrayList<>(matching);
                matching.add(overload.id());
                result = result == null || result.isDyn() || result.equals(found)
                        ? (result == null ? found : result)
                        : CelType.DYN;
            }
        }
        if (result == null) {
            String shown = args.stream()
                    .skip(member ? 1 : 0)
                    .map(arg -> substitutions.of(arg, true).toString())
                    .collect(Collectors.joining(", ", "(", ")"));
            String receiver = member ? substitutions.of(args.get(0), true) + "." : "";
            error(call.id(), "found no matching overload for '" + function + "' applied to '" + receiver + shown + "'");
            return CelType.ERROR;
        }
        overloads.put(call.id(), matching);
        return result;
    }

    private CelType logical(Expr.Call call, String overload, List<CelType> args) {
        boolean wrong = false;
        for (int i = 0; i < args.size(); i++) {
            wrong |= !expect(call.args().get(i), CelType.BOOL, args.get(i));
        }
        overloads.put(call.id(), List.of(overload));
        return wrong ? CelType.ERROR : CelType.BOOL;
    }

    private boolean expect(Expr expr, CelType wanted, CelType found) {
        boolean fits = substitutions.assign(wanted, found);
        if (!fits) {
            mismatch(expr, wanted, found);
        }
        return fits;
    }

    private void mismatch(Expr expr, CelType wanted, CelType found) {
        error(expr.id(), "expected type '" + wanted + "' but found '" + found + "'");
    }

    /** A type that is not known yet. */
    private CelType unknown() {
        return CelType.parameter("_var" + variables++);
    }

    private CelType join(@Nullable CelType previous, CelType current) {
        if (previous == null) {
            return current;
        }
        if (substitutions.assign(previous, current)) {
            return Substitutions.mostGeneral(previous, current);
        }
        return CelType.DYN; // LiteralValidation refuses it where it must
    }

    private CelType unwrapped(Expr expr, CelType type, boolean optional) {
        if (!optional || type.isDyn()) {
            return type;
        }
        if (type.isOptional()) {
            return type.parameter(0);
        }
        mismatch(expr, CelType.optional(type), type);
        return type;
    }

    private CelType list(Expr.ListLiteral list) {
        CelType items = null;
        for (int i = 0; i < list.items().size(); i++) {
            Expr item = list.items().get(i);
            items = join(items, unwrapped(item, check(item), list.isOptional(i)));
        }
        return CelType.list(items == null ? unknown() : items);
    }

    private CelType map(Expr.MapLiteral map) {
        CelType keys = null;
        CelType values = null;
        for (Expr.Entry entry : map.entries()) {
            keys = join(keys, check(entry.key()));
            values = join(values, unwrapped(entry.value(), check(entry.value()), entry.optional()));
        }
        return CelType.map(keys == null ? unknown() : keys, values == null ? unknown() : values);
    }

    private CelType struct(Expr.StructLiteral struct) {
        CelType named = lookup(struct.type());
        if (named == null) {
            return undeclared(struct.id(), struct.type());
        }
        names.put(struct.id(), plain(struct.type()));
        CelType type = CelType.ERROR;
        if (named.kind() != Kind.TYPE || named.parameters().isEmpty()) {
            error(struct.id(), "'" + named.name() + "' is not a type");
        } else if (named.parameter(0).kind() != Kind.STRUCT) {
            error(struct.id(), "'" + named.parameter(0).name() + "' is not a message type");
        } else {
            type = named.parameter(0);
        }
        for (Expr.Field field : struct.fields()) {
            CelType value = unwrapped(field.value(), check(field.value()), field.optional());
            CelType wanted = type.kind() == Kind.STRUCT ? structField(field.id(), type, field.name()) : CelType.ERROR;
            if (!substitutions.assign(wanted, value)) {
                error(
                        field.id(),
                        "expected type of field '" + field.name() + "' is '" + wanted + "' but provided type is '"
                                + value + "'");
            }
        }
        return type;
    }

    private CelType fold(Expr.Fold fold) {
        check(fold.range());
        CelType accumulator = check(fold.init());
        CelType range = substitutions.of(types[fold.range().id()], false);
        CelType key;
        CelType value;
        switch (range.kind()) {
            case LIST -> {
                key = fold.second() == null ? range.parameter(0) : CelType.INT;
                value = range.parameter(0);
            }
            case MAP -> {
                key = range.parameter(0);
                value = range.parameter(1);
            }
            case DYN, ERROR, PARAMETER -> {
                substitutions.assign(CelType.DYN, range);
                key = CelType.DYN;
                value = CelType.DYN;
            }
            default -> {
                error(
                        fold.range().id(),
                        "expression of type '" + range
                                + "' cannot be range of a comprehension (must be list, map, or dynamic)");
                key = CelType.ERROR;
                value = CelType.ERROR;
            }
        }
        scopes.add(Map.of(fold.accumulator(), accumulator));
        String second = fold.second();
        scopes.add(second == null ? Map.of(fold.variable(), key) : Map.of(fold.variable(), key, second, value));
        expect(fold.condition(), CelType.BOOL, check(fold.condition()));
        expect(fold.step(), accumulator, check(fold.step()));
        scopes.removeLast();
        CelType result = check(fold.result());
        scopes.removeLast();
        return substitutions.of(result, false);
    }
}
