package dev.proa.server.authentication.jwt;

import dev.proa.server.cel.CelType;
import dev.proa.server.cel.Compilation;
import dev.proa.server.cel.Environment;
import dev.proa.server.cel.EvaluationException;
import dev.proa.server.cel.Program;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A compiled expression over claims, or over a user. Immutable, safe for any thread.
 *
 * @param usesEmail whether it looks at {@code claims.email}
 * @param usesEmailVerified whether it looks at {@code claims.email_verified}
 */
record Expression(String text, String variable, Program program, boolean usesEmail, boolean usesEmailVerified) {
    private static final CelType STRINGS = CelType.list(CelType.STRING);
    private static final Map<String, CelType> USER = Map.of(
            "username",
            CelType.STRING,
            "uid",
            CelType.STRING,
            "groups",
            STRINGS,
            "extra",
            CelType.map(CelType.STRING, STRINGS));
    private static final Environment OVER_CLAIMS =
            Environment.of(Map.of("claims", CelType.map(CelType.STRING, CelType.DYN)));
    private static final Environment OVER_USER =
            Environment.of(Map.of("user", CelType.struct("kubernetes.UserInfo", USER::get)));

    /** An expression that has no value. */
    static final class NoValue extends Exception {
        private static final long serialVersionUID = 1;

        NoValue(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * Compiles an expression over claims.
     *
     * @param condition whether it has to be true or false
     * @throws IllegalArgumentException when it cannot be compiled
     */
    static Expression overClaims(String text, boolean condition) {
        return of(OVER_CLAIMS, "claims", text, condition);
    }

    /** The same over a user: true or false. */
    static Expression overUser(String text) {
        return of(OVER_USER, "user", text, true);
    }

    private static Expression of(Environment environment, String variable, String text, boolean condition) {
        Compilation compilation = environment.compile(text);
        if (compilation.failed()) {
            throw new IllegalArgumentException("compilation failed: " + compilation.issues());
        }
        if (condition && !compilation.resultType().equals(CelType.BOOL)) {
            throw new IllegalArgumentException("must evaluate to bool");
        }
        try {
            return new Expression(
                    text,
                    variable,
                    compilation.program(),
                    compilation.selects("claims", "email"),
                    compilation.selects("claims", "email_verified"));
        } catch (EvaluationException e) {
            throw new IllegalArgumentException("program instantiation failed: " + e.getMessage(), e);
        }
    }

    /**
     * Evaluates it.
     *
     * @param value of the variable
     */
    @Nullable
    Object evaluate(Object value) throws NoValue {
        Program.Result result = program.evaluate(Map.of(variable, value));
        if (result.failed()) {
            throw new NoValue("expression '" + text + "' resulted in error: " + result.error());
        }
        return result.value();
    }
}
