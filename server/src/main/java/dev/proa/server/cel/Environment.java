package dev.proa.server.cel;

import dev.proa.server.cel.Declarations.Overload;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What expressions may use: variables, the functions of Kubernetes' environment, and types of objects. Immutable. */
public final class Environment {
    private final Map<String, CelType> variables;
    private final Map<String, List<Overload>> functions;
    private final Function<String, @Nullable CelType> structs;

    private Environment(
            Map<String, CelType> variables,
            Map<String, List<Overload>> functions,
            Function<String, @Nullable CelType> structs) {
        this.variables = variables;
        this.functions = functions;
        this.structs = structs;
    }

    /** The functions of Kubernetes and these variables. */
    public static Environment of(Map<String, CelType> variables) {
        return new Environment(Map.copyOf(variables), Declarations.FUNCTIONS, name -> null);
    }

    /** This environment with one more variable, or with another type of one. */
    public Environment with(String name, CelType type) {
        Map<String, CelType> more = new HashMap<>(variables);
        more.put(name, type);
        return new Environment(Map.copyOf(more), functions, structs);
    }

    /**
     * This environment with what expressions of mutations need: objects that they make, and {@code jsonpatch.escapeKey()}.
     *
     * @param made the type of objects by its name; null when there is none
     */
    public Environment making(Function<String, @Nullable CelType> made) {
        Map<String, List<Overload>> more = new HashMap<>(functions);
        more.put(
                "jsonpatch.escapeKey",
                List.of(Overload.of(
                        "string_jsonpatch_escapeKey_string", false, List.of(CelType.STRING), CelType.STRING)));
        return new Environment(variables, Map.copyOf(more), made);
    }

    /** Parses and checks an expression. */
    public Compilation compile(String expression) {
        Source source = new Source(expression);
        Parser.Parsed parsed = Parser.parse(source);
        Checked checked = parsed == null ? null : Checker.check(source, this, parsed);
        if (checked != null) {
            LiteralValidation.check(source, checked);
        }
        return new Compilation(
                checked == null || source.hasIssues() ? null : checked, source.hasIssues() ? source.issues() : "");
    }

    /** The type of a variable; null when there is none. */
    public @Nullable CelType type(String variable) {
        return variables.get(variable);
    }

    @Nullable
    CelType variable(String name) {
        return variables.get(name);
    }

    @Nullable
    List<Overload> function(String name) {
        return functions.get(name);
    }

    @Nullable
    CelType struct(String name) {
        return structs.apply(name);
    }
}
