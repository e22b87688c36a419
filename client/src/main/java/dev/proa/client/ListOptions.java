package dev.proa.client;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What to list, watch, or delete a collection of. Empty strings and 0 mean "not said".
 *
 * @param labelSelector as in {@code app=web,tier in (a,b)}
 * @param fieldSelector as in {@code spec.nodeName=node-1}
 * @param resourceVersion for a list its least or exact version, for a watch the version after which events begin
 * @param resourceVersionMatch {@code Exact} or {@code NotOlderThan}
 * @param limit most objects of one answer
 * @param continueToken of the answer that this one continues
 * @param bookmarks whether a watch is to send bookmarks
 * @param sendInitialEvents whether a watch begins with what is there, followed by a bookmark that says so
 * @param timeoutSeconds after which the server ends a watch
 */
public record ListOptions(
        String labelSelector,
        String fieldSelector,
        String resourceVersion,
        String resourceVersionMatch,
        int limit,
        String continueToken,
        boolean bookmarks,
        boolean sendInitialEvents,
        int timeoutSeconds) {
    /** Everything, as it is now. */
    public static final ListOptions ALL = new ListOptions("", "", "", "", 0, "", false, false, 0);

    public static ListOptions labels(String selector) {
        return ALL.withLabelSelector(selector);
    }

    public static ListOptions fields(String selector) {
        return ALL.withFieldSelector(selector);
    }

    public ListOptions withLabelSelector(String to) {
        return new ListOptions(
                to,
                fieldSelector,
                resourceVersion,
                resourceVersionMatch,
                limit,
                continueToken,
                bookmarks,
                sendInitialEvents,
                timeoutSeconds);
    }

    public ListOptions withFieldSelector(String to) {
        return new ListOptions(
                labelSelector,
                to,
                resourceVersion,
                resourceVersionMatch,
                limit,
                continueToken,
                bookmarks,
                sendInitialEvents,
                timeoutSeconds);
    }

    public ListOptions withResourceVersion(String to, String match) {
        return new ListOptions(
                labelSelector,
                fieldSelector,
                to,
                match,
                limit,
                continueToken,
                bookmarks,
                sendInitialEvents,
                timeoutSeconds);
    }

    public ListOptions withPage(int ofSize, String token) {
        return new ListOptions(
                labelSelector,
                fieldSelector,
                resourceVersion,
                resourceVersionMatch,
                ofSize,
                token,
                bookmarks,
                sendInitialEvents,
                timeoutSeconds);
    }

    public ListOptions withBookmarks() {
        return new ListOptions(
                labelSelector,
                fieldSelector,
                resourceVersion,
                resourceVersionMatch,
                limit,
                continueToken,
                true,
                sendInitialEvents,
                timeoutSeconds);
    }

    public ListOptions withInitialEvents() {
        return new ListOptions(
                labelSelector,
                fieldSelector,
                resourceVersion,
                "NotOlderThan",
                limit,
                continueToken,
                true,
                true,
                timeoutSeconds);
    }

    public ListOptions withTimeoutSeconds(int to) {
        return new ListOptions(
                labelSelector,
                fieldSelector,
                resourceVersion,
                resourceVersionMatch,
                limit,
                continueToken,
                bookmarks,
                sendInitialEvents,
                to);
    }

    /** The parameters of a request. */
    Map<String, String> query() {
        Map<String, String> query = new LinkedHashMap<>();
        put(query, "labelSelector", labelSelector);
        put(query, "fieldSelector", fieldSelector);
        put(query, "resourceVersion", resourceVersion);
        put(query, "resourceVersionMatch", resourceVersionMatch);
        put(query, "limit", limit == 0 ? "" : Integer.toString(limit));
        put(query, "continue", continueToken);
        put(query, "allowWatchBookmarks", bookmarks ? "true" : "");
        put(query, "sendInitialEvents", sendInitialEvents ? "true" : "");
        put(query, "timeoutSeconds", timeoutSeconds == 0 ? "" : Integer.toString(timeoutSeconds));
        return query;
    }

    private static void put(Map<String, String> query, String name, String value) {
        if (!value.isEmpty()) {
            query.put(name, value);
        }
    }
}
