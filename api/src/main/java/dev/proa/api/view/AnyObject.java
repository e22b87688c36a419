package dev.proa.api.view;

import dev.proa.api.meta.v1.ObjectMeta;
import dev.proa.api.value.MapValue;

/** An object of any kind, for code that works with all of them and with custom resources. */
public record AnyObject(MapValue value) implements KubeObject {
    @Override
    public AnyObject withMetadata(ObjectMeta metadata) {
        return new AnyObject(value.with("metadata", metadata.value()));
    }
}
