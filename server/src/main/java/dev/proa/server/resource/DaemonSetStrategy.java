package dev.proa.server.resource;

import dev.proa.api.value.MapValue;

/** Daemon sets: an annotation counts the changes of their template, as older clients expect. */
final class DaemonSetStrategy extends ResourceStrategy {
    private static final String TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

    DaemonSetStrategy(Spec spec) {
        super(spec);
    }

    @Override
    public MapValue prepareForCreate(MapValue object, RequestContext context) {
        return counted(super.prepareForCreate(object, context), "1");
    }

    @Override
    public MapValue prepareForUpdate(String subresource, MapValue updated, MapValue old) {
        MapValue prepared = super.prepareForUpdate(subresource, updated, old);
        if (!subresource.isEmpty()) {
            return prepared;
        }
        String before = old.map("metadata").map("annotations").string(TEMPLATE_GENERATION);
        boolean changed = !Values.same(
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
