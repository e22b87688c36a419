package dev.proa.embedded.apiextensions;

import static dev.proa.server.apiextensions.DefinitionConditions.ESTABLISHED;
import static dev.proa.server.apiextensions.DefinitionConditions.NAMES_ACCEPTED;
import static dev.proa.server.apiextensions.DefinitionConditions.TERMINATING;
import static dev.proa.server.apiextensions.DefinitionConditions.condition;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.apiextensions.v1.CustomResourceDefinitionCondition;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.client.supervision.Supervisor;
import dev.proa.server.apiextensions.AcceptedNames;
import dev.proa.server.apiextensions.DefinitionConditions;
import dev.proa.server.catalog.ServedApis;
import dev.proa.server.customresource.CustomResources;
import dev.proa.server.webhook.ClientConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Serves what CustomResourceDefinitions define, and maintains their status: which names they get, that they are established, whether a
 * definition in one of Kubernetes' groups was approved. A definition that is being deleted takes its custom resources with it.
 *
 * <p>A definition is served before its status says {@code Established}. There is one worker, since names are given to one definition
 * after the other.
 */
public final class DefinitionController implements AutoCloseable {
    private final ResourceClient<CustomResourceDefinition> client;
    private final CustomResourceCleanup cleanup;
    private final Clock clock;
    private final InformerFactory informers;
    private final Informer<CustomResourceDefinition> definitions;
    private final Controller<String> controller;
    private final ServedDefinitions served;

    /** What was written and the informer may not know yet, by name. For the worker only. */
    private final Map<String, CustomResourceDefinition> written = new HashMap<>();

    /**
     * @param cleaner deletes without admission
     * @param apis where the resources are served
     * @param resources makes their endpoints
     */
    public DefinitionController(
            Client client,
            Client cleaner,
            ServedApis apis,
            CustomResources resources,
            Supervisor supervisor,
            Clock clock,
            RandomGenerator random) {
        this.client = client.resource(CustomResourceDefinition.KIND);
        this.cleanup = new CustomResourceCleanup(cleaner);
        this.clock = clock;
        this.served = new ServedDefinitions(apis, resources);
        informers = new InformerFactory(client, supervisor, clock, random);
        definitions = informers.informer(CustomResourceDefinition.KIND);
        controller = Controller.named("customresourcedefinitions", supervisor, clock, this::reconcile)
                .watch(definitions, CustomResourceDefinition::name);
    }

    /** Serves the definitions that there are, and those that come. Returns when the former are served. */
    public void start() throws InterruptedException {
        informers.start();
        informers.awaitSync();
        served.replace(definitions.list());
        controller.start();
    }

    private Result reconcile(String name) {
        CustomResourceDefinition definition = latest(name);
        if (definition == null) {
            written.remove(name);
            if (served.remove(name)) {
                queueGroup(ServedDefinitions.group(name));
            }
            return Result.DONE;
        }
        if (!definition.isDeleting() || !cleanup.isWaiting(definition)) {
            maintain(definition);
            return Result.DONE;
        }
        served.put(definition);
        return finish(definition);
    }

    /** The state of a definition that the informer has, or a later one that was written. */
    private @Nullable CustomResourceDefinition latest(String name) {
        return later(definitions.get("", name), written.get(name));
    }

    private static @Nullable CustomResourceDefinition later(
            @Nullable CustomResourceDefinition seen, @Nullable CustomResourceDefinition written) {
        if (seen == null || written == null) {
            return seen;
        }
        boolean same = seen.metadata().uid().equals(written.metadata().uid());
        return same && revision(written) > revision(seen) ? written : seen;
    }

    private static long revision(CustomResourceDefinition definition) {
        return Long.parseUnsignedLong(definition.metadata().resourceVersion());
    }

    private void queueGroup(String group) {
        for (CustomResourceDefinition definition : definitions.list()) {
            if (definition.spec().group().equals(group)) {
                controller.queue().add(definition.name());
            }
        }
    }

    private void maintain(CustomResourceDefinition definition) {
        Instant now = clock.instant();
        CustomResourceDefinition next = definition;
        if (!next.spec().names().equals(next.status().acceptedNames())) {
            next = withNames(next, now);
        }
        CustomResourceDefinitionCondition approval = DefinitionConditions.approval(next);
        if (approval != null) {
            next = DefinitionConditions.with(next, approval, now);
        }
        if (DefinitionConditions.isTrue(next, NAMES_ACCEPTED) && !DefinitionConditions.isTrue(next, ESTABLISHED)) {
            String bundle = definition
                    .value()
                    .map("spec")
                    .map("conversion")
                    .map("webhook")
                    .map("clientConfig")
                    .string("caBundle");
            next = DefinitionConditions.with(
                    next,
                    ClientConfig.bundleProblem(bundle).isEmpty()
                            ? condition(
                                    ESTABLISHED, true, "InitialNamesAccepted", "the initial names have been accepted")
                            : condition(
                                    ESTABLISHED,
                                    false,
                                    "InvalidCABundle",
                                    "The conversion webhook CABundle is invalid"),
                    now);
        }
        served.put(next);
        if (next.equals(definition)) {
            return;
        }
        boolean names =
                !next.status().acceptedNames().equals(definition.status().acceptedNames());
        write(next);
        if (names) {
            queueGroup(next.spec().group());
        }
    }

    private CustomResourceDefinition withNames(CustomResourceDefinition definition, Instant now) {
        List<CustomResourceDefinition> all = new ArrayList<>();
        for (CustomResourceDefinition other : definitions.list()) {
            if (!other.name().equals(definition.name())) {
                all.add(Objects.requireNonNull(later(other, written.get(other.name()))));
            }
        }
        AcceptedNames accepted = AcceptedNames.of(definition, all);
        CustomResourceDefinition named = DefinitionConditions.with(
                definition.withStatus(status -> status.withAcceptedNames(accepted.names())), accepted.condition(), now);
        return DefinitionConditions.find(named, ESTABLISHED) != null
                ? named
                : DefinitionConditions.with(
                        named, condition(ESTABLISHED, false, "NotAccepted", "not all names are accepted"), now);
    }

    /** Deletes the custom resources of a definition, and lets it go when there is none any more. */
    private Result finish(CustomResourceDefinition definition) {
        Instant now = clock.instant();
        CustomResourceDefinition next = definition;
        if (DefinitionConditions.isTrue(definition, ESTABLISHED)) {
            next = DefinitionConditions.with(
                    next,
                    condition(
                            TERMINATING, true, "InstanceDeletionInProgress", "CustomResource deletion is in progress"),
                    now);
            if (!next.equals(definition)) {
                next = write(next);
                if (next == null) {
                    return Result.DONE;
                }
                served.put(next);
            }
            if (!cleanup.delete(next)) {
                return Result.after(CustomResourceCleanup.POLL);
            }
            next = DefinitionConditions.with(
                    next, condition(TERMINATING, false, "InstanceDeletionCompleted", "removed all instances"), now);
        } else {
            next = DefinitionConditions.with(
                    next, condition(TERMINATING, false, "NeverEstablished", "resource was never established"), now);
        }
        write(cleanup.done(next));
        return Result.DONE;
    }

    /** Writes the status; null when somebody else has changed the definition meanwhile, which queues it again. */
    private @Nullable CustomResourceDefinition write(CustomResourceDefinition definition) {
        try {
            CustomResourceDefinition updated = client.updateStatus(definition);
            written.put(updated.name(), updated);
            return updated;
        } catch (StatusException e) {
            if (e.reason() == Reason.NotFound || e.reason() == Reason.Conflict) {
                return null;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        controller.close();
        informers.close();
    }
}
