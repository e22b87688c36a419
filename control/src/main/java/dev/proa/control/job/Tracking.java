package dev.proa.control.job;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.control.shared.Conditions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts each end of a pod once, whatever writes get lost. Pure.
 *
 * <pre>
 *   pod ended, has the finalizer ──► its UID into status.uncountedTerminatedPods ──► finalizer removed ──► UID out, counter up
 * </pre>
 *
 * While a pod has the finalizer it cannot go, and is not counted; once its UID is in the status it is not put there again; and a UID whose
 * pod has no finalizer, or is gone, goes over into the counter. Of indexed Jobs, {@code status.completedIndexes} remembers who
 * succeeded.
 *
 * @param status with the new UIDs and indexes, to be written before finalizers are removed
 * @param ended pods whose finalizers may be removed after that
 * @param held UIDs of all pods that have the finalizer
 * @param actions how many pods were handled by each action of the pod failure policy
 * @param all whether no more pods wait for the next sync because there are too many for one
 */
record Tracking(MapValue status, List<Pod> ended, Set<String> held, Map<String, Integer> actions, boolean all) {
    /** Most UIDs in a status, which keeps them below 20 KB. */
    private static final int MOST = 500;

    /**
     * @param status with everything else that is new in it
     * @param ending why the Job ends, by which pods that run are let go; null when it goes on
     */
    static Tracking of(JobState state, MapValue status, @Nullable Ending ending) {
        Set<String> held = new HashSet<>();
        List<Pod> pods = new ArrayList<>();
        for (Pod pod : state.pods()) {
            if (JobPods.isTracked(pod) && !state.removing().contains(pod.uid())) {
                held.add(pod.uid());
                pods.add(pod);
            }
        }
        if (state.isIndexed()) {
            pods.sort(Comparator.comparingInt(JobPods::index));
        }
        Counter counter = new Counter(state, ending, settle(status, held));
        boolean all = true;
        for (Pod pod : pods) {
            if (!counter.take(pod)) {
                all = false;
                break;
            }
        }
        return new Tracking(counter.status(), counter.ended, held, counter.actions, all);
    }

    /** A status in which the UIDs of pods that have lost their finalizer are counted. */
    static MapValue settle(MapValue status, Set<String> held) {
        MapValue uncounted = status.map("uncountedTerminatedPods");
        MapValue settled = status;
        for (String which : new String[] {"succeeded", "failed"}) {
            ListValue uids = uncounted.list(which);
            ListValue left =
                    ListValue.copyOf(uids.stream().filter(held::contains).toList());
            if (left.size() < uids.size()) {
                settled = count(settled, which, status.integer(which, 0) + uids.size() - left.size());
                uncounted = put(uncounted, which, left);
            }
        }
        return settled.with("uncountedTerminatedPods", uncounted);
    }

    static boolean isSettled(MapValue status) {
        MapValue uncounted = status.map("uncountedTerminatedPods");
        return uncounted.list("succeeded").isEmpty() && uncounted.list("failed").isEmpty();
    }

    /** A status with a count, which is left out when it is zero. */
    static MapValue count(MapValue status, String name, long count) {
        return count == 0 ? status.without(name) : status.with(name, count);
    }

    /** A status with a condition {@code True} or {@code False}; the same status when it says so already. */
    static MapValue condition(MapValue status, String type, boolean value, String reason, String message, Instant now) {
        ListValue conditions = status.list("conditions");
        MapValue before = Conditions.get(conditions, type);
        String text = value ? "True" : "False";
        if (before == null && !value
                || before != null
                        && before.string("status").equals(text)
                        && before.string("reason").equals(reason)
                        && before.string("message").equals(message)) {
            return status;
        }
        MapValue condition = MapValue.of(
                "type",
                type,
                "status",
                text,
                "lastProbeTime",
                Times.format(now),
                "lastTransitionTime",
                Times.format(now),
                "reason",
                reason,
                "message",
                message);
        return status.with(
                "conditions",
                before == null ? conditions.plus(condition) : conditions.with(conditions.indexOf(before), condition));
    }

    private static MapValue put(MapValue map, String name, ListValue list) {
        return list.isEmpty() ? map.without(name) : map.with(name, list);
    }

    /** Goes through the pods that have the finalizer. */
    private static final class Counter {
        private final JobState state;
        private final Job job;
        private final @Nullable Ending ending;
        private final MapValue before;
        private final Set<String> countedSucceeded;
        private final Set<String> countedFailed;
        private ListValue succeeded;
        private ListValue failed;
        private int newIndexes;
        private final List<Pod> ended = new ArrayList<>();
        private final Map<String, Integer> actions = new HashMap<>();

        Counter(JobState state, @Nullable Ending ending, MapValue status) {
            this.state = state;
            this.job = state.job();
            this.ending = ending;
            this.before = status;
            this.countedSucceeded = JobState.uncounted(job, "succeeded");
            this.countedFailed = JobState.uncounted(job, "failed");
            this.succeeded = status.map("uncountedTerminatedPods").list("succeeded");
            this.failed = status.map("uncountedTerminatedPods").list("failed");
        }

        /** Counts a pod if it is time; false when it was the last that there is room for. */
        boolean take(Pod pod) {
            boolean hasFailed = JobPods.hasFailed(pod, job);
            if (!mayGo(pod, hasFailed)) {
                return true;
            }
            ended.add(pod);
            if (JobPods.hasSucceeded(pod) && !countedFailed.contains(pod.uid())) {
                success(pod);
            } else if (!countedFailed.contains(pod.uid())
                    && JobState.hasPlace(job, pod)
                    && (hasFailed || ending != null && !ending.succeeds())) {
                failure(pod);
            }
            return newIndexes + succeeded.size() + failed.size() < MOST;
        }

        private boolean mayGo(Pod pod, boolean hasFailed) {
            if (job.isDeleting() || ending != null || JobPods.hasSucceeded(pod)) {
                return true;
            }
            Pod delayed = state.delayed().get(JobPods.index(pod));
            return hasFailed && (delayed == null || !delayed.uid().equals(pod.uid()));
        }

        private void success(Pod pod) {
            if (!state.isIndexed()) {
                if (!countedSucceeded.contains(pod.uid())) {
                    succeeded = succeeded.plus(pod.uid());
                }
            } else if (JobState.hasPlace(job, pod) && !state.completedBefore().contains(JobPods.index(pod))) {
                newIndexes++;
            }
        }

        private void failure(Pod pod) {
            FailurePolicy.Match match = FailurePolicy.match(job, pod);
            if (!match.action().isEmpty()) {
                actions.merge(match.action(), 1, Integer::sum);
            }
            if (match.counts()) {
                failed = failed.plus(pod.uid());
            }
        }

        MapValue status() {
            MapValue uncounted = before.map("uncountedTerminatedPods");
            MapValue status = before.with(
                    "uncountedTerminatedPods", put(put(uncounted, "succeeded", succeeded), "failed", failed));
            if (!state.isIndexed()) {
                return status;
            }
            String completed = state.completed().toString();
            status = count(status, "succeeded", state.completed().size());
            status = completed.isEmpty()
                    ? status.without("completedIndexes")
                    : status.with("completedIndexes", completed);
            return state.failedIndexes() == null
                    ? status.without("failedIndexes")
                    : status.with("failedIndexes", state.failedIndexes().toString());
        }
    }
}
