package dev.proa.node.kubelet.probe;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Probe;
import dev.proa.client.clock.Clock;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.LoopGroup;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.kubelet.pod.EventReferences;
import dev.proa.node.metrics.ProbeMetrics;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs the probes of a pod's containers, each on its own virtual thread. Liveness and readiness probes wait for the
 * startup probe to succeed. Thread-safe.
 */
public final class PodProbes implements ProbeResults, AutoCloseable {
    /** How often a port is tried that an application has not opened yet. */
    private static final Duration BETWEEN_PROBES = Duration.ofMillis(50);

    private enum Type {
        STARTUP("Startup"),
        LIVENESS("Liveness"),
        READINESS("Readiness");

        private final String text;

        Type(String text) {
            this.text = text;
        }
    }

    private final ContainerRuntime runtime;
    private final HttpProbes http;
    private final EventRecorder events;
    private final ProbeMetrics metrics;
    private final LoopGroup loops;
    private final Clock clock;
    private final RandomGenerator random;
    private final Runnable changed;
    private final Map<String, Probed> containers = new ConcurrentHashMap<>();

    /** @param changed called when a result affects what the pod's worker does or reports */
    public PodProbes(
            ContainerRuntime runtime,
            HttpProbes http,
            EventRecorder events,
            ProbeMetrics metrics,
            LoopGroup loops,
            Clock clock,
            RandomGenerator random,
            Runnable changed) {
        this.runtime = runtime;
        this.http = http;
        this.events = events;
        this.metrics = metrics;
        this.loops = loops;
        this.clock = clock;
        this.random = random;
        this.changed = changed;
    }

    /** Starts the probes of a running container, unless they run already. */
    public void watch(Pod pod, Container container, ContainerStatus status, String address) {
        if (container.hasStartupProbe() || container.hasLivenessProbe() || container.hasReadinessProbe()) {
            containers
                    .computeIfAbsent(status.id(), id -> new Probed(pod, container, status, address))
                    .start();
        }
    }

    /** Stops the probes of all other containers. */
    public void keepOnly(Set<String> containerIds) {
        containers.entrySet().removeIf(entry -> {
            boolean gone = !containerIds.contains(entry.getKey());
            if (gone) {
                entry.getValue().stop();
            }
            return gone;
        });
    }

    /** Stops liveness and startup probes, because the pod is terminating; readiness is still probed. */
    public void stopKilling() {
        containers.values().forEach(Probed::stopKilling);
    }

    @Override
    public boolean started(String containerId) {
        Probed probed = containers.get(containerId);
        return probed == null || probed.started;
    }

    @Override
    public boolean ready(String containerId) {
        Probed probed = containers.get(containerId);
        return probed == null || probed.started && probed.ready;
    }

    @Override
    public String failure(String containerId) {
        Probed probed = containers.get(containerId);
        return probed == null ? "" : probed.failure;
    }

    @Override
    public void close() {
        keepOnly(Set.of());
    }

    /**
     * The container's entry in the pod's status, if an earlier kubelet probed this container. It holds until probes say
     * otherwise, so that services do not lose their endpoints when a kubelet restarts.
     */
    private static dev.proa.api.core.v1.ContainerStatus known(Pod pod, String id) {
        return Stream.of(pod.status().initContainerStatuses(), pod.status().containerStatuses())
                .flatMap(List::stream)
                .filter(status -> status.containerID().endsWith("://" + id))
                .findFirst()
                .orElse(dev.proa.api.core.v1.ContainerStatus.EMPTY);
    }

    private final class Probed {
        private final Pod pod;
        private final Container container;
        private final String id;
        private final ContainerStatus.State state;
        private final String address;
        private final Map<Type, Loop> probing = new HashMap<>();
        private volatile boolean started;
        private volatile boolean ready;
        private volatile String failure = "";
        private volatile boolean killing = true;
        private boolean begun;

        Probed(Pod pod, Container container, ContainerStatus status, String address) {
            this.pod = pod;
            this.container = container;
            this.id = status.id();
            this.state = status.state();
            this.address = address;
            var before = known(pod, id);
            started = !container.hasStartupProbe() || before.started();
            ready = !container.hasReadinessProbe() || before.ready();
        }

        synchronized void start() {
            if (begun) {
                return;
            }
            begun = true;
            if (started) {
                startOthers();
            } else {
                run(Type.STARTUP, container.startupProbe());
            }
        }

        private synchronized void startOthers() {
            if (container.hasLivenessProbe()) {
                run(Type.LIVENESS, container.livenessProbe());
            }
            if (container.hasReadinessProbe()) {
                run(Type.READINESS, container.readinessProbe());
            }
        }

        private void run(Type type, Probe probe) {
            probing.put(type, loops.run("probe-" + pod.name() + "-" + type.text, self -> loop(self, type, probe)));
        }

        synchronized void stop() {
            probing.forEach((type, loop) -> {
                loop.close();
                metrics.forget(subject(type));
            });
        }

        public synchronized void stopKilling() {
            killing = false;
            failure = "";
        }

