package dev.proa.server.apiserver;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The options of a list or watch, but for selectors: {@code meta.k8s.io/v1 ListOptions}.
 *
 * @param revision the resource version as a number; 0 when it is {@code "0"}, -1 when it is not given; the largest
 *     for all that no
 * long holds
 * @param match Exact, NotOlderThan or empty
 * @param limit 0 for all
 * @param timeoutSeconds null when not given
 */
record ListOptions(
        long revision,
        String match,
        long limit,
        String continuation,
        boolean bookmarks,
        boolean sendInitialEvents,
        @Nullable Long timeoutSeconds) {
    static final long UNSET = -1;
    private static final Resource KIND = new Resource("meta.k8s.io", "ListOptions");
    private static final String MATCH = "resourceVersionMatch";

    static ListOptions of(Call call, boolean watch) {
        Query query = call.query();
        Long limit = query.number("limit");
        Long timeout = query.number("timeoutSeconds");
        check(query, watch);
        return new ListOptions(
                revision(query.get("resourceVersion"), !watch),
                query.get(MATCH),
                limit == null ? 0 : Math.max(0, limit),
                query.get("continue"),
                query.flag("allowWatchBookmarks"),
                query.flag("sendInitialEvents"),
                timeout);
    }

    /** Parses a resource version. As in Kubernetes, an invalid one is a client error only for a list. */
    static long revision(String text, boolean list) {
        if (text.isEmpty()) {
            return UNSET;
        }
        boolean digits = text.chars().allMatch(c -> c >= '0' && c <= '9');
        try {
            if (digits) {
                long revision = Long.parseUnsignedLong(text);
                return revision < 0 ? Long.MAX_VALUE : revision;
            }
        } catch (NumberFormatException e) {
            // more than 64 bits
        }
        String quoted = GoText.quote(text);
        throw StatusException.badRequest((list ? "invalid resource version: " : "") + "resourceVersion: Invalid value: "
                + quoted + ": strconv.ParseUint: parsing " + quoted + ": "
                + (digits ? "value out of range" : "invalid syntax"));
    }

    private static void check(Query query, boolean watch) {
        List<FieldError> errors = new ArrayList<>(0);
        if (watch) {
            checkWatch(query, errors);
        } else {
            checkList(query, errors);
        }
        if (!errors.isEmpty()) {
            throw StatusException.invalid(KIND, "", errors);
        }
    }

    private static void checkList(Query query, List<FieldError> errors) {
        String match = query.get(MATCH);
        String version = query.get("resourceVersion");
        if (query.has("sendInitialEvents")) {
            errors.add(FieldError.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
        }
        if (match.isEmpty()) {
            return;
        }
        if (version.isEmpty()) {
            errors.add(FieldError.forbidden(MATCH, MATCH + " is forbidden unless resourceVersion is provided"));
        }
        if (!query.get("continue").isEmpty()) {
            errors.add(FieldError.forbidden(MATCH, MATCH + " is forbidden when continue is provided"));
        }
        if (!match.equals("Exact") && !match.equals("NotOlderThan")) {
            errors.add(FieldError.notSupported(MATCH, match, List.of("Exact", "NotOlderThan", "")));
        }
        if (match.equals("Exact") && version.equals("0")) {
            errors.add(FieldError.forbidden(MATCH, MATCH + " \"exact\" is forbidden for resourceVersion \"0\""));
        }
    }

    private static void checkWatch(Query query, List<FieldError> errors) {
        String match = query.get(MATCH);
        boolean initial = query.has("sendInitialEvents");
        if (initial && !match.equals("NotOlderThan")) {
            errors.add(FieldError.forbidden(
                    MATCH, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        }
        if (!initial && !match.isEmpty()) {
            errors.add(FieldError.forbidden(
                    MATCH, MATCH + " is forbidden for watch unless sendInitialEvents is provided"));
        }
        if (!match.isEmpty() && !match.equals("NotOlderThan")) {
            errors.add(FieldError.notSupported(MATCH, match, List.of("NotOlderThan")));
        }
        if (!query.get("continue").isEmpty()) {
            errors.add(FieldError.forbidden(MATCH, MATCH + " is forbidden when continue is provided"));
        }
    }
}
