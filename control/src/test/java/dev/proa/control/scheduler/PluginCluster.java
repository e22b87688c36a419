package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.informer.InformerFactory;
import dev.proa.control.scheduler.framework.Extender;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PodNominator;
import dev.proa.control.scheduler.framework.PodsInBinding;
import dev.proa.control.scheduler.framework.Profile;
import dev.proa.control.scheduler.framework.SharedState;
import dev.proa.control.scheduler.metrics.SchedulerMetrics;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The plugins of a profile with informers of an API server in memory, but without a scheduler. */
public final class PluginCluster implements AutoCloseable {
    public final SimulatedClock clock = new SimulatedClock(Samples.START);
    public final FakeTransport server = new FakeTransport(clock);
    public final Client client = new Client(server);
    public final InformerFactory informers = new InformerFactory(client, clock, new Random(1));
    public final PodNominator nominator = new PodNominator();
    /** As {@code reason of pod: note}. */
    public final List<String> events = new CopyOnWriteArrayList<>();
    /** The pods that plugins wanted to be tried next. */
    public final List<Pod> activated = new CopyOnWriteArrayList<>();

    public final Framework.Services services;
    public final Framework framework;

    public PluginCluster(List<Profile.Entry> plugins, Extender... extenders) {
        services = new Framework.Services(
                client,
                informers,
                clock,
                new Random(1),
                nominator,
                new PodsInBinding(clock),
                new SharedState(),
                List.of(extenders),
                (scheduler, about, type, reason, action, note) ->
                        events.add(reason + " of " + about.name() + ": " + note),
                new SchedulerMetrics(new PrometheusRegistry()),
                activated::addAll);
        framework = new Framework(new Profile(Scheduler.NAME, plugins), services);
        informers.informer(Pod.KIND);
        informers.start();
        try {
            informers.awaitSync();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes an object and waits until the informers know it. */
    public <T extends KubeObject> T add(Kind<T> kind, T object) {
        T made = client.resource(kind).in(object.namespace()).create(object);
        try {
            Await.until(made.name() + " is known", () -> {
                T seen = informers.informer(kind).get(made.namespace(), made.name());
                return seen != null && seen.uid().equals(made.uid());
            });
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return made;
    }

    /** Makes a pod and waits until the informers know it. */
    public PodInfo add(Pod pod) {
        Pod made = add(Pod.KIND, pod);
        return made.value().map("spec").string("nodeName").isEmpty() ? PodInfo.of(made) : PodInfo.placed(made);
    }

    /** The pod as the API server has it; null when it has none. */
    public @Nullable Pod find(String name) {
        return client.resource(Pod.KIND).in("default").find(name);
    }

    @Override
    public void close() {
        informers.close();
        client.close();
    }
}
