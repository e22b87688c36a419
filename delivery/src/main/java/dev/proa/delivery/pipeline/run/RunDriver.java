package dev.proa.delivery.pipeline.run;

import dev.proa.api.codec.Json;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.AnyObject;
import dev.proa.client.Patch;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.pipeline.Conclusion;
import dev.proa.delivery.pipeline.Concurrency;
import dev.proa.delivery.pipeline.JobStart;
import dev.proa.delivery.pipeline.JobView;
import dev.proa.delivery.pipeline.Masks;
import dev.proa.delivery.pipeline.NextStep;
import dev.proa.delivery.pipeline.Pipeline;
import dev.proa.delivery.pipeline.RunEvent;
import dev.proa.delivery.pipeline.RunState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Drives one run: keeps its state, writes each event to the object before anything follows from it, and starts jobs that may begin. Thread-safe. */
final class RunDriver {
    private static final Logger LOG = LoggerFactory.getLogger(RunDriver.class);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    /** Answers to a state that will not be others when it is written again: it is malformed, too large or invalid. */
    private static final Set<Integer> REFUSED = Set.of(400, 413, 422);
    /** GitHub's for jobs that say nothing; the kubelet ends a pod after the job's own. */
    private static final Duration USUAL_TIMEOUT = Duration.ofHours(6);

    private final RunContext context;
    private final LoadedRun loaded;
    private final ConcurrencyGroups groups;
    private final Runnable ended;
    private final ImageTool docker;
    private final Map<String, ToolServer.Tool> tools;
    private final Map<String, JobRunner> runners = new HashMap<>();
    private final Map<String, JobMember> members = new HashMap<>();
    private final Map<String, Set<String>> masks = new ConcurrentHashMap<>();
    private final RunMember member = new RunMember();
    private RunState state;
    private boolean begun;
    private volatile boolean left;
    private boolean finished;
    private boolean filesClosed;
    private Clock.@Nullable Timer timer;

    /**
     * @param groups of all runs
     * @param ended is called once the run has ended
     */
    RunDriver(RunContext context, LoadedRun loaded, ConcurrencyGroups groups, Runnable ended) {
        this.context = context;
        this.loaded = loaded;
        this.groups = groups;
        this.ended = ended;
        state = loaded.state();
        String namespace = loaded.object().namespace();
        RunAccount account = new RunAccount(context.client(), namespace);
        docker = new ImageTool(
                context.images(),
                context.cache(),
                context.sandbox(),
                context.registry(),
                account::mayPull,
                account::mayPush,
                loaded.object().uid());
        tools = Map.of(
                "docker",
                docker,
                "proa",
                new DeployTool(
                        context.accounts().apply(namespace),
                        namespace,
                        context.images(),
                        context.cache(),
                        context.sandbox(),
                        context.nodePorts().get(),
                        context.clock()));
    }

    AnyObject object() {
        return loaded.object();
    }

    Pipeline pipeline() {
        return loaded.pipeline();
    }

    ImageTool docker() {
        return docker;
    }

    Map<String, ToolServer.Tool> tools() {
        return tools;
    }

    BuiltInActions.Job actionJob(JobContainer container) {
        return new BuiltInActions.Job(
                object().namespace(),
                loaded.repository(),
                object().uid(),
                loaded.setup().event().sha(),
                loaded.setup().event().ref(),
                loaded.setup().repositoryUrl(),
                JobPod.WORKSPACE,
                JobPod.WORK + "/home",
                container);
    }

    /** What must not be shown in the log of a job. */
    List<String> masks(String job) {
        Set<String> all = new LinkedHashSet<>(loaded.setup().secrets().values());
        all.addAll(masks.getOrDefault(job, Set.of()));
        return all.stream().filter(mask -> !mask.isEmpty()).toList();
    }

    private Masks hiding() {
        Masks all = new Masks(loaded.setup().secrets().values());
        masks.values().forEach(of -> of.forEach(all::add));
        return all;
    }

    /** Adds masks, and keeps them in the job's container for the time after a restart. */
    void mask(String job, List<String> more, JobContainer container) throws IOException, InterruptedException {
        Set<String> all = masks.computeIfAbsent(job, key -> ConcurrentHashMap.newKeySet());
        if (all.addAll(more)) {
            container.write(container.control() + "/masks", Json.encode(ListValue.copyOf(List.copyOf(all))), "0600");
        }
    }

    void readMasks(String job, JobContainer container) throws IOException, InterruptedException {
        byte[] kept = container.read(container.control() + "/masks");
        if (kept.length > 0 && Json.decode(kept) instanceof ListValue list) {
            Set<String> all = masks.computeIfAbsent(job, key -> ConcurrentHashMap.newKeySet());
            list.forEach(mask -> all.add(String.valueOf(mask)));
        }
    }

    /** Begins, or goes on after a restart. */
    void start() {
        Optional<Concurrency> group = state.concurrency();
        if (group.isPresent()) {
            groups.enter(scope(), group.get().group(), group.get().cancelInProgress(), member);
        } else {
            member.go();
        }
    }

