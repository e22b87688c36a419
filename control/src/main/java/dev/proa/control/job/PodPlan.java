package dev.proa.control.job;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.Pod;
import dev.proa.control.shared.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What to do about the number of pods of a Job that goes on. Pure. */
sealed interface PodPlan {
    /** Most pods that are created or deleted in one go. */
    int BURST = 500;

    /** There are as many as there should be. */
    record Keep() implements PodPlan {}

    /** These are too many. */
    record Delete(List<Pod> pods) implements PodPlan {}

    /**
     * Some are missing.
     *
     * @param indexes the index of each pod to create, or as many times {@link JobPods#NO_INDEX}
     * @param again in how long further pods may be created, which wait because others failed; null when none wait
     */
    record Create(List<Integer> indexes, @Nullable Duration again) implements PodPlan {}

    /** Some are missing, and others failed too recently to create any before {@code delay} has passed. */
    record Wait(Duration delay) implements PodPlan {}

    static PodPlan of(JobState state, Backoff backoff, Instant now) {
        Job job = state.job();
        int active = state.active().size();
        if (job.spec().suspend()) {
            return new Delete(state.active());
        }
        int wanted = wanted(state);
        List<Pod> surplus = surplus(state, Math.max(0, active - wanted));
        if (!surplus.isEmpty()) {
            return new Delete(surplus.size() > BURST ? surplus.subList(0, BURST) : surplus);
        }
        int missing = wanted - active - (JobPods.replacesOnlyFailed(job) ? state.terminating() : 0);
        return missing > 0 ? create(state, Math.min(missing, BURST), backoff, now) : new Keep();
    }

    private static int wanted(JobState state) {
        int parallelism = state.job().spec().parallelism();
        if (state.job().spec().hasCompletions()) {
            return Math.clamp(state.job().spec().completions() - (long) state.succeeded(), 0, parallelism);
        }
        // Pods that share a queue of work: once one has found it empty, the others are left to end and not replaced.
        return state.succeeded() > 0 ? state.active().size() : parallelism;
    }

    private static PodPlan create(JobState state, int count, Backoff backoff, Instant now) {
        Job job = state.job();
        if (!JobState.hasLimitPerIndex(job)) {
            Duration wait = backoff.remaining(now);
            if (wait.isPositive()) {
                return new Wait(wait);
            }
            return new Create(
                    state.isIndexed() ? pending(state, count) : Collections.nCopies(count, JobPods.NO_INDEX), null);
        }
        List<Integer> indexes = new ArrayList<>();
        Duration shortest = null;
        for (int index : pending(state, count)) {
            Pod failed = state.delayed().get(index);
            Duration wait = failed == null ? Duration.ZERO : Backoff.remaining(failed, now);
            if (!wait.isPositive()) {
                indexes.add(index);
            } else if (shortest == null || wait.compareTo(shortest) < 0) {
                shortest = wait;
            }
        }
        return indexes.isEmpty() && shortest != null ? new Wait(shortest) : new Create(indexes, shortest);
    }

    /** The lowest indexes that have neither ended nor a pod. */
    private static List<Integer> pending(JobState state, int count) {
        Indexes taken = state.completed().union(JobState.indexesOf(state.active()));
        if (JobPods.replacesOnlyFailed(state.job())) {
            taken = taken.union(JobState.indexesOf(
                    state.pods().stream().filter(Pods::isTerminating).toList()));
        }
        if (state.failedIndexes() != null) {
            taken = taken.union(state.failedIndexes());
        }
        return taken.firstMissing(count, state.job().spec().completions());
    }

    /** At least {@code count} pods to delete; of an indexed Job also those without an index of their own, however many. */
    private static List<Pod> surplus(JobState state, int count) {
        List<Pod> delete = new ArrayList<>();
        List<Pod> others = new ArrayList<>(state.active());
        if (state.isIndexed()) {
            others.sort(Comparator.comparingInt(JobPods::index).thenComparing(ORDER.reversed()));
            Pod kept = null;
            for (Pod pod : List.copyOf(others)) {
                if (!JobState.hasPlace(state.job(), pod) || kept != null && JobPods.index(kept) == JobPods.index(pod)) {
                    delete.add(pod);
                } else {
                    kept = pod;
                }
            }
            others.removeAll(delete);
        }
        if (delete.size() < count) {
            others.sort(ORDER);
            delete.addAll(others.subList(0, Math.min(others.size(), count - delete.size())));
        }
        return delete;
    }

    /** Those that have come least far first: not bound, pending, not ready, ready for a shorter time, restarted more often, younger. */
    Comparator<Pod> ORDER = Comparator.<Pod, Boolean>comparing(
                    pod -> !pod.spec().nodeName().isEmpty())
            .thenComparingInt(PodPlan::phase)
            .thenComparing(Pods::isReady)
            .thenComparing(PodPlan::readySince, Comparator.reverseOrder())
            .thenComparing(Comparator.comparingInt(Pods::mostRestarts).reversed())
            .thenComparing(Comparator.comparingInt(Pods::mostSidecarRestarts).reversed())
            .thenComparing(PodPlan::created, Comparator.reverseOrder())
            .thenComparing(Pod::uid);

    private static int phase(Pod pod) {
        return switch (Pods.phase(pod)) {
            case "Running" -> 2;
            case "Unknown" -> 1;
            default -> 0;
        };
    }

    private static Instant readySince(Pod pod) {
        Instant since = Pods.readySince(pod);
        return since == null ? Instant.MAX : since;
    }

    private static Instant created(Pod pod) {
        Instant created = pod.metadata().creationTimestamp();
        return created == null ? Instant.MAX : created;
    }
}
