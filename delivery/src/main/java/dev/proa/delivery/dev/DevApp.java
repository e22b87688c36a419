package dev.proa.delivery.dev;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.ContainerPort;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.core.v1.ServicePort;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.DeployRequest;
import dev.proa.delivery.Deployer;
import dev.proa.image.build.BuiltImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One application of a session: what of it runs, its forwarded ports, and the files that were copied. For the session's thread. */
final class DevApp implements AutoCloseable {
    private static final int TRIES = 100;
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final int LEAST_FREE_PORT = 1024;

    private final DeployRequest request;
    private final Client client;
    private final PodAccess access;
    private final PodView view;
    private final Clock clock;
    private final ContainerSync sync;
    private final Map<String, PortForward> forwards = new ConcurrentHashMap<>();
    private Deployer.@Nullable Applied applied;
    private String name = "";
    private SyncPlan plan;

    DevApp(DeployRequest request, Client client, PodAccess access, PodView view, Clock clock) {
        this.request = request;
        this.client = client;
        this.access = access;
        this.view = view;
        this.clock = clock;
        this.sync = new ContainerSync(request.app().folder(), access);
        this.plan = SyncPlan.of(request.app(), "");
    }

    DeployRequest request() {
        return request;
    }

    /** Its name once something of it was applied; before, that of its folder. */
    String name() {
        return name.isEmpty() ? String.valueOf(request.app().folder().getFileName()) : name;
    }

    /** Notes that its objects begin to be applied under a name. */
    void begins(String app) {
        name = app;
    }

    /** Whether some of its objects may have been applied. */
    boolean begun() {
        return !name.isEmpty();
    }

    ContainerSync sync() {
        return sync;
    }

    SyncPlan plan() {
        return plan;
    }

    boolean deployed() {
        return applied != null;
    }

    /** Notes what was applied. */
    void applied(Deployer.Applied now) {
        applied = now;
        if (!now.changed().isEmpty()) {
            sync.deployed();
        }
        plan = plan(now.images());
    }

    /** Which files are copied into containers of these images. */
    SyncPlan plan(Map<String, BuiltImage> images) {
        String directory = images.values().stream()
                .map(image -> image.image().config().workingDirectory())
                .findFirst()
                .orElse("");
        return SyncPlan.of(request.app(), directory);
    }

    /** Its Deployments, as they were applied. */
    List<MapValue> deployments() {
        return applied == null
                ? List.of()
                : applied.objects().stream()
                        .filter(object -> object.string("kind").equals("Deployment"))
                        .toList();
    }

    /** Its running pods of the present templates. */
    List<Pod> pods() {
        List<Pod> pods = new ArrayList<>();
        for (MapValue deployment : deployments()) {
            pods.addAll(view.current(deployment.map("metadata").string("name"), 0));
        }
        return pods;
    }

    /** Whether a pod is being deleted, or is gone. */
    boolean ends(String pod) {
        return view.ends(request.namespace(), pod);
    }

    boolean owns(Pod pod) {
        return deployments().stream()
                .anyMatch(deployment -> view.of(deployment.map("metadata").string("name")).stream()
                        .anyMatch(own -> own.uid().equals(pod.uid())));
    }

    /**
     * Waits until each Deployment has a ready pod of the present template, and asks the first that has a port.
     *
     * @return whether it came; false when it did not in time, or something else is to do
     */
    boolean awaitAnswer(Duration atMost, PodView.Look interrupted) throws InterruptedException {
        Map<String, Long> generations = new HashMap<>();
        for (MapValue deployment : deployments()) {
            String name = deployment.map("metadata").string("name");
            generations.put(
                    name,
                    client.resource(Deployment.KIND)
                            .in(deployment.map("metadata").string("namespace"))
                            .get(name)
                            .metadata()
                            .generation());
        }
        PodView.Look ready = () -> generations.entrySet().stream()
                .allMatch(deployment -> view.current(deployment.getKey(), deployment.getValue()).stream()
                        .anyMatch(PodView::isReady));
        boolean wanted = deployments().stream()
                .anyMatch(deployment -> deployment.map("spec").integer("replicas", 1) > 0);
        if (!wanted) {
            return true;
        }
        if (!view.await(atMost, () -> ready.there() || interrupted.there()) || !ready.there()) {
            return false;
        }
        for (Map.Entry<String, Long> deployment : generations.entrySet()) {
            for (Pod pod : view.current(deployment.getKey(), deployment.getValue())) {
                int port = PodView.isReady(pod) ? firstPort(pod) : 0;
                if (port > 0) {
                    return answers(pod, port, interrupted);
                }
            }
        }
        return true;
    }

