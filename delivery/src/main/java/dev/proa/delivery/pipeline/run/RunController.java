package dev.proa.delivery.pipeline.run;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.client.ObjectKey;
import dev.proa.client.Patch;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.Reconciler;
import dev.proa.client.supervision.Supervisor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The controller of PipelineRuns: drives each run that has not ended, cancels what is to be cancelled, and cleans up after runs that were deleted. */
public final class RunController implements AutoCloseable {
    private static final String NAME = "pipelineruns";
    private static final Duration CLEAN_EACH = Duration.ofMinutes(10);
    private static final Set<String> FINAL = Set.of("Succeeded", "Failed", "Cancelled");

    private final RunContext context;
    private final ConcurrencyGroups groups = new ConcurrencyGroups();
    private final Map<ObjectKey, RunDriver> drivers = new HashMap<>();
    private final Controller<ObjectKey> controller;
    private boolean closed;

    /** Makes it; {@link #start} starts it. */
    public RunController(RunContext context, InformerFactory informers, Supervisor supervisor) {
        this.context = context;
        Informer<AnyObject> runs = informers.informer(PipelineResources.RUNS);
        controller = Controller.<ObjectKey>named(NAME, supervisor, context.clock(), this::reconcile)
                .watch(runs, run -> new ObjectKey(run.namespace(), run.name()));
        supervisor.group(NAME).every(CLEAN_EACH, "pipeline-files", self -> clean());
    }

    /** Starts it; returns at once. */
    public void start() {
        controller.start();
    }

    private void clean() {
        try {
            context.runFiles()
                    .retain(() -> context.client().resource(PipelineResources.RUNS).list().stream()
                            .map(AnyObject::uid)
                            .collect(Collectors.toSet()));
            context.repositories().clean(context.clock().instant());
        } catch (IOException e) {
            throw new UncheckedIOException("what is left of deleted runs and repositories is not removed", e);
        }
    }

    private Reconciler.Result reconcile(ObjectKey key) {
        AnyObject run = context.client()
                .resource(PipelineResources.RUNS)
                .in(key.namespace())
                .find(key.name());
        RunDriver driver;
        synchronized (this) {
            driver = drivers.get(key);
            boolean other =
                    driver != null && run != null && !driver.object().uid().equals(run.uid());
            if (driver != null && (run == null || other)) {
                drivers.remove(key);
                driver.leave(); // its pods go with the object
                driver = null;
            }
        }
        if (run == null || FINAL.contains(run.value().map("status").string("phase"))) {
            return Reconciler.Result.DONE;
        }
        if (driver == null) {
            driver = drive(key, run);
        }
        if (driver != null && run.value().map("spec").bool("cancel")) {
            driver.cancel("somebody cancelled it");
        }
        return Reconciler.Result.DONE;
    }

    private @Nullable RunDriver drive(ObjectKey key, AnyObject run) {
        try {
            LoadedRun loaded = LoadedRun.of(context, run);
            RunDriver driver = new RunDriver(context, loaded, groups, () -> ended(key));
            synchronized (this) {
                if (closed) {
                    loaded.close();
                    return null;
                }
                drivers.put(key, driver);
            }
            driver.start();
            return driver;
        } catch (LoadedRun.Unloadable e) {
            context.client()
                    .resource(PipelineResources.RUNS)
                    .in(key.namespace())
                    .patchStatus(
                            key.name(),
                            Patch.merge(MapValue.of(
                                    "status",
                                    MapValue.of("phase", "Failed", "message", String.valueOf(e.getMessage())))));
            return null;
        }
    }

    private synchronized void ended(ObjectKey key) {
        drivers.remove(key);
    }

    /** Stops it; runs stay where they are, and go on with the next start. */
    @Override
    public void close() {
        List<RunDriver> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(drivers.values());
            drivers.clear();
        }
        controller.close();
        all.forEach(RunDriver::leave);
    }
}
