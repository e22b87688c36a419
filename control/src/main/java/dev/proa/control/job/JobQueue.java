package dev.proa.control.job;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.reconcile.WorkQueue;
import dev.proa.control.shared.Jobs;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Pods;
import java.time.Duration;
import java.util.Objects;

/** Queues the Jobs that a change concerns, and pods whose finalizer nobody else will remove. */
final class JobQueue {
    private static final Duration LONGEST = Duration.ofSeconds(1);
    private static final Duration EACH_POD = Duration.ofMillis(10);

    private final WorkQueue<ObjectKey> queue;
    private final WorkQueue<ObjectKey> orphans;
    private final JobController controller;
    private final JobMemory memory;
    private final JobMetrics metrics;

    JobQueue(
            WorkQueue<ObjectKey> queue,
            WorkQueue<ObjectKey> orphans,
            JobController controller,
            JobMemory memory,
            JobMetrics metrics) {
        this.queue = queue;
        this.orphans = orphans;
        this.controller = controller;
        this.memory = memory;
        this.metrics = metrics;
    }

    private void addNow(Job job) {
        queue.add(ObjectKey.of(job.value()));
    }

    /**
     * A sync of a Job takes time with the number of its pods, and up to two writes of its status. Pods of a Job often end at about the
     * same time, so the more there are the longer it waits for the others, a second at most.
     */
    private void addSoon(Job job) {
        Duration delay = EACH_POD.multipliedBy(Math.max(1, job.spec().parallelism()));
        queue.addAfter(ObjectKey.of(job.value()), delay.compareTo(LONGEST) < 0 ? delay : LONGEST);
    }

    /** When there is time: only numbers in the status will differ. */
    private void addLater(Job job) {
        queue.addAfter(ObjectKey.of(job.value()), LONGEST);
    }

    private void addOrphan(Pod pod) {
        if (JobPods.isTracked(pod)) {
            orphans.add(ObjectKey.of(pod.value()));
        }
    }

    /** What users change is reconciled at once, the status that the controller has written itself when there is time. */
    final class JobHandler implements EventHandler<Job> {
        @Override
        public void added(Job job) {
            if (JobController.isManagedElsewhere(job)) {
                metrics.external(job.spec().managedBy());
            }
            addNow(job);
        }

        @Override
        public void updated(Job before, Job after) {
            if (!before.uid().equals(after.uid())) {
                deleted(before);
                added(after);
            } else if (Jobs.isFinished(after)) {
                forget(after);
            } else if (before.metadata().generation() == after.metadata().generation()
                    && before.isDeleting() == after.isDeleting()) {
                addLater(after);
            } else {
                addNow(after);
            }
        }

        @Override
        public void deleted(Job last) {
            forget(last);
            addNow(last);
        }

        private void forget(Job job) {
            memory.forget(job.uid());
            controller.podsOf(job).forEach(JobQueue.this::addOrphan);
        }
    }

    /** Finds the Jobs that a change of a pod concerns. */
    final class PodHandler implements EventHandler<Pod> {
        @Override
        public void added(Pod pod) {
            metrics.tracked(null, pod);
            if (pod.isDeleting()) {
                going(pod, false);
                return;
            }
            OwnerReference owner = Owners.controllerOf(pod);
            Job job = controller.jobOf(pod.namespace(), owner);
            if (job != null) {
                memory.expectations.created(job.uid());
                addSoon(job);
            } else if (owner == null) {
                addOrphan(pod);
                controller.matching(pod).forEach(JobQueue.this::addSoon);
            }
        }

        @Override
        public void updated(Pod before, Pod after) {
            metrics.tracked(before, after);
            OwnerReference owner = Owners.controllerOf(after);
            Job was = controller.jobOf(after.namespace(), Owners.controllerOf(before));
            Job is = controller.jobOf(after.namespace(), owner);
            if (was != null && (is == null || !was.uid().equals(is.uid()))) {
                noteFinalizer(was, after);
                addSoon(was);
            }
            if (after.isDeleting() && !before.isDeleting()) {
                going(after, false);
            } else if (is != null) {
                noteFinalizer(is, after);
                if (Jobs.isFinished(is)) {
                    addOrphan(after);
                } else if (was == null || matters(before, after)) {
                    addSoon(is);
                } else if (Pods.isReady(before) != Pods.isReady(after)) {
                    addLater(is);
                }
            } else if (owner == null) {
                addOrphan(after);
                if (was != null || !before.labels().equals(after.labels())) {
                    controller.matching(after).forEach(JobQueue.this::addSoon);
                }
            } else if (after.isDeleting()) {
                going(after, false);
            }
        }

        @Override
        public void deleted(Pod pod) {
            metrics.tracked(pod, null);
            going(pod, true);
        }

        /** A pod is being deleted, or gone. */
        private void going(Pod pod, boolean gone) {
            Job job = controller.jobOf(pod.namespace(), Owners.controllerOf(pod));
            if (job == null || Jobs.isFinished(job)) {
                if (!gone) {
                    addOrphan(pod);
                }
                return;
            }
            memory.expectations.deleted(job.uid(), pod.uid());
            if (gone) {
                memory.removed(job.uid(), pod.uid());
            } else {
                noteFinalizer(job, pod);
            }
            addSoon(job);
        }

        private void noteFinalizer(Job job, Pod pod) {
            if (!JobPods.isTracked(pod)) {
                memory.removed(job.uid(), pod.uid());
            }
        }

        /** Binding, addresses, images and so on change nothing for the Job. */
        private boolean matters(Pod before, Pod after) {
            return !Pods.phase(before).equals(Pods.phase(after)) && (Pods.isFinished(after) || Pods.isFinished(before))
                    || Pods.isFinished(after) && !same(before, after, "status")
                    || JobPods.restarts(before) != JobPods.restarts(after)
                    || !same(before.value().map("metadata"), after.value().map("metadata"), "labels")
                    || !same(before.value().map("metadata"), after.value().map("metadata"), "finalizers");
        }
    }

    private static boolean same(Pod before, Pod after, String part) {
        return same(before.value(), after.value(), part);
    }

    private static boolean same(MapValue before, MapValue after, String part) {
        return Objects.equals(before.get(part), after.get(part));
    }
}
