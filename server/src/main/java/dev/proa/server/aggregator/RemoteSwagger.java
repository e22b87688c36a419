package dev.proa.server.aggregator;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What an extension server tells of one API in the form of OpenAPI v2, as JSON: it is only read when somebody asks for the document of all
 * APIs. Safe for any thread.
 */
public final class RemoteSwagger {
    /** Nothing was told. */
    public static final RemoteSwagger NONE = new RemoteSwagger("", "", MapValue.EMPTY);

    private final String api;
    private final String etag;
    private final byte[] json;
    private final AtomicBoolean leftOut = new AtomicBoolean();

    /**
     * @param api its path, for messages
     * @param etag by which the server knows its whole document; empty for none
     * @param document with this API's paths alone, and what they refer to
     */
    public RemoteSwagger(String api, String etag, MapValue document) {
        this.api = api;
        this.etag = etag;
        json = Json.encode(document);
    }

    public String api() {
        return api;
    }

    public String etag() {
        return etag;
    }

    public MapValue document() {
        return Json.decodeMap(json);
    }

    /** How many bytes are kept. */
    public int size() {
        return json.length;
    }

    /** Whether nobody has been told yet that this is left out of the document of all APIs. */
    public boolean isFirstTimeLeftOut() {
        return leftOut.compareAndSet(false, true);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof RemoteSwagger swagger
                        && api.equals(swagger.api)
                        && etag.equals(swagger.etag)
                        && Arrays.equals(json, swagger.json);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(json);
    }
}
