package dev.proa.server.admission.matching;

import dev.proa.api.value.MapValue;
import dev.proa.server.catalog.ApiCatalog;

/** Reads what a webhook or policy made of an object, by the rules for what clients send. Safe for any thread. */
@FunctionalInterface
public interface ChangedObjects {
    /**
     * The object without unknown fields, as it will be stored but for its defaults.
     *
     * @param target as what the object was changed
     * @throws dev.proa.api.codec.DecodeException when it is not of the kind any more, or a value has another type than the schema says
     */
    MapValue read(ApiCatalog catalog, Matched target, MapValue changed);
}
