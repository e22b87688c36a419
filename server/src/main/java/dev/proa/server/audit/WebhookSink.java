package dev.proa.server.audit;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Sends events to a webhook as {@code audit.k8s.io/v1 EventList}, several times if it fails: kube-apiserver's plugin {@code webhook}. */
public final class WebhookSink implements AuditSink {
    private static final int TRIES = 5;
    private static final double FACTOR = 1.5;
    private static final double JITTER = 0.2;

    private final Webhook webhook;
    private final Duration initialBackoff;
    private final AuditMetrics metrics;
    private final CountDownLatch ending = new CountDownLatch(1);

    /** Takes the list of events. Safe for any thread; may block. */
    @FunctionalInterface
    public interface Webhook {
        /** @throws RuntimeException when the webhook has not taken it; the message says why */
        void send(byte[] json);
    }

    /** @param initialBackoff between the first try and the second; later ones wait longer */
    WebhookSink(Webhook webhook, Duration initialBackoff, AuditMetrics metrics) {
        this.webhook = webhook;
        this.initialBackoff = initialBackoff;
        this.metrics = metrics;
    }

    @Override
    public boolean process(List<AuditEvent> events) {
        byte[] list = Json.encode(MapValue.of(
                "kind",
                "EventList",
                "apiVersion",
                "audit.k8s.io/v1",
                "metadata",
                MapValue.EMPTY,
                "items",
                ListValue.copyOf(events.stream().map(AuditEvent::toValue).toList())));
        double backoff = initialBackoff.toNanos();
        for (int left = TRIES; ; ) {
            try {
                webhook.send(list);
                return true;
            } catch (RuntimeException e) {
                left--;
                if (left == 0 || isEnding(backoff)) {
                    metrics.failed("webhook", String.valueOf(e.getMessage()), events);
                    return false;
                }
                backoff *= FACTOR;
            }
        }
    }

    /** Waits for a time, and a random part more, unless the end has come. */
    private boolean isEnding(double nanos) {
        long pause = (long) (nanos * (1 + JITTER * ThreadLocalRandom.current().nextDouble()));
        try {
            return ending.await(pause, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public boolean mayBlock() {
        return true;
    }

    @Override
    public void ending() {
        ending.countDown();
    }

    @Override
    public void close() {
        ending();
    }
}
