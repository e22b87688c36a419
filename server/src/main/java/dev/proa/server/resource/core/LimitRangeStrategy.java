package dev.proa.server.resource.core;

import dev.proa.api.value.MapValue;
import dev.proa.server.strategy.RequestContext;
import dev.proa.server.strategy.ResourceStrategy;

/** Limit ranges: one without a name is named by its UID. */
final class LimitRangeStrategy extends ResourceStrategy {

    LimitRangeStrategy(Spec spec) {
        super(spec);
    }

    @Override
    public MapValue prepareForCreate(MapValue object, RequestContext context) {
        return super.prepareForCreate(object, context)
                .withMap(
                        "metadata",
                        meta -> meta.string("name").isEmpty() ? meta.with("name", meta.string("uid")) : meta);
    }
}
