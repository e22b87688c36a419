package dev.proa.delivery.dev;

import dev.proa.api.core.v1.ContainerStatus;
import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.client.Transport.TransportException;
import dev.proa.delivery.LogStreams;
import dev.proa.delivery.PodTroubles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Follows the logs of all containers of pods from their start on, and tells at once when one crashes, cannot be started, or fails its
 * probes. What is wrong is told once. Thread-safe.
 */
final class LogFollower implements AutoCloseable {
    private static final int LINES_BEFORE = 10;
    /** Startup probes fail while an application starts; only after so many it is news. */
    private static final int STARTUP_PATIENCE = 3;

    private final LogStreams logs;
    private final DevOutput out;
    private final Set<String> read = ConcurrentHashMap.newKeySet();
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private final Set<Thread> readers = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    LogFollower(LogStreams logs, DevOutput out) {
        this.logs = logs;
        this.out = out;
    }

    /** A pod is there, or has changed. */
    void pod(Pod pod) {
        if (closed) {
            return;
        }
        for (ContainerStatus status : statuses(pod)) {
            boolean began = status.state().hasRunning() || status.state().hasTerminated();
            if (began && !status.containerID().isEmpty() && read.add(status.containerID())) {
                Thread thread = Thread.ofVirtual().unstarted(() -> read(pod, status.name()));
                readers.add(thread);
                thread.start();
            }
        }
        if (!pod.isDeleting()) {
            for (String trouble : PodTroubles.of(pod)) {
                if (told.add(pod.uid() + trouble)) {
                    out.warn(pod.name() + ": " + trouble);
                }
            }
        }
    }

    private static List<ContainerStatus> statuses(Pod pod) {
        List<ContainerStatus> all = new java.util.ArrayList<>(pod.status().initContainerStatuses());
        all.addAll(pod.status().containerStatuses());
        return all;
    }

    /** A Warning event about a followed pod. */
    void event(Event event) {
        String message = event.message();
        boolean known = event.reason().equals("BackOff") || event.reason().equals("Failed");
        boolean starting = message.startsWith("Startup probe failed") && event.count() < STARTUP_PATIENCE;
        if (!closed && !known && !starting && told.add(event.involvedObject().uid() + event.reason() + message)) {
            out.warn(event.involvedObject().name() + ": " + event.reason() + ": " + message.strip());
        }
    }

    private void read(Pod pod, String container) {
        Map<String, String> query = new HashMap<>(Map.of("container", container, "follow", "true"));
        if (PodView.isReady(pod)) { // it ran before
            query.put("tailLines", String.valueOf(LINES_BEFORE));
        }
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(logs.open(pod.namespace(), pod.name(), query), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null && !closed; line = lines.readLine()) {
                out.log(pod.name(), container, line);
            }
        } catch (StatusException | TransportException | IOException | java.io.UncheckedIOException e) {
            if (!closed && told.add(pod.uid() + "log")) {
                out.warn(pod.name() + ": its log broke off: " + e.getMessage());
            }
        } finally {
            readers.remove(Thread.currentThread());
        }
    }

    @Override
    public void close() {
        closed = true;
        readers.forEach(Thread::interrupt);
    }
}
