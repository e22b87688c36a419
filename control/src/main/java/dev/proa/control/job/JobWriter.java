package dev.proa.control.job;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.batch.v1.JobStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.control.shared.Freshness;
import dev.proa.control.shared.Parallel;
import dev.proa.control.shared.PodWriter;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.SlowStart;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The requests of the Job controller: statuses of Jobs, and their pods. Thread-safe. */
final class JobWriter {
    private static final Patch WITHOUT_FINALIZER = Patch.strategic(MapValue.of(
            "metadata", MapValue.of("$deleteFromPrimitiveList/finalizers", ListValue.of(JobPods.FINALIZER))));

    private final ResourceClient<Job> jobs;
    private final ResourceClient<Pod> pods;
    private final JobMemory memory;
    private final Freshness freshness;
    private final PodWriter writer;

    JobWriter(
            ResourceClient<Job> jobs,
            ResourceClient<Pod> pods,
            EventRecorder events,
            JobMemory memory,
            Freshness freshness) {
        this.jobs = jobs;
        this.pods = pods;
        this.memory = memory;
        this.freshness = freshness;
        this.writer = new PodWriter(pods, events, memory.expectations);
    }

    /**
     * Writes the status of a Job.
     *
     * @return the Job as it is after that
     * @throws StatusException when it cannot be written, also because the Job has changed since it was read (409)
     */
    Job writeStatus(Job job, MapValue status) {
        Job written = jobs.updateStatus(job.withStatus(new JobStatus(status)));
        freshness.wrote(written);
        return written;
    }

    /** Creates pods with these indexes; {@code replaced} has, by index, those that failed before. */
    SlowStart.Outcome create(Job job, List<Integer> indexes, Map<Integer, Pod> replaced) throws InterruptedException {
        return writer.create(
                job,
                indexes.stream()
                        .map(index -> JobPodTemplate.pod(job, index, replaced.get(index)))
                        .toList());
    }

    /**
     * What came of a deletion.
     *
     * @param count how many pods were deleted
     * @param ready how many of them were ready
     * @param failure the first failure; null when there was none. A pod that is gone already is none.
     */
    record Deleted(int count, int ready, @Nullable RuntimeException failure) {}

    /** Deletes pods that the Job does not want any more, and that do not count as failed. */
    Deleted deleteUncounted(Job job, List<Pod> surplus) throws InterruptedException {
        memory.expectations.expectDeletions(
                job.uid(), surplus.stream().map(Pod::uid).toList());
        return deleteAll(surplus, pod -> {
            try {
                if (JobPods.isTracked(pod)) {
                    removeFinalizer(pod);
                }
                writer.delete(job, pod);
            } catch (RuntimeException | Error e) {
                memory.expectations.deleted(job.uid(), pod.uid()); // no event says so
                throw e;
            }
        });
    }

    /** Deletes pods that run, which keep their finalizer until they are counted. */
    Deleted delete(Job job, List<Pod> active) throws InterruptedException {
        return deleteAll(active, pod -> writer.delete(job, pod));
    }

    private static Deleted deleteAll(List<Pod> chosen, Consumer<Pod> delete) throws InterruptedException {
        List<@Nullable RuntimeException> failures = Parallel.run(chosen, pod -> ignoreGone(() -> delete.accept(pod)));
        int count = 0;
        int ready = 0;
        RuntimeException failure = null;
        for (int i = 0; i < chosen.size(); i++) {
            if (failures.get(i) == null) {
                count++;
                ready += Pods.isReady(chosen.get(i)) ? 1 : 0;
            } else if (failure == null) {
                failure = failures.get(i);
            }
        }
        return new Deleted(count, ready, failure);
    }

    /**
     * @param uids of the pods that have no finalizer any more, or are gone
     * @param failure the first failure; null when there was none
     */
    record Released(Set<String> uids, @Nullable RuntimeException failure) {}

    /** Removes the finalizers of pods that were counted. */
    Released release(Job job, List<Pod> ended) throws InterruptedException {
        memory.removing(job.uid(), ended.stream().map(Pod::uid).toList());
        List<@Nullable RuntimeException> failures = Parallel.run(ended, pod -> {
            try {
                removeFinalizer(pod);
            } catch (RuntimeException | Error e) {
                memory.removed(job.uid(), pod.uid()); // no event says so
                if (!(e instanceof StatusException status && status.code() == 404)) {
                    throw e;
                }
            }
        });
        Set<String> uids = new HashSet<>();
        RuntimeException failure = null;
        for (int i = 0; i < ended.size(); i++) {
            if (failures.get(i) == null) {
                uids.add(ended.get(i).uid());
            } else if (failure == null) {
                failure = failures.get(i);
            }
        }
        return new Released(uids, failure);
    }

    /** Removes the finalizer of a pod that belongs to no Job, or to one that has ended. */
    void releaseOrphan(Pod pod) {
        ignoreGone(() -> removeFinalizer(pod));
    }

    private void removeFinalizer(Pod pod) {
        pods.in(pod.namespace()).patch(pod.name(), WITHOUT_FINALIZER);
    }

    private static void ignoreGone(Runnable request) {
        try {
            request.run();
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }
}
