package dev.proa.server.flowcontrol;

import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.flowcontrol.PriorityAndFairness.Level;
import dev.proa.server.flowcontrol.QueueSet.Dump;
import dev.proa.server.flowcontrol.QueueSet.DumpedQueue;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The tables at {@code /debug/api_priority_and_fairness/}: levels, queues and requests, as kube-apiserver prints them. */
final class FlowDump {
    private static final String ROOT = "/debug/api_priority_and_fairness/dump_";
    private static final int NARROWEST = 8;

    private final List<List<String>> rows = new ArrayList<>();
    private final InstantSource clock;
    private final long nanos;

    private FlowDump(InstantSource clock, long nanos) {
        this.clock = clock;
        this.nanos = nanos;
    }

    /**
     * A table; null when the path is that of none.
     *
     * @param details whether requests are told with their users and what they are about
     */
    static @Nullable String of(
            String path, Map<String, Level> levels, boolean details, InstantSource clock, long nanos) {
        FlowDump dump = new FlowDump(clock, nanos);
        Map<String, Level> sorted = new TreeMap<>(levels);
        switch (path) {
            case ROOT + "priority_levels" -> dump.levels(sorted);
            case ROOT + "queues" -> dump.queues(sorted);
            case ROOT + "requests" -> dump.requests(sorted, details);
            default -> {
                return null;
            }
        }
        return dump.text();
    }

    private void levels(Map<String, Level> levels) {
        row(
                "PriorityLevelName",
                "ActiveQueues",
                "IsIdle",
                "IsQuiescing",
                "WaitingRequests",
                "ExecutingRequests",
                "DispatchedRequests",
                "RejectedRequests",
                "TimedoutRequests",
                "CancelledRequests");
        levels.forEach((name, level) -> {
            Dump dump = level.queues.dump();
            row(
                    name,
                    dump.queues().stream()
                            .filter(queue -> !queue.waiting().isEmpty())
                            .count(),
                    level.queues.isIdle(),
                    level.quiescing,
                    dump.waiting(),
                    dump.served(),
                    dump.dispatched(),
                    dump.rejected(),
                    0,
                    dump.cancelled());
        });
    }

    private void queues(Map<String, Level> levels) {
        row(
                "PriorityLevelName",
                "Index",
                "PendingRequests",
                "ExecutingRequests",
                "SeatsInUse",
                "NextDispatchR",
                "InitialSeatsSum",
                "MaxSeatsSum",
                "TotalWorkSum");
        levels.forEach((name, level) -> {
            for (DumpedQueue queue : level.queues.dump().queues()) {
                int seats = queue.waiting().stream()
                        .mapToInt(place -> place.work.seats())
                        .sum();
                row(
                        name,
                        queue.index(),
                        queue.waiting().size(),
                        queue.served().size(),
                        queue.seats(),
                        seatSeconds(queue.next()),
                        seats,
                        queue.wantedSeats(),
                        seatSeconds(queue.work()));
            }
        });
    }

    private static String seatSeconds(double value) {
        return String.format(Locale.ROOT, "%.8fss", value);
    }

    private void requests(Map<String, Level> levels, boolean details) {
        List<Object> head = new ArrayList<>(List.of(
                "PriorityLevelName",
                "FlowSchemaName",
                "QueueIndex",
                "RequestIndexInQueue",
                "FlowDistingsher",
                "ArriveTime",
                "InitialSeats",
                "FinalSeats",
                "AdditionalLatency",
                "StartTime"));
        if (details) {
            head.addAll(List.of(
                    "UserName", "Verb", "APIPath", "Namespace", "Name", "APIVersion", "Resource", "SubResource"));
        }
        row(head.toArray());
        levels.forEach((name, level) -> {
            Dump dump = level.queues.dump();
            for (DumpedQueue queue : dump.queues()) {
                for (int i = 0; i < queue.waiting().size(); i++) {
                    request(name, queue.index(), i, queue.waiting().get(i), details);
                }
                queue.served().forEach(place -> request(name, queue.index(), -1, place, details));
            }
            dump.unqueued().forEach(place -> request(name, -1, -1, place, details));
        });
    }

    private void request(String level, int queue, int index, Place place, boolean details) {
        List<Object> cells = new ArrayList<>(List.of(
                level,
                place.schema,
                queue,
                index,
                place.flow,
                time(place.arrived),
                place.work.seats(),
                place.work.lastSeats(),
                latency(place.work.lastSeconds()),
                place.started == 0 ? "0001-01-01T00:00:00Z" : time(place.started)));
        if (details) {
            AuthorizationAttributes about = place.request.attributes();
            cells.addAll(List.of(
                    place.request.user().name(),
                    about.verb(),
                    about.path(),
                    about.namespace(),
                    about.name(),
                    about.group().isEmpty() ? about.version() : about.group() + "/" + about.version(),
                    about.resource(),
                    about.subresource()));
        }
        row(cells.toArray());
    }

    private String time(long at) {
        Instant instant = clock.instant().minusNanos(nanos - at);
        return instant.toString();
    }

    private static String latency(double seconds) {
        return seconds == 0
                ? "0s"
                : String.format(Locale.ROOT, "%.3fms", seconds * 1000).replaceFirst("\\.?0+ms$", "ms");
    }

    private void row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (int i = 0; i < cells.length; i++) {
            row.add(cells[i] + (i < cells.length - 1 ? "," : ""));
        }
        rows.add(row);
    }

    private String text() {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(NARROWEST, Math.max(widths[i], row.get(i).length() + 1));
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                String cell = row.get(i);
                text.append(cell);
                if (i < columns - 1) {
                    text.append(" ".repeat(widths[i] - cell.length()));
                }
            }
            text.append('\n');
        }
        return text.toString();
    }
}
