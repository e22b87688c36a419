package dev.proa.image.dockerfile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The variables of a stage as its instructions change them: {@code ENV}, and the {@code ARG}s that it declares. What
 * was set last counts. For one thread at a time.
 */
public final class Scope {
    /** The most that all variables of a stage may have, in characters; Linux passes no more to a program. */
    private static final int MAX_ENVIRONMENT = 2 << 20;

    /** Enough for any reader. */
    private static final int MAX_WARNINGS = 1000;

    private final BuildArguments arguments;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Set<String> declared = new HashSet<>();
    private final List<Warning> warnings = new ArrayList<>();
    private long size;

    Scope(BuildArguments arguments, Map<String, String> environment) {
        this.arguments = arguments;
        environment.forEach(this::put);
    }

    /** The scope of a stage that is based on this one at its end: it inherits its {@code ARG}s as well. */
    public Scope child() {
        Scope child = new Scope(arguments, environment);
        child.declared.addAll(declared);
        return child;
    }

    /**
     * Expands an instruction with the variables so far, and applies it if it is {@code ENV} or {@code ARG}. An {@code
     * ARG} comes back with the values that its arguments have.
     *
     * @throws DockerfileException if it cannot be expanded
     */
    public Instruction apply(Instruction instruction) {
        return arguments.locating(instruction.source(), () -> {
            Instruction expanded = instruction instanceof Instruction.Arg arg
                    ? declare(arg)
                    : instruction.expand(expander(instruction));
            if (expanded instanceof Instruction.Env env) {
                env.variables().forEach(v -> put(v.name(), v.value()));
            }
            return expanded;
        });
    }

    /** The mounts of a {@code RUN} with the variables so far. */
    public List<Mount> mounts(Instruction.Run run) {
        return arguments.locating(run.source(), () -> run.mounts(expander(run)));
    }

    private Instruction.Arg declare(Instruction.Arg arg) {
        List<Instruction.Argument> values = new ArrayList<>();
        Expander expander = expander(arg);
        for (Instruction.Argument argument : arg.arguments()) {
            String value = arguments.declare(argument, expander);
            if (value != null) {
                put(argument.name(), value);
            }
            declared.add(argument.name());
            values.add(new Instruction.Argument(argument.name(), value));
        }
        return new Instruction.Arg(values, arg.source());
    }

    private Expander expander(Instruction instruction) {
        Set<String> seen = new HashSet<>();
        return arguments.words().expander(name -> {
            String value = environment.get(name);
            boolean undefined = value == null && !declared.contains(name);
            if (undefined && warnings.size() < MAX_WARNINGS && seen.add(name)) {
                String hint = Suggestion.of(name, environment.keySet(), "$");
                warnings.add(new Warning(
                        "UndefinedVar",
                        "Usage of undefined variable '$" + name + "'" + hint,
                        instruction.source().location()));
            }
            return value;
        });
    }

    private void put(String name, String value) {
        String before = environment.put(name, value);
        size += before == null ? name.length() + value.length() : value.length() - before.length();
        if (size > MAX_ENVIRONMENT) {
            throw new SyntaxProblem("the variables of the stage have more than " + MAX_ENVIRONMENT + " characters");
        }
    }

    /** All variables, those of the image first. {@code RUN} sees them; the image keeps only those of {@code ENV}. */
    public Map<String, String> environment() {
        return Collections.unmodifiableMap(environment);
    }

    /** The warnings so far, without those that {@code # check=skip=} turns off. */
    public List<Warning> warnings() {
        return arguments.checks().kept(warnings);
    }
}
