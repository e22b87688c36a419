package dev.proa.server.flowcontrol;

import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.flowcontrol.FlowControl.Request;
import java.util.Set;

/**
 * Estimates how many seats a request takes: a list by how many objects there are, a watch that begins with them likewise, and a write by how many
 * watches are told of it. Quick: it is asked on event loops. Thread-safe.
 */
final class WorkEstimator {
    private static final Set<String> WRITES = Set.of("create", "update", "patch", "delete");
    private static final int MOST_FOR_LISTS = 100;
    private static final int MOST_FOR_WRITES = 10;
    private static final long BYTES_PER_SEAT = 100_000;
    /** Lists of more are sent piece by piece, and need no more at a time. */
    private static final long BYTES_AT_ONCE = 1_000_000;
    /** What an object is taken to have, since nobody measures them. */
    private static final long BYTES_OF_AN_OBJECT = 4_000;

    private static final double WATCHES_PER_SEAT = 10;
    private static final double SECONDS_PER_EVENT = 0.005;

    private final ObjectCounts objects;
    private final WatchCounts watches;

    WorkEstimator(ObjectCounts objects, WatchCounts watches) {
        this.objects = objects;
        this.watches = watches;
    }

    /**
     * The work of a request.
     *
     * @param most that a request at its level may have; 0 for no bound but that of all
     */
    Work estimate(Request request, int most, FlowMetrics.Flow metrics) {
        AuthorizationAttributes attributes = request.attributes();
        if (!attributes.isResource()) {
            return Work.ONE_SEAT;
        }
        String verb = attributes.verb();
        if (verb.equals("list") || verb.equals("watch")) {
            return list(request, bounded(most, MOST_FOR_LISTS));
        }
        return WRITES.contains(verb) ? write(attributes, bounded(most, MOST_FOR_WRITES), metrics) : Work.ONE_SEAT;
    }

    private static int bounded(int most, int otherwise) {
        return most == 0 ? otherwise : Math.min(most, otherwise);
    }

    private Work list(Request request, int most) {
        AuthorizationAttributes attributes = request.attributes();
        if (attributes.verb().equals("watch") && !beginsWithObjects(request)) {
            return Work.ONE_SEAT;
        }
        long count = attributes.name().isEmpty()
                ? objects.count(attributes.group(), attributes.resource(), attributes.namespace())
                : 1;
        long limit = number(request.query().apply("limit"));
        long loaded = limit > 0 ? Math.min(limit, count) : count;
        long bytes = Math.min(loaded * BYTES_OF_AN_OBJECT, BYTES_AT_ONCE);
        int seats = (int) ((bytes + BYTES_PER_SEAT - 1) / BYTES_PER_SEAT);
        return new Work(Math.max(1, Math.min(seats, most)), 0, 0);
    }

    private static boolean beginsWithObjects(Request request) {
        String version = request.query().apply("resourceVersion");
        String initial = request.query().apply("sendInitialEvents");
        return version.isEmpty() || version.equals("0") || initial.equals("true") || initial.equals("1");
    }

    private static long number(String text) {
        boolean digits = !text.isEmpty() && text.length() < 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits ? Long.parseLong(text) : 0;
    }

    private Work write(AuthorizationAttributes attributes, int most, FlowMetrics.Flow metrics) {
        if (attributes.resource().equals("serviceaccounts")
                && attributes.subresource().equals("token")) {
            return Work.ONE_SEAT; // it writes nothing
        }
        int watchers = watches.of(attributes.group(), attributes.resource(), attributes.namespace());
        metrics.watchers(watchers);
        if (watchers < WATCHES_PER_SEAT) {
            return Work.ONE_SEAT;
        }
        int wanted = (int) Math.ceil(watchers / WATCHES_PER_SEAT);
        int seats = Math.min(wanted, most);
        return new Work(1, seats, wanted * SECONDS_PER_EVENT / seats);
    }
}
