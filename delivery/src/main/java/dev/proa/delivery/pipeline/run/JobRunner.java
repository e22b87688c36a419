package dev.proa.delivery.pipeline.run;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.api.view.KubeObject;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.pipeline.Conclusion;
import dev.proa.delivery.pipeline.JobStart;
import dev.proa.delivery.pipeline.NextStep;
import dev.proa.delivery.pipeline.RunEvent;
import dev.proa.delivery.pipeline.RunnerFacts;
import dev.proa.delivery.pipeline.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one job in a pod of its own, on one virtual thread: makes the pod, runs one step after the other as the run's state says, and deletes the pod. After a restart it goes
 * on with the pod that is there.
 */
final class JobRunner {
    private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);
    private static final Duration LOOK_EACH = Duration.ofMillis(100);
    private static final Duration AGAIN = Duration.ofMillis(500);
    /** What a job may take beyond its own time, for which the runner is to end it, before the kubelet does. */
    private static final Duration GRACE = Duration.ofMinutes(5);

    private static final List<String> HOPELESS =
            List.of("ErrImageNeverPull", "ImagePullBackOff", "InvalidImageName", "CreateContainerConfigError");

    private final RunContext context;
    private final RunDriver run;
    private final String job;
    private final JobPod pod;
    private final ObjectKey key;
    private final JobContainer container;
    private final Duration timeout;
    private volatile @Nullable StepRunner current;
    private volatile boolean stopping;
    private volatile boolean timedOut;
    private volatile @Nullable Thread thread;

    JobRunner(RunContext context, RunDriver run, String job, JobPod pod, Duration timeout) {
        this.context = context;
        this.run = run;
        this.job = job;
        this.pod = pod;
        this.timeout = timeout;
        key = new ObjectKey(run.object().namespace(), pod.name());
        container = new JobContainer(context.commands(), key, JobPod.CONTAINER, JobPod.CONTROL);
    }

    /** The pod of a job that may begin. */
    static JobPod pod(KubeObject run, JobStart start, String image) {
        List<JobPod.Service> services = new ArrayList<>();
        start.services()
                .forEach((name, spec) ->
                        services.add(new JobPod.Service(name, spec.image(), spec.env(), spec.arguments())));
        return new JobPod(
                podName(run, start.id(), start.attempt()),
                start.id(),
                image,
                start.container().map(JobStart.ContainerSpec::env).orElse(Map.of()),
                services,
                start.timeout().plus(GRACE).toSeconds());
    }

    /** The name of the pod of a job. */
    static String podName(KubeObject run, String job, int attempt) {
        String readable = job.toLowerCase(java.util.Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-+|-+$", "");
        String name = run.name() + "-" + readable;
        return name.substring(0, Math.min(50, name.length())).replaceAll("-+$", "") + "-"
                + CacheKeys.hash(run.uid() + job + attempt).substring(0, 8);
    }

    /** Starts it. */
    void start() {
        thread = Thread.ofVirtual().name("pipeline-job").start(this::work);
    }

    /** Ends the step that runs; steps that run even then follow. */
    void stop() {
        if (!stopping) {
            stopping = true;
            StepRunner step = current;
            if (step != null) {
                step.end(Conclusion.CANCELLED);
            }
        }
    }

    /** Leaves it where it is, to be gone on with after a restart. */
    void leave() {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    /** Ends it at once, with its pod. */
    void abandon() {
        leave();
        delete();
    }

    private void work() {
        try {
            Conclusion before = before();
            if (before != null) {
                return;
            }
            run.readMasks(job, container);
            Clock.Timer timer = context.clock().schedule(left(), () -> {
                timedOut = true;
                StepRunner step = current;
                if (step != null) {
                    step.end(Conclusion.TIMED_OUT);
                }
            });
            try (JobLog log = new JobLog(context.runFiles().log(run.object().uid(), job), context.clock())) {
                steps(log);
            } finally {
                timer.cancel();
            }
        } catch (InterruptedException e) {
            LOG.debug("job {} of {} is left where it is", job, run.object().name());
        } catch (IOException | StatusException e) {
            ended(Conclusion.FAILURE, "the job was lost: " + e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("job {} of {} failed", job, run.object().name(), e);
            ended(Conclusion.FAILURE, "the runner failed: " + e.getMessage());
        }
    }

    private Duration left() {
        return run.started(job)
                .map(at -> timeout.minus(Duration.between(at, context.clock().instant())))
                .orElse(timeout);
    }

    /** Brings the pod to where steps can run. Returns how the job has ended if that cannot be, else null. */
    private @Nullable Conclusion before() throws IOException, InterruptedException {
        if (run.started(job).isPresent()) {
            return null; // goes on after a restart
        }
        ResourceClient<Pod> pods = context.client().resource(Pod.KIND).in(key.namespace());
        if (pods.find(key.name()) == null) {
            try {
                pods.create(pod.manifest(run.object()));
            } catch (StatusException e) {
                if (e.code() != 409) {
                    return ended(Conclusion.FAILURE, "its pod was refused: " + e.getMessage());
                }
            }
        }
        long patience = timeout.dividedBy(LOOK_EACH);
        for (long i = 0; i < patience && !stopping; i++) {
            Pod now = pods.find(key.name());
            String trouble = now == null ? "its pod was deleted" : trouble(now);
            if (!trouble.isEmpty()) {
                return ended(Conclusion.FAILURE, trouble);
            }
            if (now != null && runs(now)) {
                prepare();
                run.send(new RunEvent.JobStarted(
                        context.clock().instant(), job, RunnerFacts.linux(key.name(), JobPod.WORK)));
                return null;
            }
            context.clock().sleep(LOOK_EACH);
        }
        return stopping
                ? ended(Conclusion.CANCELLED, "it was cancelled before it began")
                : ended(Conclusion.TIMED_OUT, "its pod did not run within " + timeout.toMinutes() + " minutes");
    }

    private static boolean runs(Pod pod) {
        return pod.status().phase().equals("Running")
                && pod.status().containerStatuses().stream()
                        .allMatch(one -> one.value().map("state").has("running"));
    }

    private static String trouble(Pod pod) {
        if (pod.status().phase().equals("Failed") || pod.status().phase().equals("Succeeded")) {
            return "its pod ended by itself: " + pod.status().message() + " "
                    + pod.status().reason();
        }
        return pod.status().containerStatuses().stream()
                .map(one -> one.value().map("state").map("waiting"))
                .filter(waiting -> HOPELESS.contains(waiting.string("reason")))
                .map(waiting ->
                        "a container cannot start: " + waiting.string("reason") + ": " + waiting.string("message"))
                .findFirst()
                .orElse("");
    }

    private void prepare() throws IOException, InterruptedException {
        container.sh(
                "mkdir -p \"$1\" \"$2/workspace\" \"$2/temp\" \"$2/tools\" \"$2/home\" \"$1/requests\" /tmp",
                JobPod.CONTROL,
                JobPod.WORK);
        ToolRequest.install(container);
    }

    private Conclusion ended(Conclusion conclusion, String message) {
        // Its name could be taken by the job's next attempt only after it is gone, and that has another name.
        delete();
        run.send(new RunEvent.JobEnded(context.clock().instant(), job, conclusion, message));
        return conclusion;
    }

    private void delete() {
        try {
            context.client().resource(Pod.KIND).in(key.namespace()).delete(key.name());
        } catch (StatusException e) {
            if (e.code() != 404) {
                LOG.info("pod {} of a job that has ended was not deleted: {}", key, e.getMessage());
            }
        } catch (TransportException e) {
            LOG.info("pod {} of a job that has ended was not deleted: {}", key, e.getMessage());
        }
    }

    private void steps(JobLog log) throws IOException, InterruptedException {
        while (true) {
            if (timedOut) {
                ended(Conclusion.TIMED_OUT, "it took longer than " + timeout.toMinutes() + " minutes");
                return;
            }
            switch (run.next(job)) {
                case NextStep.Run next -> step(next.step(), log);
                case NextStep.HashFiles hash -> hash(hash.patterns());
                case NextStep.Finished finished -> {
                    ended(finished.conclusion(), "");
                    return;
                }
                case NextStep.None none -> {
                    delete();
                    return;
                }
            }
        }
    }

    private void hash(List<String> patterns) throws IOException, InterruptedException {
        List<PathPattern> globs = patterns.stream().map(PathPattern::of).toList();
        List<String> files = new Transfers(context, run.actionJob(container))
                .workspace().stream()
                        .filter(path -> PathPattern.takes(globs, path))
                        .toList();
        String hash = "";
        if (!files.isEmpty()) {
            // GitHub's: the hash of the hashes, as bytes, of all files.
            String sums = container.sh(
                    "cd \"$1\" && shift && sha256sum -- \"$@\" | cut -c1-64", arguments(JobPod.WORKSPACE, files));
            hash = CacheKeys.hashOfHashes(sums.lines().toList());
        }
        run.send(new RunEvent.FilesHashed(context.clock().instant(), job, patterns, hash));
    }

    private static String[] arguments(String first, List<String> more) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(more);
        return all.toArray(String[]::new);
    }

    private void step(Step step, JobLog log) throws IOException, InterruptedException {
        run.send(new RunEvent.StepStarted(context.clock().instant(), job, step.id()));
        StepRunner runner = new StepRunner(context, run, job, container, step, log);
        current = runner;
        try {
            if (timedOut) {
                return;
            }
            run.send(runner.run());
        } catch (TransportException e) {
            LOG.info("pod {} is not reached just now: {}", key, e.getMessage());
            context.clock().sleep(AGAIN);
        } finally {
            current = null;
        }
    }
}
