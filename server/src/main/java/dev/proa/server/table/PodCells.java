package dev.proa.server.table;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Computes the STATUS, READY and RESTARTS columns of a pod as kubectl shows them. For one thread. */
final class PodCells {
    private final MapValue pod;
    private final MapValue spec;
    private final MapValue status;
    private final Instant now;
    private String reason;
    private long restarts;
    private @Nullable Instant lastRestart;
    private int ready;
    private int total;

    private PodCells(MapValue pod, Instant now) {
        this.pod = pod;
        this.spec = pod.map("spec");
        this.status = pod.map("status");
        this.now = now;
        this.reason = Text.or(status.string("reason"), status.string("phase"));
    }

    static ListValue of(MapValue pod, Instant now) {
        return new PodCells(pod, now).cells();
    }

    private ListValue cells() {
        ListValue conditions = status.list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals("PodScheduled")
                    && conditions.map(i).string("reason").equals("SchedulingGated")) {
                reason = "SchedulingGated";
            }
        }
        total = spec.list("containers").size();
        boolean initializing = initContainers();
        if (!initializing || isTrue("Initialized")) {
            containers();
        }
        if (pod.map("metadata").get("deletionTimestamp") != null) {
            String phase = status.string("phase");
            if (status.string("reason").equals("NodeLost")) {
                reason = "Unknown";
            } else if (!phase.equals("Succeeded") && !phase.equals("Failed")) {
                reason = "Terminating";
            }
        }
        String count = Long.toString(restarts);
        if (restarts != 0 && lastRestart != null) {
            count += " (" + Text.duration(java.time.Duration.between(lastRestart, now)) + " ago)";
        }
        return ListValue.of(
                Text.name(pod),
                ready + "/" + total,
                reason,
                count,
                Text.age(pod, now),
                Text.or(
                        status.list("podIPs").isEmpty()
                                ? ""
                                : status.list("podIPs").map(0).string("ip"),
                        Text.NONE),
                Text.or(spec.string("nodeName"), Text.NONE),
                Text.or(status.string("nominatedNodeName"), Text.NONE),
                readinessGates());
    }

    /** Looks at the init containers up to the first that is not done; returns whether there is one. */
    private boolean initContainers() {
        ListValue specs = spec.list("initContainers");
        for (int i = 0; i < specs.size(); i++) {
            if (isSidecar(specs.map(i))) {
                total++;
            }
        }
        long sidecarRestarts = 0;
        Instant lastSidecarRestart = null;
        ListValue statuses = status.list("initContainerStatuses");
        for (int i = 0; i < statuses.size(); i++) {
            MapValue container = statuses.map(i);
            boolean sidecar = isSidecar(named(specs, container.string("name")));
            restarts += container.integer("restartCount", 0);
            Instant ended = lastEnd(container);
            lastRestart = later(lastRestart, ended);
            if (sidecar) {
                sidecarRestarts += container.integer("restartCount", 0);
                lastSidecarRestart = later(lastSidecarRestart, ended);
            }
            MapValue state = container.map("state");
            if (state.get("terminated") instanceof MapValue terminated && terminated.integer("exitCode", 0) == 0) {
                continue;
            }
            if (sidecar && container.bool("started")) {
                ready += container.bool("ready") ? 1 : 0;
                continue;
            }
            reason = "Init:" + initReason(state, i, specs.size());
            return true;
        }
        restarts = sidecarRestarts;
        lastRestart = lastSidecarRestart;
        return false;
    }

    private static String initReason(MapValue state, int index, int count) {
        if (state.get("terminated") instanceof MapValue terminated) {
            return endReason(terminated);
        }
        String waiting = state.map("waiting").string("reason");
        return !waiting.isEmpty() && !waiting.equals("PodInitializing") ? waiting : index + "/" + count;
    }

    private static String endReason(MapValue terminated) {
        String reason = terminated.string("reason");
        if (!reason.isEmpty()) {
            return reason;
        }
        long signal = terminated.integer("signal", 0);
        return signal != 0 ? "Signal:" + signal : "ExitCode:" + terminated.integer("exitCode", 0);
    }

    private void containers() {
        boolean running = false;
        String error = "";
        ListValue statuses = status.list("containerStatuses");
        for (int i = statuses.size() - 1; i >= 0; i--) {
            MapValue container = statuses.map(i);
            restarts += container.integer("restartCount", 0);
            lastRestart = later(lastRestart, lastEnd(container));
            MapValue state = container.map("state");
            String waiting = state.map("waiting").string("reason");
            if (!waiting.isEmpty()) {
                reason = waiting;
            } else if (state.get("terminated") instanceof MapValue terminated) {
                reason = endReason(terminated);
                if (terminated.integer("exitCode", 0) != 0) {
                    error = reason;
                }
            } else if (container.bool("ready") && state.get("running") != null) {
                running = true;
                ready++;
            }
        }
        if (reason.equals("Completed")) {
            if (running && isTrue("Ready")) {
                reason = "Running";
            } else if (!error.isEmpty()) {
                reason = error;
            } else if (running) {
                reason = "NotReady";
            }
        }
    }

    private String readinessGates() {
        ListValue gates = spec.list("readinessGates");
        if (gates.isEmpty()) {
            return Text.NONE;
        }
        int open = 0;
        for (int i = 0; i < gates.size(); i++) {
            open += isTrue(gates.map(i).string("conditionType")) ? 1 : 0;
        }
        return open + "/" + gates.size();
    }

    private boolean isTrue(String condition) {
        ListValue conditions = status.list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals(condition)) {
                return conditions.map(i).string("status").equals("True");
            }
        }
        return false;
    }

    private static boolean isSidecar(MapValue container) {
        return container.string("restartPolicy").equals("Always");
    }

    private static MapValue named(ListValue containers, String name) {
        for (int i = 0; i < containers.size(); i++) {
            if (containers.map(i).string("name").equals(name)) {
                return containers.map(i);
            }
        }
        return MapValue.EMPTY;
    }

    private static @Nullable Instant lastEnd(MapValue container) {
        return Text.time(container.map("lastState").map("terminated").get("finishedAt"));
    }

    private static @Nullable Instant later(@Nullable Instant a, @Nullable Instant b) {
        return a == null || b != null && b.isAfter(a) ? b : a;
    }
}
