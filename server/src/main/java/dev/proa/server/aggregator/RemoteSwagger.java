package dev.proa.server.aggregator;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What an extension server tells of one API in the form of OpenAPI v2, as JSON: it is only read when somebody asks for the document of all
 * APIs. Immutable.
 */
public final class RemoteSwagger {
    /** Nothing was told. */
    public static final RemoteSwagger NONE = new RemoteSwagger("", MapValue.EMPTY);

    private final String etag;
    private final byte[] json;

    /**
     * @param etag by which the server knows its whole document; empty for none
     * @param document with this API's paths alone, and what they refer to
     */
    public RemoteSwagger(String etag, MapValue document) {
        this.etag = etag;
        json = Json.encode(document);
    }

    public String etag() {
        return etag;
    }

    public MapValue document() {
        return Json.decodeMap(json);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof RemoteSwagger swagger
                        && etag.equals(swagger.etag)
                        && Arrays.equals(json, swagger.json);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(json);
    }
}
