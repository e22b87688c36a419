package dev.proa.client;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Parameters of a list, a watch or a deletecollection. Empty strings and 0 mean "not set".
 *
 * @param labelSelector as in {@code app=web,tier in (a,b)}
 * @param fieldSelector as in {@code spec.nodeName=node-1}
 * @param resourceVersion of a list, the oldest version or the exact version to answer with; of a watch, the version
 *     after which events start
 * @param resourceVersionMatch {@code Exact} or {@code NotOlderThan}
 * @param limit the largest number of objects in one response
 * @param continueToken from the previous page
 * @param bookmarks whether a watch sends bookmarks
 * @param sendInitialEvents whether a watch starts with the existing objects, followed by a bookmark that marks their
 *     end
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

    /** The query parameters of a request. */
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
