package dev.proa.control.scheduler.plugin.dynamicresources;

import dev.proa.control.resourceclaim.DeviceSelectors;
import dev.proa.server.cel.EvaluationException;
import dev.proa.server.expression.DeviceExpression;

/** The selectors that tests find: those of the API server. */
public final class TestSelectors implements DeviceSelectors {
    @Override
    public Selector compile(String expression) {
        DeviceExpression compiled = DeviceExpression.compile(expression);
        return (driver, device) -> {
            try {
                return compiled.matches(driver, device);
            } catch (EvaluationException e) {
                throw new SelectorFailure(String.valueOf(e.getMessage()));
            }
        };
    }
}