    private static int firstPort(Pod pod) {
        return pod.spec().containers().stream()
                .flatMap(container -> container.ports().stream())
                .filter(port -> !port.protocol().equals("UDP"))
                .mapToInt(ContainerPort::containerPort)
                .findFirst()
                .orElse(0);
    }

    /** Whether a pod answers; what does not speak HTTP answers by accepting a connection. */
    private boolean answers(Pod pod, int port, PodView.Look interrupted) throws InterruptedException {
        byte[] request =
                "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < TRIES && !interrupted.there(); i++) {
            try (PodAccess.Connection connection = access.connect(pod.namespace(), pod.name(), port)) {
                connection.write(request, request.length);
                byte[] answer = connection.read();
                String first = answer == null ? "" : new String(answer, StandardCharsets.ISO_8859_1);
                if (!first.matches("(?s)HTTP/1\\.[01] 5.*")) {
                    return true;
                }
            } catch (TransportException e) {
                // It listens a moment later, or is gone, and then another one is ready.
            }
            clock.sleep(PAUSE);
        }
        return false;
    }

    /** Forwards the ports of its Services that are not forwarded yet; returns a line for each new one. */
    List<String> forward(boolean debug) throws IOException {
        List<String> lines = new ArrayList<>();
        for (MapValue object : applied == null ? List.<MapValue>of() : applied.objects()) {
            if (object.string("kind").equals("Service")) {
                Service service = new Service(object);
                for (ServicePort port : service.spec().ports()) {
                    String key = service.name() + ":" + port.port();
                    if (!service.spec().selector().isEmpty()
                            && !port.protocol().equals("UDP")
                            && !forwards.containsKey(key)) {
                        PortForward forward = forward(service, port);
                        forwards.put(key, forward);
                        lines.add("http://localhost:" + forward.localPort() + " leads to service " + service.name()
                                + ", port " + port.port());
                    }
                }
            }
        }
        if (debug && applied != null && DebugPort.isJava(applied.images()) && !forwards.containsKey("debug")) {
            PortForward forward = PortForward.listen(DebugPort.NUMBER, access, this::pods, pod -> DebugPort.NUMBER);
            forwards.put("debug", forward);
            lines.add("localhost:" + forward.localPort() + " leads to a debugger's port (JDWP) of " + name());
        }
        return lines;
    }

    private PortForward forward(Service service, ServicePort port) throws IOException {
        Map<String, String> selector = service.spec().selector();
        PortForward.PortOf target = pod -> target(pod, port);
        int wanted = deployments().stream()
                .flatMap(deployment -> new Deployment(deployment).spec().template().spec().containers().stream())
                .flatMap(container -> container.ports().stream())
                .filter(each -> each.name().equals(String.valueOf(port.value().get("targetPort")))
                        || String.valueOf((long) each.containerPort())
                                .equals(String.valueOf(port.value().get("targetPort"))))
                .mapToInt(ContainerPort::containerPort)
                .findFirst()
                .orElse((int) port.port());
        return PortForward.listen(
                wanted >= LEAST_FREE_PORT ? wanted : 0, access, () -> view.selected(selector), target);
    }

    /** The port of a pod that a Service's port leads to; 0 when it has none of that name. */
    private static int target(Pod pod, ServicePort port) {
        Object target = port.value().get("targetPort");
        if (!(target instanceof String name)) {
            return target instanceof Long number ? (int) (long) number : (int) port.port();
        }
        for (Container container : pod.spec().containers()) {
            for (ContainerPort each : container.ports()) {
                if (each.name().equals(name)) {
                    return (int) each.containerPort();
                }
            }
        }
        return 0;
    }

    /** Leads connections to the present pods from now on. */
    void turnForwards() {
        Set<String> uids = new HashSet<>();
        pods().stream().filter(PodView::isReady).forEach(pod -> uids.add(pod.uid()));
        if (!uids.isEmpty()) {
            forwards.values().forEach(forward -> forward.keepOnly(uids));
        }
    }

    @Override
    public void close() {
        forwards.values().forEach(PortForward::close);
    }
}
