package dev.proa.delivery.pipeline.run;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.client.Patch;
import dev.proa.delivery.git.Repositories;
import dev.proa.delivery.git.RepositoryName;
import dev.proa.delivery.pipeline.ParseOutcome;
import dev.proa.delivery.pipeline.Pipeline;
import dev.proa.delivery.pipeline.RunSetup;
import dev.proa.delivery.pipeline.RunState;
import dev.proa.delivery.pipeline.TriggerDecision;
import dev.proa.delivery.pipeline.TriggerEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;

/**
 * A run with its pipeline and its repository, which stays open until this is closed.
 *
 * @param repository name of the repository
 * @param state as the object has it
 * @param states encrypts states for the object
 */
record LoadedRun(
        AnyObject object,
        String repository,
        Repository files,
        Pipeline pipeline,
        RunSetup setup,
        RunState state,
        SealedState states)
        implements AutoCloseable {
    /** A run that cannot be loaded; the message says why. */
    static final class Unloadable extends Exception {
        private static final long serialVersionUID = 1;

        Unloadable(String message) {
            super(message);
        }
    }

    /** Loads a run. The caller closes it. */
    static LoadedRun of(RunContext context, AnyObject asked) throws Unloadable {
        String asName = asked.value().map("spec").string("repository");
        RepositoryName name = RepositoryName.ofPath(asked.namespace() + "/" + asName)
                .orElseThrow(() -> new Unloadable("spec.repository is not the name of a repository: " + asName));
        AnyObject owner = context.repositories()
                .find(name)
                .orElseThrow(() -> new Unloadable("the repository " + name + " is gone"));
        Repository repository = null;
        try {
            repository = context.repositories().open(owner);
            AnyObject object = complete(context, asked, owner, repository);
            MapValue spec = object.value().map("spec");
            CommitFiles files = new CommitFiles(repository, ObjectId.fromString(spec.string("commit")));
            Pipeline pipeline = switch (context.reader().read(spec.string("path"), files)) {
                case ParseOutcome.Parsed parsed -> parsed.pipeline();
                case ParseOutcome.Rejected rejected ->
                    throw new Unloadable(rejected.problems().getFirst().toString());
            };
            TriggerEvent event = TriggerEvent.fromValue(spec.map("event").map("trigger"));
            if (event.kind() == TriggerEvent.Kind.DISPATCH) {
                switch (pipeline.trigger(event)) {
                    case TriggerDecision.Runs runs -> {}
                    case TriggerDecision.Ignores ignores -> throw new Unloadable(ignores.reason());
                    case TriggerDecision.Refuses refuses -> throw new Unloadable(refuses.problem());
                }
            }
            String url = context.url().apply(name.path());
            RunSetup setup = new RunSetup(
                    event,
                    files,
                    name.toString(),
                    url,
                    url.replaceFirst("(https://[^/]*).*", "$1"),
                    object.uid(),
                    spec.integer("number", 1),
                    spec.integer("attempt", 1),
                    Secrets.variables(
                            context.client(),
                            name.namespace(),
                            context.registry().get()),
                    Secrets.of(context.client(), name.namespace()));
            String saved = object.value().map("status").string("state");
            SealedState states = SealedState.in(context.files());
            RunState state = saved.isEmpty()
                    ? pipeline.start(setup)
                    : pipeline.resume(
                            setup,
                            Json.decode(states.open(object.uid(), saved).getBytes(StandardCharsets.UTF_8))
                                            instanceof ListValue list
                                    ? list
                                    : ListValue.EMPTY);
            LoadedRun loaded = new LoadedRun(object, name.name(), repository, pipeline, setup, state, states);
            repository = null;
            return loaded;
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            throw new Unloadable("the run cannot be read: " + e.getMessage());
        } finally {
            if (repository != null) {
                repository.close();
            }
        }
    }

    /** Fills in the commit and the event of a run that somebody made by hand, with only a branch or tag and inputs. */
    private static AnyObject complete(RunContext context, AnyObject run, AnyObject owner, Repository repository)
            throws IOException, Unloadable {
        MapValue event = run.value().map("spec").map("event");
        if (event.has("trigger")) {
            return run;
        }
        String ref = event.string("ref").isEmpty() ? Repositories.defaultBranch(owner) : event.string("ref");
        String full = ref.startsWith("refs/") ? ref : "refs/heads/" + ref;
        ObjectId id = repository.resolve(full);
        if (id == null) {
            throw new Unloadable("there is no branch or tag " + ref);
        }
        Map<String, String> inputs = new LinkedHashMap<>();
        MapValue given = event.map("inputs");
        given.forEach(input -> inputs.put(input.getKey(), given.string(input.getKey())));
        TriggerEvent trigger = RunStarter.push(
                        repository,
                        Repositories.defaultBranch(owner),
                        full,
                        ObjectId.zeroId(),
                        id,
                        event.string("actor"))
                .as(TriggerEvent.Kind.DISPATCH, inputs, "");
        return context.client()
                .resource(PipelineResources.RUNS)
                .in(run.namespace())
                .patch(
                        run.name(),
                        Patch.merge(MapValue.of(
                                "spec",
                                MapValue.of(
                                        "commit", id.name(),
                                        "event", MapValue.of("ref", full, "trigger", trigger.toValue())))));
    }

    @Override
    public void close() {
        files.close();
    }
}
