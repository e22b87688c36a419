package dev.proa.server.admission;

import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionMetrics.Observer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.function.Supplier;

/**
 * The admission plugins of an API server, in their order. Every write passes them in two phases: {@link #mutate} after an object was
 * decoded and defaulted, {@link #validate} after the validation of its fields and right before it is stored.
 */
public final class AdmissionChain {
    private final List<Observed<MutatingPlugin>> mutating;
    private final List<Observed<ValidatingPlugin>> validating;
    /** Where the durations of the phases go. */
    private final Observer admitting;

    private final Observer validation;

    /** A plugin, and where its durations go. */
    private record Observed<P extends AdmissionPlugin>(P plugin, Observer observer) {}

    /** A chain whose metrics nobody sees. */
    public AdmissionChain(List<? extends AdmissionPlugin> plugins) {
        this(plugins, new AdmissionMetrics(new PrometheusRegistry()));
    }

    /** @param metrics of the phases and plugins */
    public AdmissionChain(List<? extends AdmissionPlugin> plugins, AdmissionMetrics metrics) {
        mutating = observed(plugins, MutatingPlugin.class, metrics, AdmissionMetrics.ADMIT);
        validating = observed(plugins, ValidatingPlugin.class, metrics, AdmissionMetrics.VALIDATE);
        admitting = metrics.step(AdmissionMetrics.ADMIT);
        validation = metrics.step(AdmissionMetrics.VALIDATE);
    }

    private static <P extends AdmissionPlugin> List<Observed<P>> observed(
            List<? extends AdmissionPlugin> plugins, Class<P> kind, AdmissionMetrics metrics, String phase) {
        return plugins.stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .map(plugin -> new Observed<>(plugin, metrics.controller(plugin, phase)))
                .toList();
    }

    /**
     * The object as the mutating plugins want it, each of which sees what the one before made of it. They are asked twice when one
     * requires it by {@link AdmissionScope#requireReinvocation}.
     *
     * @throws dev.proa.api.status.StatusException when one refuses the request
     */
    public MapValue mutate(AdmissionAttributes attributes) {
        return observed(admitting, attributes, () -> {
            AdmissionAttributes current = admit(attributes);
            return (attributes.scope().reinvoke() ? admit(current) : current).object();
        });
    }

    private AdmissionAttributes admit(AdmissionAttributes attributes) {
        AdmissionAttributes current = attributes;
        for (Observed<MutatingPlugin> each : mutating) {
            if (handles(each.plugin, current)) {
                AdmissionAttributes seen = current;
                current = current.withObject(observed(each.observer, seen, () -> each.plugin.admit(seen)));
            }
        }
        return current;
    }

    private static boolean handles(AdmissionPlugin plugin, AdmissionAttributes attributes) {
        return plugin.handles(attributes.operation(), attributes.resource(), attributes.subresource());
    }

    /**
     * Asks the validating plugins.
     *
     * @throws dev.proa.api.status.StatusException when one refuses the request
     */
    public void validate(AdmissionAttributes attributes) {
        observed(validation, attributes, () -> {
            for (Observed<ValidatingPlugin> each : validating) {
                if (handles(each.plugin, attributes)) {
                    observed(each.observer, attributes, () -> {
                        each.plugin.validate(attributes);
                        return attributes.object();
                    });
                }
            }
            return attributes.object();
        });
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
