package dev.proa.embedded.flowcontrol;

import dev.proa.api.flowcontrol.v1.FlowSchema;
import dev.proa.api.flowcontrol.v1.PriorityLevelConfiguration;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.client.supervision.Supervisor;
import dev.proa.server.flowcontrol.PriorityAndFairness;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Puts FlowSchemas and PriorityLevelConfigurations in force as they change, says of each schema whether its level exists, keeps those that every
 * cluster has, and has seats lent from level to level. All of it happens beside the server's start.
 */
public final class FlowConfiguration implements AutoCloseable {
    private static final Duration ENSURED_EACH = Duration.ofMinutes(1);
    private static final String DANGLING = "Dangling";

    private final PriorityAndFairness flow;
    private final Supervisor supervisor;
    private final Clock clock;
    private final ResourceClient<FlowSchema> client;
    private final InformerFactory informers;
    private final Informer<FlowSchema> schemas;
    private final Informer<PriorityLevelConfiguration> levels;
    private final Controller<String> controller;
    private final BootstrapObjects bootstrap;

    /** @param client acts as the server itself */
    public FlowConfiguration(
            Client client, PriorityAndFairness flow, Supervisor supervisor, Clock clock, RandomGenerator random) {
        this.flow = flow;
        this.supervisor = supervisor;
        this.clock = clock;
        this.client = client.resource(FlowSchema.KIND);
        informers = new InformerFactory(client, supervisor, clock, random);
        schemas = informers.informer(FlowSchema.KIND);
        levels = informers.informer(PriorityLevelConfiguration.KIND);
        bootstrap = new BootstrapObjects(client, schemas, levels);
        controller = Controller.<String>named("priority-and-fairness", supervisor, clock, ignored -> reconcile())
                .watch(schemas, schema -> "all")
                .watch(levels, level -> "all");
    }

    /** Begins. Returns at once. */
    public void start() {
        informers.start();
        controller.start();
        supervisor.group("priority-and-fairness-config").run("priority-and-fairness-config", self -> {
            informers.awaitSync();
            while (!self.closed()) {
                bootstrap.ensure();
                self.succeeded();
                clock.sleep(ENSURED_EACH);
            }
        });
        supervisor
                .group("priority-and-fairness-seats")
                .every(PriorityAndFairness.ADJUSTED_EACH, "priority-and-fairness-seats", self -> flow.adjust());
    }

    private Result reconcile() {
        Set<String> names = new HashSet<>();
        for (PriorityLevelConfiguration level : levels.list()) {
            names.add(level.name());
        }
        flow.configure(values(schemas), values(levels));
        for (FlowSchema schema : schemas.list()) {
            report(schema, names);
        }
        return Result.DONE;
    }

    private static List<MapValue> values(Informer<? extends KubeObject> informer) {
        return informer.list().stream().map(KubeObject::value).toList();
    }

    private void report(FlowSchema schema, Set<String> names) {
        String level =
                schema.value().map("spec").map("priorityLevelConfiguration").string("name");
        // The mandatory levels are in force even while their objects are not there, but a reference to them dangles
        // then.
        boolean dangling = !names.contains(level);
        String about = "This FlowSchema references the PriorityLevelConfiguration object named \"" + level + "\" ";
        MapValue wanted = MapValue.of(
                "type",
                DANGLING,
                "status",
                dangling ? "True" : "False",
                "reason",
                dangling ? "NotFound" : "Found",
                "message",
                about + (dangling ? "but there is no such object" : "and it exists"));
        MapValue present = MapValue.EMPTY;
        ListValue conditions = schema.value().map("status").list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals(DANGLING)) {
                present = conditions.map(i);
            }
        }
        if (present.without("lastTransitionTime").equals(wanted)) {
            return;
        }
        MapValue condition = wanted.with("lastTransitionTime", Times.format(clock.instant()));
        MapValue patch = MapValue.of("status", MapValue.of("conditions", ListValue.of(condition)));
        try {
            client.patchStatus(schema.name(), Patch.strategic(patch));
        } catch (StatusException e) {
            if (e.code() != 404) { // it is gone: its event comes
                throw e;
            }
        }
    }

    @Override
    public void close() {
        controller.close();
        informers.close();
    }
}