        private void loop(Loop self, Type type, Probe probe) throws InterruptedException {
            Duration period = Duration.ofSeconds(Math.max(1, probe.periodSeconds()));
            int successes = 0;
            int failures = 0;
            if (probe.initialDelaySeconds() > 0) {
                clock.sleep(Duration.ofSeconds(probe.initialDelaySeconds()));
            } else if (type == Type.LIVENESS) {
                clock.sleep(period.multipliedBy(random.nextInt(100)).dividedBy(100)); // spreads the load
            }
            HttpProbes.@Nullable Outcome early = null;
            while (true) {
                HttpProbes.Outcome outcome = early == null ? measured(type, probe) : early;
                if (Thread.interrupted()) {
                    throw new InterruptedException(); // the container is gone
                }
                self.succeeded();
                if (outcome.success()) {
                    failures = 0;
                    if (++successes >= Math.max(1, probe.successThreshold()) && succeeded(type)) {
                        return;
                    }
                } else {
                    successes = 0;
                    events.event(
                            EventReferences.container(pod, container.name()),
                            EventRecorder.WARNING,
                            "Unhealthy",
                            type.text + " probe failed: " + outcome.message() + elsewhere(outcome));
                    if (++failures >= Math.max(1, probe.failureThreshold()) && failed(type)) {
                        return;
                    }
                }
                early = null;
                if (type == Type.STARTUP && probe.hasTcpSocket() && !outcome.success()) {
                    early = opened(probe, period);
                } else {
                    clock.sleep(type == Type.READINESS && !ready ? shorter(period) : period);
                }
            }
        }

        /**
         * Waits for the next probe, and tries meanwhile whether the port is open: an application that opens it shortly after it was
         * probed need not wait for a second until it may serve. What fails in between does not count.
         *
         * @return the success; null when the time has passed without one
         */
        private HttpProbes.@Nullable Outcome opened(Probe probe, Duration period) throws InterruptedException {
            Instant next = clock.instant().plus(period);
            while (true) {
                Duration left = Duration.between(clock.instant(), next);
                clock.sleep(left.compareTo(BETWEEN_PROBES) < 0 ? left : BETWEEN_PROBES);
                if (!clock.instant().isBefore(next)) {
                    return null;
                }
                HttpProbes.Outcome outcome = ask(probe);
                if (outcome.success() || Thread.currentThread().isInterrupted()) {
                    return outcome;
                }
            }
        }

        /**
         * Where the pod listens instead, if the probed port refused. Not for {@code hostNetwork}, where all ports of
         * the node would be listed.
         */
        private String elsewhere(HttpProbes.Outcome outcome) {
            return outcome.message().endsWith("connection refused")
                            && !pod.spec().hostNetwork()
                    ? ListeningPorts.told(state)
                    : "";
        }

        /** A container that is not ready is probed at least once a second, so that it serves as soon as it can. */
        private Duration shorter(Duration period) {
            Duration second = Duration.ofSeconds(1);
            return period.compareTo(second) < 0 ? period : second;
        }

        /** Returns whether the probe has done its work. */
        private boolean succeeded(Type type) {
            switch (type) {
                case STARTUP -> {
                    started = true;
                    startOthers();
                    changed.run();
                    return true;
                }
                case READINESS -> {
                    if (!ready) {
                        ready = true;
                        changed.run();
                    }
                }
                case LIVENESS -> {}
            }
            return false;
        }

        /** Returns whether the probe has done its work. */
        private synchronized boolean failed(Type type) {
            if (type == Type.READINESS) {
                if (ready) {
                    ready = false;
                    changed.run();
                }
                return false;
            }
            if (!killing) {
                return true;
            }
            failure = "Container " + container.name() + " failed " + (type == Type.STARTUP ? "startup" : "liveness")
                    + " probe";
            changed.run();
            return true;
        }

        private HttpProbes.Outcome measured(Type type, Probe probe) {
            long begin = System.nanoTime();
            HttpProbes.Outcome outcome = ask(probe);
            if (!Thread.currentThread().isInterrupted()) {
                metrics.probed(subject(type), outcome.success(), System.nanoTime() - begin);
            }
            return outcome;
        }

        private ProbeMetrics.Subject subject(Type type) {
            return new ProbeMetrics.Subject(type.text, container.name(), pod.name(), pod.namespace(), pod.uid());
        }

        private HttpProbes.Outcome ask(Probe probe) {
            Duration timeout = Duration.ofSeconds(Math.max(1, probe.timeoutSeconds()));
            if (probe.hasHttpGet()) {
                return http.get(probe.httpGet(), address, container, timeout);
            }
            if (probe.hasTcpSocket()) {
                String host = probe.tcpSocket().host();
                return http.connect(
                        host.isEmpty() ? address : host, probe.tcpSocket().port(), container, timeout);
            }
            if (probe.hasExec()) {
                return exec(probe, timeout);
            }
            return GrpcProbes.check(probe.grpc(), address, http.from(), timeout);
        }

        private HttpProbes.Outcome exec(Probe probe, Duration timeout) {
            try {
                var result = runtime.execSync(id, probe.exec().command(), timeout);
                String out = new String(result.stdout(), java.nio.charset.StandardCharsets.UTF_8)
                        + new String(result.stderr(), java.nio.charset.StandardCharsets.UTF_8);
                return new HttpProbes.Outcome(result.exitCode() == 0, out);
            } catch (RuntimeFailure failure) {
                String message = failure.reason() == RuntimeFailure.Reason.DEADLINE_EXCEEDED
                        ? "command timed out: " + String.join(" ", probe.exec().command()) + " timed out after "
                                + timeout.toSeconds() + "s"
                        : String.valueOf(failure.getMessage());
                return new HttpProbes.Outcome(false, message);
            }
        }
    }
}