    private String scope() {
        return object().namespace() + "/" + loaded.repository();
    }

    /** Ends the run. */
    void cancel(String reason) {
        synchronized (this) {
            begun = true; // so that its jobs end one way or the other
        }
        send(new RunEvent.RunCancelled(context.clock().instant(), reason));
    }

    /** Leaves it where it is, to be gone on with by another. */
    void leave() {
        left = true; // before the lock, which is held for as long as a state cannot be written
        leaveJobs();
    }

    private synchronized void leaveJobs() {
        runners.values().forEach(JobRunner::leave);
        Clock.Timer waiting = timer;
        if (waiting != null) {
            waiting.cancel();
        }
        closeFiles();
    }

    private synchronized void closeFiles() {
        if (!filesClosed) {
            filesClosed = true;
            loaded.close();
        }
    }

    synchronized NextStep next(String job) {
        return state.next(job);
    }

    synchronized Optional<Instant> started(String job) {
        return view(job).flatMap(JobView::started);
    }

    private Optional<JobView> view(String job) {
        return state.jobs().stream().filter(one -> one.id().equals(job)).findFirst();
    }

    /** The place of a step in its job, from 1. */
    synchronized int number(String job, String step) {
        List<JobView.StepView> steps = view(job).map(JobView::steps).orElse(List.of());
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).id().equals(step)) {
                return i + 1;
            }
        }
        return steps.size() + 1;
    }

    /** Takes an event in. What it leads to happens once it is kept. */
    synchronized void send(RunEvent event) {
        if (left || finished) {
            return;
        }
        state = state.after(event);
        save();
        if (event instanceof RunEvent.JobEnded over) {
            runners.remove(over.job());
            JobMember of = members.remove(over.job());
            if (of != null) {
                Thread.ofVirtual().start(of::leave);
            }
        }
        advance();
    }

    private synchronized void advance() {
        if (!begun || left || finished) {
            return;
        }
        Optional<Conclusion> conclusion = state.conclusion();
        if (conclusion.isPresent()) {
            finish();
            return;
        }
        for (JobView job : state.jobs()) {
            if (job.status() == JobView.Status.RUNNING && !runners.containsKey(job.id())) {
                goOn(job);
            }
        }
        for (JobStart start : state.ready()) {
            if (!runners.containsKey(start.id()) && !members.containsKey(start.id())) {
                begin(start);
            }
        }
        for (String job : state.stopping()) {
            JobRunner runner = runners.get(job);
            if (runner != null) {
                runner.stop();
            }
        }
        wake();
    }

    private void wake() {
        Clock.Timer waiting = timer;
        if (waiting != null) {
            waiting.cancel();
        }
        timer = state.wakeAt()
                .map(at -> context.clock()
                        .schedule(
                                Duration.between(context.clock().instant(), at),
                                () -> send(
                                        new RunEvent.TimePassed(context.clock().instant()))))
                .orElse(null);
    }

    private void begin(JobStart start) {
        if (start.concurrency().isEmpty()) {
            launch(start);
            return;
        }
        JobMember of = new JobMember(start, start.concurrency().get());
        members.put(start.id(), of);
        Thread.ofVirtual()
                .start(() -> groups.enter(scope(), of.concurrency.group(), of.concurrency.cancelInProgress(), of));
    }

    private synchronized void launch(JobStart start) {
        if (left || finished || runners.containsKey(start.id())) {
            return;
        }
        RunAccount account = new RunAccount(context.client(), object().namespace());
        Optional<String> image = start.container()
                .map(JobStart.ContainerSpec::image)
                .or(() -> new RunnerImages(
                                context.client(), context.usualImage().get())
                        .of(object().namespace(), start.labels()));
        if (image.isEmpty()) {
            Thread.ofVirtual()
                    .start(() -> send(new RunEvent.JobEnded(
                            context.clock().instant(),
                            start.id(),
                            Conclusion.FAILURE,
                            "there is no image for runs-on: " + start.labels() + "; name one in the ConfigMap "
                                    + PipelineResources.IMAGES)));
            return;
        }
        account.make();
        JobRunner runner =
                new JobRunner(context, this, start.id(), JobRunner.pod(object(), start, image.get()), start.timeout());
        runners.put(start.id(), runner);
        runner.start();
    }

    /** Goes on with a job that ran before a restart, in the pod that it has. */
    private void goOn(JobView job) {
        JobPod pod =
                new JobPod(JobRunner.podName(object(), job.id(), job.attempt()), job.id(), "", Map.of(), List.of(), 0);
        JobRunner runner = new JobRunner(context, this, job.id(), pod, USUAL_TIMEOUT);
        runners.put(job.id(), runner);
        runner.start();
    }

    /** Ends a run whose state the cluster will never take, as one with outputs that are too large. */
    private void giveUp(String why) {
        try {
            context.client()
                    .resource(PipelineResources.RUNS)
                    .in(object().namespace())
                    .patchStatus(
                            object().name(),
                            Patch.merge(MapValue.of("status", MapValue.of("phase", "Failed", "message", why))));
        } catch (StatusException | TransportException e) {
            LOG.warn("run {} is given up, which is not written: {}: {}", object().name(), why, e.getMessage());
        }
        List<JobRunner> jobs = List.copyOf(runners.values());
        Thread.ofVirtual().start(() -> jobs.forEach(JobRunner::abandon));
        finish();
    }

    private void finish() {
        finished = true;
        Optional<Concurrency> group = state.concurrency();
        Thread.ofVirtual().start(() -> {
            group.ifPresent(of -> groups.leave(scope(), of.group(), member));
            ImageTool.forget(context.images(), object().uid());
            new CommitStatuses(context.client())
                    .ended(object(), loaded.pipeline().name(), state, hiding());
            closeFiles();
            ended.run();
        });
    }

    /** Writes the state, for as long as that takes: nothing may follow from what could be forgotten. */
    private void save() {
        MapValue status = status(state);
        while (!left) {
            try {
                context.client()
                        .resource(PipelineResources.RUNS)
                        .in(object().namespace())
                        .patchStatus(object().name(), Patch.merge(MapValue.of("status", status)));
                return;
            } catch (StatusException e) {
                if (e.code() == 404) {
                    left = true;
                    runners.values().forEach(JobRunner::leave);
                    closeFiles();
                    return;
                }
                if (REFUSED.contains(e.code())) {
                    giveUp("its state cannot be kept: " + e.getMessage());
                    return;
                }
                LOG.info("the state of run {} is not written yet: {}", object().name(), e.getMessage());
            } catch (TransportException e) {
                LOG.info("the state of run {} is not written yet: {}", object().name(), e.getMessage());
            }
            try {
                context.clock().sleep(AGAIN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private MapValue status(RunState now) {
        MapValue.Builder status = MapValue.builder()
                .put("phase", phase(now))
                .put("message", new Masks(loaded.setup().secrets().values()).hide(now.title()))
                .put("jobs", ListValue.copyOf(now.jobs().stream().map(this::job).toList()))
                .put("state", loaded.states().seal(object().uid(), Json.toString(now.save())));
        now.jobs().stream()
                .flatMap(job -> job.started().stream())
                .min(Instant::compareTo)
                .ifPresent(at -> status.put("startTime", Times.format(at)));
        if (now.conclusion().isPresent()) {
            status.put("completionTime", Times.format(context.clock().instant()));
        }
        return status.build();
    }

    /** The phase of a run. */
    private static String phase(RunState state) {
        return state.conclusion()
                .map(how -> switch (how) {
                    case SUCCESS, SKIPPED -> "Succeeded";
                    case FAILURE, TIMED_OUT -> "Failed";
                    case CANCELLED -> "Cancelled";
                })
                .orElse(state.jobs().stream().anyMatch(job -> job.started().isPresent()) ? "Running" : "Pending");
    }

    private MapValue job(JobView job) {
        Masks hiding = new Masks(masks(job.id()));
        MapValue.Builder value = MapValue.builder()
                .put("id", job.id())
                .put("name", hiding.hide(job.name()))
                .put(
                        "state",
                        job.conclusion()
                                .map(Conclusion::word)
                                .orElse(job.status().name().toLowerCase(java.util.Locale.ROOT)))
                .put("message", hiding.hide(job.reason()))
                .put("pod", JobRunner.podName(object(), job.id(), job.attempt()));
        List<MapValue> steps = new ArrayList<>();
        for (JobView.StepView step : job.steps()) {
            steps.add(MapValue.of(
                    "name", hiding.hide(step.name()),
                    "state", step.conclusion().map(Conclusion::word).orElse(step.running() ? "running" : "waiting")));
        }
        value.put("steps", ListValue.copyOf(steps));
        job.started().ifPresent(at -> value.put("startTime", Times.format(at)));
        job.ended().ifPresent(at -> value.put("completionTime", Times.format(at)));
        return value.build();
    }

    /** The run in its group. */
    private final class RunMember implements ConcurrencyGroups.Member {
        @Override
        public void go() {
            synchronized (RunDriver.this) {
                begun = true;
                new CommitStatuses(context.client())
                        .begun(object(), loaded.pipeline().name());
            }
            advance();
        }

        @Override
        public void giveWay(String reason) {
            cancel(reason);
        }
    }

    /** A job in its group. */
    private final class JobMember implements ConcurrencyGroups.Member {
        private final JobStart start;
        private final Concurrency concurrency;

        JobMember(JobStart start, Concurrency concurrency) {
            this.start = start;
            this.concurrency = concurrency;
        }

        @Override
        public void go() {
            launch(start);
        }

        @Override
        public void giveWay(String reason) {
            JobRunner runner;
            synchronized (RunDriver.this) {
                runner = runners.get(start.id());
            }
            if (runner != null) {
                runner.abandon();
            }
            send(new RunEvent.JobEnded(context.clock().instant(), start.id(), Conclusion.CANCELLED, reason));
        }

        void leave() {
            groups.leave(scope(), concurrency.group(), this);
        }
    }
}
