package dev.proa.delivery.pipeline.run;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.git.PushListener;
import dev.proa.delivery.git.Repositories;
import dev.proa.delivery.pipeline.TriggerEvent;
import dev.proa.delivery.pipeline.run.RunStarter.Started;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;

/** Starts the pipelines of a push, and tells whoever pushed what runs and, for a moment, how it goes. */
public final class PushPipelines implements PushListener {
    private static final Duration LOOK_EACH = Duration.ofMillis(200);

    private final RunContext context;
    private final RunStarter starter;
    private final Duration follow;

    /** @param follow how long a push shows how its runs go */
    public PushPipelines(RunContext context, Duration follow) {
        this.context = context;
        this.starter = new RunStarter(context);
        this.follow = follow;
    }

    @Override
    public void pushed(Push push, Consumer<String> say) throws InterruptedException {
        List<AnyObject> runs = new ArrayList<>();
        try {
            AnyObject owner = context.repositories().find(push.repository()).orElse(null);
            if (owner == null) {
                return;
            }
            try (Repository repository = context.repositories().open(owner)) {
                for (Update update : push.updates()) {
                    if (!update.after().equals(ObjectId.zeroId())) {
                        start(push, owner, repository, update, runs, say);
                    }
                }
            }
        } catch (IOException e) {
            say.accept("Pipelines cannot be read: " + e.getMessage());
        }
        follow(runs, say);
    }

    private void start(
            Push push,
            AnyObject owner,
            Repository repository,
            Update update,
            List<AnyObject> runs,
            Consumer<String> say)
            throws IOException {
        TriggerEvent event = RunStarter.push(
                repository,
                Repositories.defaultBranch(owner),
                update.ref(),
                update.before(),
                update.after(),
                push.user().name());
        for (Started started : starter.start(push.repository(), repository, event, "")) {
            switch (started) {
                case Started.Run run -> {
                    runs.add(run.object());
                    say.accept("Pipeline \"" + run.pipeline() + "\" runs as "
                            + run.object().name() + ": proa ci watch "
                            + run.object().name() + " -n " + run.object().namespace());
                }
                case Started.Ignored ignored ->
                    say.accept("Pipeline " + ignored.path() + " does not run: " + ignored.reason());
                case Started.Broken broken -> {
                    say.accept("RED: " + broken.path() + " cannot run; what is running stays as it is.");
                    broken.problems().forEach(problem -> say.accept("  " + problem));
                }
            }
        }
    }

    private void follow(List<AnyObject> runs, Consumer<String> say) throws InterruptedException {
        Client client = context.client();
        Clock clock = context.clock();
        Instant end = clock.instant().plus(follow);
        Map<String, Map<String, String>> told = new HashMap<>();
        List<AnyObject> open = new ArrayList<>(runs);
        while (!open.isEmpty()) {
            for (AnyObject run : List.copyOf(open)) {
                AnyObject now = client.resource(PipelineResources.RUNS)
                        .in(run.namespace())
                        .find(run.name());
                if (now == null || tell(now, told.computeIfAbsent(run.name(), name -> new HashMap<>()), say)) {
                    open.remove(run);
                }
            }
            if (open.isEmpty() || clock.instant().isAfter(end)) {
                break;
            }
            clock.sleep(LOOK_EACH);
        }
        open.forEach(
                run -> say.accept(run.name() + " goes on: proa ci watch " + run.name() + " -n " + run.namespace()));
    }

    /** Says what is new of a run; returns whether it has ended. */
    static boolean tell(AnyObject run, Map<String, String> told, Consumer<String> say) {
        MapValue status = run.value().map("status");
        ListValue jobs = status.list("jobs");
        for (int i = 0; i < jobs.size(); i++) {
            MapValue job = jobs.map(i);
            String state = job.string("state");
            if (!state.equals(told.put(job.string("id"), state))
                    && !List.of("waiting", "ready").contains(state)) {
                String why = job.string("message");
                say.accept("  " + run.name() + " " + job.string("name") + ": " + state + failedStep(job)
                        + (why.isEmpty() || state.equals("success") || state.equals("running")
                                ? ""
                                : " (" + why + ")"));
            }
        }
        return switch (status.string("phase")) {
            case "Succeeded" -> {
                say.accept(run.name() + " passed.");
                yield true;
            }
            case "Failed" -> {
                say.accept("RED: " + run.name() + " failed; what is running stays as it is. The log: proa ci show "
                        + run.name() + " -n " + run.namespace());
                yield true;
            }
            case "Cancelled" -> {
                say.accept(run.name() + " was cancelled.");
                yield true;
            }
            default -> false;
        };
    }

    private static String failedStep(MapValue job) {
        ListValue steps = job.list("steps");
        for (int i = 0; i < steps.size(); i++) {
            if (steps.map(i).string("state").equals("failure")) {
                return " at \"" + steps.map(i).string("name") + "\"";
            }
        }
        return "";
    }
}
