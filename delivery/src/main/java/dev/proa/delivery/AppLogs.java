package dev.proa.delivery;

import dev.proa.api.core.v1.ContainerStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code proa logs APP}: the logs of all containers of an application, each line prefixed with its source, as in
 * kubectl.
 */
public final class AppLogs {
    private static final Duration LOOK_EACH = Duration.ofSeconds(1);

    private final Client client;
    private final LogStreams logs;
    private final Clock clock;
    private final Options options;
    private final Consumer<String> out;

    /**
     * Which part of the logs.
     *
     * @param tail number of last lines of each container; all when negative
     * @param since how old lines may be; null for any age
     * @param previous whether to read the previous containers instead
     */
    public record Options(int tail, @Nullable Duration since, boolean previous) {
        private Map<String, String> query() {
            Map<String, String> query = new HashMap<>();
            if (tail >= 0) {
                query.put("tailLines", String.valueOf(tail));
            }
            if (since != null) {
                query.put("sinceSeconds", String.valueOf(Math.max(1, since.toSeconds())));
            }
            if (previous) {
                query.put("previous", "true");
            }
            return query;
        }
    }

    /** @param out receives the lines, from one thread at a time */
    public AppLogs(Client client, LogStreams logs, Clock clock, Options options, Consumer<String> out) {
        this.client = client;
        this.logs = logs;
        this.clock = clock;
        this.options = options;
        this.out = out;
    }

    /** One run of a container. */
    private record Source(String namespace, String pod, String container, int restarts) {
        String prefix() {
            return "[pod/" + pod + "/" + container + "] ";
        }
    }

    private record Line(Instant time, String text) {}

    /**
     * Prints what has been logged so far, ordered by time.
     *
     * @throws IllegalArgumentException when there is no such application or no log; the message says why
     */
    public void print(String namespace, String app) {
        List<Line> lines = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        int read = 0;
        for (Source source : sources(Application.find(client, namespace, app))) {
            Map<String, String> query = options.query();
            query.put("timestamps", "true");
            try {
                read(source, query, line -> lines.add(parse(source, line)));
                read++;
            } catch (StatusException e) {
                if (!isAbsent(e)) {
                    throw e;
                }
                failures.add(String.valueOf(e.getMessage()));
            }
        }
        if (read == 0) {
            throw new IllegalArgumentException(
                    !failures.isEmpty()
                            ? failures.getFirst()
                            : "no container of \"" + app + "\" has "
                                    + (options.previous ? "been started again" : "begun"));
        }
        lines.sort(Comparator.comparing(Line::time)); // stable, so lines of one container keep their order
        lines.forEach(line -> out.accept(line.text));
    }

    private static Line parse(Source source, String line) {
        int space = line.indexOf(' ');
        return new Line(Instant.parse(line.substring(0, space)), source.prefix() + line.substring(space + 1));
    }

    /** Prints what has been logged so far and follows, including pods that are created later, until interrupted. */
    public void follow(String namespace, String app) throws InterruptedException {
        Set<Source> followed = ConcurrentHashMap.newKeySet();
        List<Thread> readers = new ArrayList<>();
        boolean first = true;
        try {
            while (true) {
                for (Source source : sources(Application.find(client, namespace, app))) {
                    if (followed.add(source)) {
                        Map<String, String> query = first ? options.query() : new HashMap<>();
                        query.put("follow", "true");
                        readers.add(Thread.ofVirtual().start(() -> follow(source, query, followed)));
                    }
                }
                first = false;
                clock.sleep(LOOK_EACH);
            }
        } finally {
            readers.forEach(Thread::interrupt);
        }
    }

    private void follow(Source source, Map<String, String> query, Set<Source> followed) {
        try {
            read(source, query, line -> say(source.prefix() + line));
        } catch (StatusException e) {
            if (!isAbsent(e)) {
                say(source.prefix() + "its log cannot be had: " + e.getMessage());
            }
            followed.remove(source); // it may be available a moment later
        } catch (UncheckedIOException | TransportException e) {
            followed.remove(source); // the next list of pods tells whether the cluster is there
        }
    }

    private synchronized void say(String line) {
        out.accept(line);
    }

    private void read(Source source, Map<String, String> query, Consumer<String> each) {
        query.put("container", source.container);
        try (InputStream in = logs.open(source.namespace, source.pod, query);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                each.accept(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the log of " + source.pod + " broke off", e);
        }
    }

    /** Containers that have a log: those that have started, now or before. */
    private List<Source> sources(Application application) {
        List<Source> sources = new ArrayList<>();
        for (Pod pod : application.pods()) {
            for (ContainerStatus status : pod.status().containerStatuses()) {
                boolean began =
                        status.state().hasRunning() || status.state().hasTerminated() || status.restartCount() > 0;
                if (options.previous ? status.restartCount() > 0 : began) {
                    sources.add(new Source(pod.namespace(), pod.name(), status.name(), status.restartCount()));
                }
            }
        }
        return sources;
    }

    /** Whether only this log is unavailable: the pod is gone, or the container has not started. */
    private static boolean isAbsent(StatusException e) {
        return e.code() == 404 || e.code() == 400;
    }
}
