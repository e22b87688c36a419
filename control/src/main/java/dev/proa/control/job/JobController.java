package dev.proa.control.job;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.selector.LabelSelector;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.RateLimiter;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Freshness;
import dev.proa.control.shared.Jobs;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.PodIndex;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs the pods of Jobs until enough of them have succeeded, or the Job has failed. */
public final class JobController {
    private static final String NAME = "kubernetes.io/job-controller";
    private static final int WORKERS = 10;
    /** In case the event of a write does not come. */
    private static final Duration BEHIND = Duration.ofSeconds(1);

    private final Clock clock;
    private final Informer<Job> jobs;
    private final PodIndex podIndex;
    private final ResourceClient<Pod> pods;
    private final ResourceClient<Job> client;
    private final EventRecorder events;
    private final JobMetrics metrics;
    private final JobMemory memory;
    private final Freshness freshness = new Freshness();
    private final JobWriter writer;

    public JobController(ControlContext shared) {
        ControlContext context = shared.as("job-controller");
        this.clock = context.clock();
        this.jobs = context.informers().informer(Job.KIND);
        this.podIndex = context.pods();
        this.pods = context.client().resource(Pod.KIND);
        this.client = context.client().resource(Job.KIND);
        this.events = context.events("job-controller");
        this.metrics = new JobMetrics(context.metrics());
        this.memory = new JobMemory(clock);
        this.writer = new JobWriter(client, pods, events, memory, freshness);
        Controller<ObjectKey> controller =
                context.controller("job-controller", retries(), this::reconcile).workers(WORKERS);
        Controller<ObjectKey> orphans = context.controller("job-orphan-pod", retries(), this::releaseOrphan)
                .needs(jobs)
                .needs(podIndex.informer());
        JobQueue queue = new JobQueue(controller.queue(), orphans.queue(), this, memory, metrics);
        controller.watchWith(jobs, queue.new JobHandler()).watchWith(podIndex.informer(), queue.new PodHandler());
    }

    /** A Job that fails, for lack of quota as an example, is tried again at least every minute. */
    private RateLimiter<ObjectKey> retries() {
        return new RateLimiter<>(clock, Duration.ofMillis(50), Duration.ofMinutes(1), 1000, 1000);
    }

    /** The Job that controls a pod by this reference; null when it is none, or not known. */
    @Nullable
    Job jobOf(String namespace, @Nullable OwnerReference controller) {
        if (controller == null || !controller.kind().equals("Job")) {
            return null;
        }
        Job job = jobs.get(namespace, controller.name());
        return job != null && job.uid().equals(controller.uid()) ? job : null;
    }

    /** The Jobs whose selector a pod without controller matches. */
    List<Job> matching(Pod orphan) {
        return jobs.list(orphan.namespace()).stream()
                .filter(job -> {
                    LabelSelector selector = LabelSelector.of(job.spec().selector());
                    return !selector.isEverything() && selector.matches(orphan);
                })
                .toList();
    }

    /** The pods of a Job, ended ones too. */
    List<Pod> podsOf(Job job) {
        return podIndex.byController().get(job.uid());
    }

    /** Whether a controller that is not part of Kubernetes looks after it (KEP-4368). */
    static boolean isManagedElsewhere(Job job) {
        return job.spec().hasManagedBy() && !job.spec().managedBy().equals(NAME);
    }

    private Result reconcile(ObjectKey key) throws InterruptedException {
        Job job = jobs.get(key);
        if (job == null) {
            freshness.forget(key);
            return Result.DONE;
        }
        if (isManagedElsewhere(job)) {
            return Result.DONE;
        }
        if (freshness.isBehind(job)) {
            metrics.stale();
            return Result.after(BEHIND);
        }
        if (Jobs.isFinished(job)) {
            memory.forget(job.uid());
            return Result.DONE;
        }
        String mode = job.spec().completionMode();
        if (!mode.isEmpty() && !mode.equals("NonIndexed") && !mode.equals("Indexed")) {
            events.warning(job, "UnknownCompletionMode", "Skipped Job sync because completion mode is unknown");
            return Result.DONE;
        }
        return sync(job);
    }

    private Result sync(Job job) throws InterruptedException {
        Instant began = clock.instant();
        boolean mayAct =
                memory.expectations.areMet(job.uid()); // before the pods are read, or else one too many may come
        Set<String> removing =
                memory.removing(job.uid()); // before the pods are read, or else a stale one may count twice
        JobSync sync = new JobSync(job, claim(job), removing, mayAct, began, memory, writer, events, metrics);
        boolean success = false;
        try {
            Duration again = sync.run();
            success = true;
            return again == null ? Result.DONE : Result.after(again);
        } finally {
            metrics.synced(job, success, sync.action(), Duration.between(began, clock.instant()));
        }
    }

    private List<Pod> claim(Job job) {
        return Owners.claim(
                pods,
                podIndex.ownedOrOrphaned(job.namespace(), job.uid()).toList(),
                job,
                Job.KIND,
                LabelSelector.of(job.spec().selector()),
                () -> Owners.isAlive(client, job),
                JobPods.FINALIZER);
    }

    /** Removes the finalizer of a pod whose Job has ended or is gone. */
    private Result releaseOrphan(ObjectKey key) {
        Pod pod = podIndex.informer().get(key);
        if (pod == null || !JobPods.isTracked(pod)) {
            return Result.DONE;
        }
        OwnerReference controller = Owners.controllerOf(pod);
        if (controller != null) {
            boolean ofJob =
                    controller.kind().equals("Job") && controller.apiVersion().equals(Job.KIND.apiVersion());
            Job job = jobOf(pod.namespace(), controller);
            if (!ofJob || job != null && (isManagedElsewhere(job) || !Jobs.isFinished(job))) {
                return Result.DONE;
            }
        }
        writer.releaseOrphan(pod);
        return Result.DONE;
    }
}
