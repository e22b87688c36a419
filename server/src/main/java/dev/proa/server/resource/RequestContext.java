package dev.proa.server.resource;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a strategy may know of the request that creates an object.
 *
 * @param user name of who asks
 * @param uid of who asks; empty when unknown
 * @param groups of who asks
 * @param extra further facts about who asks, by name
 * @param now the time of the request
 */
public record RequestContext(
        String user, String uid, List<String> groups, Map<String, List<String>> extra, Instant now) {
    public RequestContext {
        groups = List.copyOf(groups);
        extra = Map.copyOf(extra);
    }
}
