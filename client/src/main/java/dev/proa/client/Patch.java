package dev.proa.client;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;

/**
 * The body of a patch request.
 *
 * @param contentType the media type, which tells the kind of patch
 */
public record Patch(String contentType, Object body) {
    /** A JSON patch (RFC 6902): a list of operations. */
    public static Patch json(ListValue operations) {
        return new Patch("application/json-patch+json", operations);
    }

    /** A JSON merge patch (RFC 7386): fields to set; null removes one, lists are replaced. */
    public static Patch merge(MapValue change) {
        return new Patch("application/merge-patch+json", change);
    }

    /** A strategic merge patch: as {@link #merge}, but lists are merged by the keys that their schema names. */
    public static Patch strategic(MapValue change) {
        return new Patch("application/strategic-merge-patch+json", change);
    }
}
