package dev.proa.e2e;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Steady requests to one address from a cluster's machine: each of its threads asks 50 times a second, half of them over new
 * connections, half over one that is kept as long as the server lets it. Nothing is asked twice.
 */
final class Load implements AutoCloseable {
    private static final int EACH_PER_SECOND = 50;

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong answers = new AtomicLong();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final long began = System.nanoTime();
    private volatile boolean ended;

    private Load() {}

    static Load start(TestCluster cluster, String host, int port, int perSecond) {
        Load load = new Load();
        for (int i = 0; i < perSecond / EACH_PER_SECOND; i++) {
            boolean keep = i % 2 == 1;
            load.threads.add(Thread.ofPlatform().start(() -> {
                try {
                    cluster.reaching(host, () -> {
                        load.ask(host, port, keep);
                        return load;
                    });
                } catch (IOException e) {
                    load.failures.add("the load ended: " + e);
                }
            }));
        }
        return load;
    }

    private void ask(String host, int port, boolean keep) throws IOException {
        Http kept = null;
        long next = System.nanoTime();
        while (!ended) {
            try {
                Http http = kept == null ? Http.connect(host, port) : kept;
                Http.Answer answer = http.get("/", keep);
                if (answer.status() != 200) {
                    failures.add("status " + answer.status());
                }
                answers.incrementAndGet();
                kept = keep && http.reusable() ? http : null;
                if (kept == null) {
                    http.close();
                }
            } catch (IOException e) {
                failures.add((kept == null ? "new" : "kept") + " connection, after "
                        + (System.nanoTime() - began) / 1_000_000 + " ms: " + e);
                kept = null;
            }
            next += 1_000_000_000L / EACH_PER_SECOND;
            LockSupport.parkNanos(next - System.nanoTime());
        }
        if (kept != null) {
            kept.close();
        }
    }

    /** Requests that were answered until now. */
    long answers() {
        return answers.get();
    }

    /** Answered requests a second, on average. */
    double rate() {
        return answers.get() * 1e9 / (System.nanoTime() - began);
    }

    /** What went wrong until now. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() throws InterruptedException {
        ended = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
