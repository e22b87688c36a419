package dev.proa.server.resource.workload;

import dev.proa.api.value.MapValue;
import dev.proa.server.strategy.RequestContext;
import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.validation.Values;

/** Daemon sets: an annotation counts the changes of their template, as older clients expect. */
final class DaemonSetStrategy extends ResourceStrategy {
    private static final String TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

    DaemonSetStrategy(Spec spec) {
        super(spec);
    }

    /** The count belongs to the spec of the stored form: who writes the object writes it, too. */
    @Override
    public MapValue defaulted(MapValue object) {
        MapValue defaulted = super.defaulted(object);
        boolean counts = defaulted.map("metadata").map("annotations").has(TEMPLATE_GENERATION);
        return counts ? defaulted : counted(defaulted, "0");
    }

    @Override
    public MapValue prepareForCreate(MapValue object, RequestContext context) {
        return counted(super.prepareForCreate(object, context), "1");
    }

    @Override
    public MapValue prepareForUpdate(String subresource, MapValue updated, MapValue old) {
        MapValue prepared = super.prepareForUpdate(subresource, updated, old);
        String before = old.map("metadata").map("annotations").string(TEMPLATE_GENERATION);
        boolean changed = subresource.isEmpty()
                && !Values.same(
                        prepared.map("spec").get("template"), old.map("spec").get("template"));
        if (before.isEmpty()) {
            return prepared;
        }
        return counted(prepared, changed ? next(before) : before);
    }

    private static String next(String count) {
        try {
            return Long.toString(Long.parseLong(count) + 1);
        } catch (NumberFormatException e) {
            return "1"; // somebody wrote into the annotation: count anew
        }
    }

    private static MapValue counted(MapValue daemonSet, String count) {
        return daemonSet.withMap(
                "metadata",
                meta -> meta.withMap("annotations", annotations -> annotations.with(TEMPLATE_GENERATION, count)));
    }
}
