package dev.proa.server.resource.core;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.strategy.RequestContext;
import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.validation.NameRule;
import dev.proa.server.validation.Values;

/** Namespaces: they end when everybody in {@code spec.finalizers} has let go, first of all {@code kubernetes}, who empties them. */
final class NamespaceStrategy extends ResourceStrategy {
    NamespaceStrategy() {
        super(new Spec("", "v1", "namespaces", false)
                .names(NameRule.LABEL)
                .defaults(CoreDefaults::namespace)
                .validate(CoreValidation::namespace)
                .validateStatus(CoreValidation::namespaceStatus)
                .fields("status.phase", "name"));
    }

    @Override
    public MapValue prepareForCreate(MapValue object, RequestContext context) {
        MapValue prepared = super.prepareForCreate(object, context)
                .with("status", MapValue.of("phase", "Active"))
                .withMap("spec", spec -> {
                    ListValue finalizers = spec.list("finalizers");
                    return finalizers.contains("kubernetes")
                            ? spec
                            : spec.with("finalizers", finalizers.plus("kubernetes"));
                });
        return CoreDefaults.namespace(prepared);
    }

    @Override
    public MapValue prepareForUpdate(String subresource, MapValue updated, MapValue old) {
        return switch (subresource) {
            case "status" -> Values.keep(updated, "spec", old);
            case "finalize" -> Values.keep(updated, "status", old);
            default ->
                CoreDefaults.namespace(Values.keep(updated, "status", old)
                        .withMap("spec", spec -> Values.keep(spec, "finalizers", old.map("spec"))));
        };
    }

    @Override
    public MapValue prepareForDelete(MapValue object) {
        return object.withMap("status", status -> status.with("phase", "Terminating"))
                .withMap("metadata", metadata -> metadata.without("deletionGracePeriodSeconds"));
    }

    @Override
    public boolean awaitsFinalizers(MapValue object) {
        return super.awaitsFinalizers(object)
                || !object.map("spec").list("finalizers").isEmpty();
    }

    @Override
    public String fieldValue(MapValue object, String field) {
        return field.equals("name") ? object.map("metadata").string("name") : super.fieldValue(object, field);
    }
}
