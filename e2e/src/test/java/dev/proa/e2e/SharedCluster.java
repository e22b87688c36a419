package dev.proa.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the one cluster that they share; each test class keeps to a namespace of its own. Skips them where the machine lacks
 * something: an assumption that fails while a parameter is resolved would count as an error.
 */
public final class SharedCluster implements ExecutionCondition, ParameterResolver {
    private static final Namespace OWN = Namespace.create(SharedCluster.class);

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        String missing = context.getRoot().getStore(OWN).computeIfAbsent("missing", key -> missing(), String.class);
        return missing.isEmpty()
                ? ConditionEvaluationResult.enabled("clusters can be started here")
                : ConditionEvaluationResult.disabled(missing);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot().getStore(OWN).computeIfAbsent(TestCluster.class, key -> start(), TestCluster.class);
    }

    private static String missing() {
        try {
            return TestCluster.missing();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TestCluster start() {
        try {
            return TestCluster.startLasting("e2e");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
