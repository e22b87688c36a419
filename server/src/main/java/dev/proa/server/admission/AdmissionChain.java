package dev.proa.server.admission;

import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionMetrics.Observer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The admission plugins of an API server, in their order. Every write passes them in two phases: {@link #mutate} after an object was
 * decoded and defaulted, {@link #validate} after the validation of its fields and right before it is stored.
 */
public final class AdmissionChain {
    private final MutatingPlugin[] mutating;
    private final ValidatingPlugin[] validating;
    private final @Nullable Observers observers;

    /** Where the durations of the phases and of their plugins go. */
    private record Observers(Observer admit, List<Observer> mutating, Observer validate, List<Observer> validating) {}

    /** A chain without metrics. */
    public AdmissionChain(List<? extends AdmissionPlugin> plugins) {
        this(plugins, null);
    }

    /** @param metrics of the phases and plugins; null for none */
    public AdmissionChain(List<? extends AdmissionPlugin> plugins, @Nullable AdmissionMetrics metrics) {
        this.mutating = plugins.stream()
                .filter(MutatingPlugin.class::isInstance)
                .map(MutatingPlugin.class::cast)
                .toArray(MutatingPlugin[]::new);
        this.validating = plugins.stream()
                .filter(ValidatingPlugin.class::isInstance)
                .map(ValidatingPlugin.class::cast)
                .toArray(ValidatingPlugin[]::new);
        this.observers = metrics == null
                ? null
                : new Observers(
                        metrics.step(AdmissionMetrics.ADMIT),
                        observers(metrics, mutating, AdmissionMetrics.ADMIT),
                        metrics.step(AdmissionMetrics.VALIDATE),
                        observers(metrics, validating, AdmissionMetrics.VALIDATE));
    }

    private static List<Observer> observers(AdmissionMetrics metrics, AdmissionPlugin[] plugins, String type) {
        return Arrays.stream(plugins)
                .map(plugin -> metrics.controller(plugin, type))
                .toList();
    }

    /**
     * The object as the mutating plugins want it, each of which sees what the one before made of it. They are asked twice when one
     * requires it by {@link AdmissionScope#requireReinvocation}.
     *
     * @throws dev.proa.api.status.StatusException when one refuses the request
     */
    public MapValue mutate(AdmissionAttributes attributes) {
        Observers known = observers;
        return known == null ? admitted(attributes) : observed(known.admit, attributes, () -> admitted(attributes));
    }

    private MapValue admitted(AdmissionAttributes attributes) {
        AdmissionAttributes current = admit(attributes);
        return (attributes.scope().reinvoke() ? admit(current) : current).object();
    }

    private AdmissionAttributes admit(AdmissionAttributes attributes) {
        AdmissionAttributes current = attributes;
        for (int i = 0; i < mutating.length; i++) {
            MutatingPlugin plugin = mutating[i];
            if (plugin.handles(current.operation(), current.resource(), current.subresource())) {
                AdmissionAttributes seen = current;
                MapValue object = observers == null
                        ? plugin.admit(seen)
                        : observed(observers.mutating.get(i), seen, () -> plugin.admit(seen));
                current = current.withObject(object);
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
        Observers known = observers;
        if (known == null) {
            validated(attributes);
        } else {
            observed(known.validate, attributes, () -> validated(attributes));
        }
    }

    private MapValue validated(AdmissionAttributes attributes) {
        for (int i = 0; i < validating.length; i++) {
            ValidatingPlugin plugin = validating[i];
            if (plugin.handles(attributes.operation(), attributes.resource(), attributes.subresource())) {
                if (observers == null) {
                    plugin.validate(attributes);
                } else {
                    observed(observers.validating.get(i), attributes, () -> {
                        plugin.validate(attributes);
                        return attributes.object();
                    });
                }
            }
        }
        return attributes.object();
    }

    private static MapValue observed(Observer observer, AdmissionAttributes attributes, Supplier<MapValue> work) {
        long since = System.nanoTime();
        boolean rejected = true;
        try {
            MapValue object = work.get();
            rejected = false;
            return object;
        } finally {
            observer.observe(attributes.operation(), rejected, System.nanoTime() - since);
        }
    }
}
