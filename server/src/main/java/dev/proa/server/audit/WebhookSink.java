package dev.proa.server.audit;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.webhook.Retries;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Sends events to a webhook as {@code audit.k8s.io/v1 EventList}, several times if it fails: kube-apiserver's plugin {@code webhook}. */
public final class WebhookSink implements AuditSink {
    private final Webhook webhook;
    private final Retries retries;
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
        this.retries = new Retries(initialBackoff, this::isGoingOn);
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
        try {
            return retries.call(
                    () -> {
                        webhook.send(list);
                        return true;
                    },
                    failure -> true);
        } catch (RuntimeException e) {
            metrics.failed("webhook", String.valueOf(e.getMessage()), events);
            return false;
        }
    }

    /** Waits, unless the end has come. */
    private boolean isGoingOn(Duration pause) throws InterruptedException {
        return !ending.await(pause.toNanos(), TimeUnit.NANOSECONDS);
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
