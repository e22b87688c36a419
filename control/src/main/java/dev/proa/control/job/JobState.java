package dev.proa.control.job;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.control.shared.Pods;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Job and its pods at one moment, and what they amount to. Pure.
 *
 * @param pods all that it controls, whether they run, have ended or are being deleted
 * @param removing UIDs of pods that have lost their finalizer, although {@code pods} does not show it yet
 * @param active pods that neither ended nor are being deleted
 * @param terminating how many pods are being deleted and have not ended
 * @param newSucceeded pods that succeeded and are not in the status yet
 * @param newFailed pods that failed and are not in the status yet
 * @param succeeded how many pods succeeded, or indexes if it is indexed
 * @param failed how many pods failed and count
 * @param completedBefore indexes that the status says are completed
 * @param completed indexes that are completed
 * @param failedIndexes indexes that will not be tried again; null without a limit for each index
 * @param delayed by their index, failed pods that keep their finalizer until a successor has taken over their count of failures
 */
record JobState(
        Job job,
        List<Pod> pods,
        Set<String> removing,
        List<Pod> active,
        int terminating,
        List<Pod> newSucceeded,
        List<Pod> newFailed,
        int succeeded,
        int failed,
        Indexes completedBefore,
        Indexes completed,
        @Nullable Indexes failedIndexes,
        Map<Integer, Pod> delayed) {

    static JobState of(Job job, List<Pod> pods, Set<String> removing) {
        List<Pod> active = pods.stream().filter(Pods::isActive).toList();
        int terminating = (int) pods.stream().filter(Pods::isTerminating).count();
        Set<String> countedSucceeded = uncounted(job, "succeeded");
        Set<String> countedFailed = uncounted(job, "failed");
        List<Pod> newSucceeded = new ArrayList<>();
        List<Pod> newFailed = new ArrayList<>();
        for (Pod pod : pods) {
            if (!JobPods.isTracked(pod) || removing.contains(pod.uid()) || !hasPlace(job, pod)) {
                continue;
            }
            if (countedSucceeded.contains(pod.uid()) || countedFailed.contains(pod.uid())) {
                continue;
            }
            if (JobPods.hasSucceeded(pod)) {
                newSucceeded.add(pod);
            } else if (JobPods.hasFailed(pod, job)) {
                newFailed.add(pod);
            }
        }
        int succeeded = job.status().succeeded() + newSucceeded.size() + countedSucceeded.size();
        int failed = job.status().failed() + counting(job, newFailed) + countedFailed.size();
        if (!isIndexed(job)) {
            return new JobState(
                    job,
                    pods,
                    removing,
                    active,
                    terminating,
                    newSucceeded,
                    newFailed,
                    succeeded,
                    failed,
                    Indexes.NONE,
                    Indexes.NONE,
                    null,
                    Map.of());
        }
        Indexes before =
                Indexes.parse(job.status().completedIndexes(), job.spec().completions());
        Indexes completed = before.union(completed(job, pods));
        Indexes failedIndexes = hasLimitPerIndex(job) ? failedIndexes(job, pods) : null;
        return new JobState(
                job,
                pods,
                removing,
                active,
                terminating,
                newSucceeded,
                newFailed,
                completed.size(),
                failed,
                before,
                completed,
                failedIndexes,
                failedIndexes == null ? Map.of() : delayed(job, pods, removing, active, completed, failedIndexes));
    }

    static boolean isIndexed(Job job) {
        return job.spec().completionMode().equals("Indexed");
    }

    static boolean hasLimitPerIndex(Job job) {
        return job.spec().hasBackoffLimitPerIndex();
    }

    boolean isIndexed() {
        return isIndexed(job);
    }

    int ready() {
        return (int) active.stream().filter(Pods::isReady).count();
    }

    /** UIDs that the status keeps under {@code uncountedTerminatedPods}. */
    static Set<String> uncounted(Job job, String which) {
        ListValue uids = job.status().uncountedTerminatedPods().value().list(which);
        Set<String> set = new HashSet<>();
        uids.forEach(uid -> set.add((String) uid));
        return set;
    }

    /** Whether the pod does a part of the Job; one of an indexed Job does only with an index that the Job has. */
    static boolean hasPlace(Job job, Pod pod) {
        if (!isIndexed(job)) {
            return true;
        }
        int index = JobPods.index(pod);
        return index != JobPods.NO_INDEX && index < job.spec().completions();
    }

    /** The completion indexes of {@code pods}, also such as the Job does not have. */
    static Indexes indexesOf(Collection<Pod> pods) {
        return Indexes.of(pods.stream()
                .map(JobPods::index)
                .filter(index -> index != JobPods.NO_INDEX)
                .toList());
    }

    private static int counting(Job job, List<Pod> failed) {
        return (int) failed.stream()
                .filter(pod -> FailurePolicy.match(job, pod).counts())
                .count();
    }

    /** Indexes whose success may not be in the status yet. */
    private static Indexes completed(Job job, List<Pod> pods) {
        return indexesOf(pods.stream()
                .filter(pod -> JobPods.hasSucceeded(pod) && JobPods.isTracked(pod) && hasPlace(job, pod))
                .toList());
    }

    private static Indexes failedIndexes(Job job, List<Pod> pods) {
        Indexes before = Indexes.parse(job.status().failedIndexes(), job.spec().completions());
        return before.union(indexesOf(pods.stream()
                .filter(pod -> JobPods.isTracked(pod) && hasPlace(job, pod) && failsIndex(job, pod))
                .toList()));
    }

    private static boolean failsIndex(Job job, Pod pod) {
        if (!JobPods.hasFailed(pod, job)) {
            return false;
        }
        FailurePolicy.Match match = FailurePolicy.match(job, pod);
        return match.action().equals("FailIndex")
                || match.counts() && JobPods.failures(pod) >= job.spec().backoffLimitPerIndex();
    }

    /** Of each index that waits for another pod, the one that failed last. */
    private static Map<Integer, Pod> delayed(
            Job job, List<Pod> pods, Set<String> removing, List<Pod> active, Indexes completed, Indexes failed) {
        Indexes done = completed.union(failed).union(indexesOf(active));
        Map<Integer, Pod> delayed = new HashMap<>();
        for (Pod pod : pods) {
            int index = JobPods.index(pod);
            if (JobPods.isTracked(pod)
                    && !removing.contains(pod.uid())
                    && hasPlace(job, pod)
                    && JobPods.hasFailed(pod, job)
                    && !done.contains(index)) {
                delayed.merge(index, pod, JobState::lastFailed);
            }
        }
        return delayed;
    }

    private static Pod lastFailed(Pod a, Pod b) {
        return JobPods.allFailures(a) <= JobPods.allFailures(b)
                        && !JobPods.finishedAt(b).isBefore(JobPods.finishedAt(a))
                ? b
                : a;
    }
}
