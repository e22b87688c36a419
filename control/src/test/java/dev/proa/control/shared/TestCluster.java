package dev.proa.control.shared;

import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Namespace;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.ServiceAccount;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Supervisor;
import dev.proa.control.scheduler.Scheduler;
import dev.proa.embedded.ApiServerConfig;
import dev.proa.embedded.ApiServerOptions;
import dev.proa.embedded.EmbeddedApiServer;
import dev.proa.server.auth.UserInfo;
import dev.proa.testing.FaultyTransport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * An API server in memory with the controllers that a test asks for, and a kubelet that makes all pods ready if told so. The
 * controllers act as kube-controller-manager, through a transport that can fail; the test itself is the administrator.
 */
public final class TestCluster implements AutoCloseable {
    /** How many timers of the clock are the API server's own. */
    public static final int TIMERS = 7;

    private final EmbeddedApiServer api;
    /** The controllers' way to the API server. */
    public final FaultyTransport server;

    public final Client client;
    public final InformerFactory informers;
    public final ControlContext context;
    private final List<Scheduler> schedulers = new ArrayList<>();

    public TestCluster() {
        this(Clock.system());
    }

    public TestCluster(Clock clock) {
        // Most tests make nodes that no controller looks at.
        ApiServerOptions options =
                ApiServerOptions.parse(List.of("disable-admission-plugins=TaintNodesByCondition"), Path.of(""));
        api = EmbeddedApiServer.start(ApiServerConfig.inMemory(clock).with(options));
        server = new FaultyTransport(api.transport(UserInfo.of("system:kube-controller-manager")));
        client = api.client();
        client.resource(ServiceAccount.KIND).create(ServiceAccount.of("default", "default")); // which pods have
        Client controllers = new Client(server);
        informers = new InformerFactory(controllers, clock, new Random(1));
        context = new ControlContext(
                controllers,
                account -> as(UserInfo.ofServiceAccount("kube-system", account)),
                informers,
                new Supervisor(clock, new Random(2)),
                clock,
                new Random(1));
    }

    /** An administrator's client whose requests pass through what {@code way} makes of the way to the API server. */
    public Client through(UnaryOperator<Transport> way) {
        return new Client(
                way.apply(api.transport(UserInfo.of("kubernetes-admin", UserInfo.MASTERS, UserInfo.AUTHENTICATED))));
    }

    private Client as(UserInfo user) {
        return new Client(server.with(api.transport(user)));
    }

    /** The context of a scheduler, which acts as kube-scheduler. */
    public ControlContext schedulerContext() {
        return context.with(as(UserInfo.of("system:kube-scheduler")));
    }

    /** Makes controllers and starts them. */
    @SafeVarargs
    public final TestCluster start(Function<ControlContext, ?>... makers) throws InterruptedException {
        for (Function<ControlContext, ?> maker : makers) {
            if (maker.apply(context) instanceof Scheduler scheduler) {
                schedulers.add(scheduler);
            }
        }
        informers.start();
        informers.awaitSync();
        context.start();
        schedulers.forEach(Scheduler::start);
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

    /** Makes a pod with the status that {@code pod} has, as its kubelet would report it. */
    public Pod createPod(Pod pod) {
        ResourceClient<Pod> pods = client.resource(Pod.KIND).in(pod.namespace());
        Pod created = pods.create(pod);
        return pods.patchStatus(
                created.name(), Patch.merge(MapValue.of("status", pod.value().map("status"))));
    }

    /** Makes a namespace. */
    public void namespace(String name) {
        client.resource(Namespace.KIND).create(Namespace.of("", name));
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
        schedulers.forEach(Scheduler::close);
        context.close();
        informers.close();
        client.close();
        api.close();
    }
}
