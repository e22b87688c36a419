package dev.proa.server.admission;

import dev.proa.api.value.MapValue;
import java.util.List;

/**
 * The admission plugins of an API server, in their order. Every write passes them in two phases: {@link #mutate} after an object was
 * decoded and defaulted, {@link #validate} after the validation of its fields and right before it is stored.
 */
public final class AdmissionChain {
    private final MutatingPlugin[] mutating;
    private final ValidatingPlugin[] validating;

    public AdmissionChain(List<? extends AdmissionPlugin> plugins) {
        this.mutating = plugins.stream()
                .filter(MutatingPlugin.class::isInstance)
                .map(MutatingPlugin.class::cast)
                .toArray(MutatingPlugin[]::new);
        this.validating = plugins.stream()
                .filter(ValidatingPlugin.class::isInstance)
                .map(ValidatingPlugin.class::cast)
                .toArray(ValidatingPlugin[]::new);
    }

    /**
     * The object as the mutating plugins want it, each of which sees what the one before made of it. They are asked twice when one
     * requires it by {@link AdmissionScope#requireReinvocation}.
     *
     * @throws dev.proa.api.status.StatusException when one refuses the request
     */
    public MapValue mutate(AdmissionAttributes attributes) {
        AdmissionAttributes current = admit(attributes);
        return (attributes.scope().reinvoke() ? admit(current) : current).object();
    }

    private AdmissionAttributes admit(AdmissionAttributes attributes) {
        AdmissionAttributes current = attributes;
        for (MutatingPlugin plugin : mutating) {
            if (plugin.handles(current.operation(), current.resource(), current.subresource())) {
                current = current.withObject(plugin.admit(current));
            }
        }
        return current;
    }

    /**
     * Asks the validating plugins.
     *
     * @throws dev.proa.api.status.StatusException when one refuses the request
     */
    public void validate(AdmissionAttributes attributes) {
        for (ValidatingPlugin plugin : validating) {
            if (plugin.handles(attributes.operation(), attributes.resource(), attributes.subresource())) {
                plugin.validate(attributes);
            }
        }
    }
}
