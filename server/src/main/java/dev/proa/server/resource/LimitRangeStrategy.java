package dev.proa.server.resource;

import dev.proa.api.value.MapValue;
import dev.proa.server.store.Snapshot;

/** Limit ranges need no names, as if each was the only one of its namespace. */
final class LimitRangeStrategy extends ResourceStrategy {

    LimitRangeStrategy(Spec spec) {
        super(spec);
    }

    @Override
    public MapValue admit(MapValue object, Snapshot snapshot) {
        return object.withMap(
                "metadata",
                meta -> meta.string("name").isEmpty()
                                && meta.string("generateName").isEmpty()
                        ? meta.with("name", meta.string("uid"))
                        : meta);
    }
}
