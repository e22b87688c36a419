package dev.proa.cluster;

import dev.proa.control.resourceclaim.DeviceSelectors;
import dev.proa.server.cel.EvaluationException;
import dev.proa.server.expression.DeviceExpression;

/** The scheduler's selectors of devices, by the API server's implementation of CEL. A service of {@link java.util.ServiceLoader}. */
public final class CelDeviceSelectors implements DeviceSelectors {
    @Override
    public Selector compile(String expression) {
        try {
            DeviceExpression compiled = DeviceExpression.compile(expression);
            return (driver, device) -> {
                try {
                    return compiled.matches(driver, device);
                } catch (EvaluationException e) {
                    throw new SelectorFailure(String.valueOf(e.getMessage()));
                }
            };
        } catch (EvaluationException e) {
            throw new SelectorFailure(String.valueOf(e.getMessage()));
        }
    }
}
