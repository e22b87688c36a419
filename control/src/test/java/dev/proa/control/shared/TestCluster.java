package dev.proa.control.shared;

import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.clock.Clock;
import dev.proa.client.fake.FakeTransport;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.InformerFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** An API server in memory with the controllers that a test asks for, and a kubelet that makes all pods ready if told so. */
public final class TestCluster implements AutoCloseable {
    public final FakeTransport server;
    public final Client client;
    public final InformerFactory informers;
    public final ControlContext context;
    private final List<ControlLoop> loops = new ArrayList<>();

    public TestCluster() {
        this(Clock.system());
    }

    public TestCluster(Clock clock) {
        server = new FakeTransport(clock);
        client = new Client(server);
        informers = new InformerFactory(client, clock, new Random(1));
        context = ControlContext.of(client, informers, clock, new Random(1));
    }

    /** Makes controllers and starts them. */
    @SafeVarargs
    public final TestCluster start(Function<ControlContext, ControlLoop>... makers) throws InterruptedException {
        for (Function<ControlContext, ControlLoop> maker : makers) {
            loops.add(maker.apply(context));
        }
        informers.start();
        informers.awaitSync();
        loops.forEach(ControlLoop::start);
        return this;
    }

    /** From now on every pod becomes ready as soon as it is there. */
    public TestCluster withReadyPods() {
        informers.informer(Pod.KIND).addHandler(new EventHandler<Pod>() {
            @Override
            public void added(Pod pod) {
                Thread.ofVirtual().start(() -> markReady(pod));
            }
        });
        return this;
    }

    /** Makes a pod run and be ready. */
    public void markReady(Pod pod) {
        MapValue ready = MapValue.of(
                "type",
                "Ready",
                "status",
                "True",
                "lastTransitionTime",
                Times.format(Clock.system().instant()));
        try {
            client.resource(Pod.KIND)
                    .in(pod.namespace())
                    .patchStatus(
                            pod.name(), // a patch, for the pod may have been changed since
                            Patch.merge(MapValue.of(
                                    "metadata", MapValue.of("uid", pod.uid()),
                                    "status", MapValue.of("phase", "Running", "conditions", ListValue.of(ready)))));
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }

    /**
     * Blocks until the controllers know {@code object}. Each of their informers follows at its own pace: a controller may hear of
     * what a test did last before it hears of what the test did first.
     */
    public <T extends KubeObject> T awaitSeen(Kind<T> kind, T object) throws InterruptedException {
        CountDownLatch seen = new CountDownLatch(1);
        // handlers hear in the order they came in, so those of the controllers have heard before this one
        informers.informer(kind).addHandler(new EventHandler<T>() {
            @Override
            public void added(T now) {
                if (now.uid().equals(object.uid())
                        && Long.parseLong(now.resourceVersion()) >= Long.parseLong(object.resourceVersion())) {
                    seen.countDown();
                }
            }

            @Override
            public void updated(T before, T after) {
                added(after);
            }
        });
        if (!seen.await(60, TimeUnit.SECONDS)) {
            throw new AssertionError("no informer has shown " + object.value());
        }
        return object;
    }

    public List<Pod> pods() {
        return client.resource(Pod.KIND).list();
    }

    /** The messages of all events of a reason. */
    public List<String> events(String reason) {
        return client.resource(Event.KIND).list().stream()
                .filter(event -> event.reason().equals(reason))
                .map(Event::message)
                .toList();
    }

    @Override
    public void close() {
        loops.forEach(ControlLoop::close);
        informers.close();
        client.close();
    }
}
