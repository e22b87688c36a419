package dev.proa.client;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;

/**
 * A change to an object that is sent instead of the whole object.
 *
 * @param contentType which of the kinds of patch {@code body} is
 */
public record Patch(String contentType, Object body) {
    /** RFC 6902: a list of operations. */
    public static Patch json(ListValue operations) {
        return new Patch("application/json-patch+json", operations);
    }

    /** RFC 7386: what to change; null removes, lists are replaced. */
    public static Patch merge(MapValue change) {
        return new Patch("application/merge-patch+json", change);
    }

    /** Kubernetes' own: as {@link #merge}, but lists are merged by the keys their schema names. */
    public static Patch strategic(MapValue change) {
        return new Patch("application/strategic-merge-patch+json", change);
    }
}
