package dev.proa.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends requests to a URL at a steady rate until its standard input ends, and then prints how many there were, how many of them were hurt
 * (an answer of class 5xx, or none) and the median and the 99th percentile of the times in milliseconds: {@code Load URL RATE}.
 */
public final class Load {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** Requests under way at a time; when all are, further ones wait and are late. */
    private static final int MOST = 200;

    /** HTTP/1.1: of requests beyond a hundred at a time on one connection of HTTP/2, this client fails by itself. */
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    private final Semaphore free = new Semaphore(MOST);
    private final LongAdder hurt = new LongAdder();
    private final HttpRequest request;
    private volatile long[] micros = new long[1 << 10];
    private int sent;

    private Load(URI url) {
        request = HttpRequest.newBuilder(url).timeout(PATIENCE).build();
    }

    /** Runs until the standard input ends. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Load load = new Load(URI.create(args[0]));
        AtomicBoolean ended = new AtomicBoolean();
        Thread sender = Thread.ofPlatform().start(() -> load.send(Integer.parseInt(args[1]), ended));
        while (System.in.read() >= 0) {
            // whoever started this closes its input when it has seen enough
        }
        ended.set(true);
        sender.join();
        load.free.acquire(MOST);
        load.print();
    }

    private void send(int rate, AtomicBoolean ended) {
        long each = TimeUnit.SECONDS.toNanos(1) / rate;
        long next = System.nanoTime();
        while (!ended.get()) {
            LockSupport.parkNanos(next - System.nanoTime());
            if (System.nanoTime() >= next) {
                next += each;
                free.acquireUninterruptibly();
                int number = sent++;
                if (number == micros.length) {
                    micros = Arrays.copyOf(micros, 2 * number);
                }
                Thread.ofVirtual().start(() -> ask(number));
            }
        }
    }

    private void ask(int number) {
        long begun = System.nanoTime();
        try {
            HttpResponse<Void> answer = client.send(request, BodyHandlers.discarding());
            if (answer.statusCode() >= 500) {
                hurt.increment();
            }
        } catch (IOException e) {
            hurt.increment();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            micros[number] = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begun);
            free.release();
        }
    }

    private void print() {
        long[] times = Arrays.copyOf(micros, sent);
        Arrays.sort(times);
        System.out.printf(
                "%d requests, %d hurt, median %.1f ms, 99 %% below %.1f ms%n",
                sent,
                hurt.sum(),
                sent == 0 ? 0 : times[sent / 2] / 1000.0,
                sent == 0 ? 0 : times[(int) (sent * 0.99)] / 1000.0);
    }
}
