package dev.proa.e2e;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLSocket;

/**
 * Two clients that ask for something small, one after the other: each over a connection that it makes anew for every fifth request. It
 * tells how long they waited; the first request of a connection counts with its connecting and its handshake.
 */
final class HonestClient {
    private static final int THREADS = 2;
    private static final int EACH_CONNECTION = 5;
    private static final int PATIENCE_MILLIS = 10_000;

    private HonestClient() {}

    /**
     * @param failed requests that got no answer in ten seconds, or another than 200
     * @param answered times in milliseconds, ascending
     */
    record Waits(int failed, List<Double> answered, List<String> failures) {
        double at(double share) {
            return answered.isEmpty()
                    ? Double.NaN
                    : answered.get((int) Math.min(answered.size() - 1, answered.size() * share));
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d answered, %d failed, p50 %.1f ms, p99 %.1f ms, max %.1f ms%s",
                    answered.size(),
                    failed,
                    at(0.5),
                    at(0.99),
                    at(1),
                    failures.isEmpty() ? "" : ", as " + failures.getFirst());
        }
    }

    /** Asks for a path for some time. */
    static Waits ask(TestCluster cluster, InetSocketAddress server, Tls client, String path, Duration time)
            throws InterruptedException {
        Queue<Double> answered = new ConcurrentLinkedQueue<>();
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                long end = System.nanoTime() + time.toNanos();
                while (System.nanoTime() < end) {
                    try {
                        cluster.inside(() -> connection(server, client, path, end, answered));
                    } catch (IOException | RuntimeException e) {
                        failures.add(e.toString());
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return new Waits(failures.size(), answered.stream().sorted().toList(), List.copyOf(failures));
    }

    private static boolean connection(
            InetSocketAddress server, Tls client, String path, long end, Queue<Double> answered) throws IOException {
        long start = System.nanoTime();
        try (Socket plain = new Socket()) {
            plain.setTcpNoDelay(true);
            plain.connect(server, PATIENCE_MILLIS);
            plain.setSoTimeout(PATIENCE_MILLIS);
            try (SSLSocket socket = client.over(plain)) {
                for (int i = 0; i < EACH_CONNECTION && System.nanoTime() < end; i++) {
                    Http.Answer answer = Http.over(socket).get(path, true);
                    if (answer.status() != 200) {
                        throw new IOException("status " + answer.status());
                    }
                    long now = System.nanoTime();
                    answered.add((now - start) / 1e6);
                    start = now;
                }
            }
        }
        return true;
    }
}
