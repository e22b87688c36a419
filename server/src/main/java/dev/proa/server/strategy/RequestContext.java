package dev.proa.server.strategy;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The facts about a request that a strategy may use when it prepares a new object.
 *
 * @param user name of the user
 * @param uid of the user; empty when unknown
 * @param groups of the user
 * @param extra attributes of the user, by name
 * @param now the time of the request
 */
public record RequestContext(
        String user, String uid, List<String> groups, Map<String, List<String>> extra, Instant now) {
    public RequestContext {
        groups = List.copyOf(groups);
        extra = Map.copyOf(extra);
    }
}
