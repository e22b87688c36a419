package dev.proa.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.audit.AuditEvent.Stage;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.UserInfo;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where audit events go. */
class AuditSinksTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.000067Z");

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final AuditMetrics metrics = new AuditMetrics(registry);

    @TempDir
    Path directory;

    static AuditEvent event(String id, Object sent) {
        return new AuditEvent(
                Level.REQUEST,
                id,
                Stage.RESPONSE_COMPLETE,
                "/api/v1/pods",
                "list",
                UserInfo.of("alice", "team"),
                null,
                "",
                List.of("192.0.2.1"),
                "kubectl",
                null,
                MapValue.of("metadata", MapValue.EMPTY, "code", 200L),
                sent,
                null,
                NOW,
                NOW,
                Map.of());
    }

    private long errors(String plugin) {
        return registry.scrape().stream()
                .filter(metric -> metric.getMetadata().getPrometheusName().equals("apiserver_audit_error"))
                .flatMap(metric -> ((CounterSnapshot) metric).getDataPoints().stream())
                .filter(point -> plugin.equals(point.getLabels().get("plugin")))
                .mapToLong(point -> (long) point.getValue())
                .sum();
    }

    /** Keeps what it takes, and waits while it is told to. */
    private static final class Kept implements AuditSink {
        final List<List<AuditEvent>> batches = Collections.synchronizedList(new ArrayList<>());
        final CountDownLatch open;
        volatile boolean fails;

        Kept(int wait) {
            open = new CountDownLatch(wait);
        }

        @Override
        public boolean process(List<AuditEvent> events) {
            try {
                open.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            batches.add(List.copyOf(events));
            return !fails;
        }

        @Override
        public boolean mayBlock() {
            return true;
        }

        int events() {
            synchronized (batches) {
                return batches.stream().mapToInt(List::size).sum();
            }
        }
    }

    private RotatingFile file(int megabytes, int backups, int days, boolean compress, SimulatedClock clock)
            throws IOException {
        return new RotatingFile(
                directory.resolve("logs/audit.log"),
                new RotatingFile.Limits(megabytes, backups, days, compress),
                clock);
    }

    private List<String> files() {
        try (Stream<Path> names = Files.list(directory.resolve("logs"))) {
            return names.map(name -> name.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void eventsAreLines() throws IOException {
        Path path = directory.resolve("logs/audit.log");
        for (int run = 0; run < 2; run++) {
            try (AuditSink log = new LogSink(file(1, 0, 0, false, new SimulatedClock(NOW)), true, metrics)) {
                assertThat(log.process(List.of(event("a", "x\ny"), event("b", "z"))))
                        .isTrue();
            }
        }
        List<MapValue> events =
                Files.readAllLines(path).stream().map(Json::decodeMap).toList();
        assertThat(events).extracting(event -> event.string("auditID")).containsExactly("a", "b", "a", "b");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
    }

    @Test
    void theLegacyFormatIsALineOfText() {
        assertThat(event("a", "hidden").toLine())
                .isEqualTo("2026-01-02T03:04:05.000067Z AUDIT: id=\"a\" stage=\"ResponseComplete\" ip=\"192.0.2.1\""
                        + " method=\"list\" user=\"alice\" groups=\"\\\"team\\\",\\\"system:authenticated\\\"\" as=\"<self>\""
                        + " asgroups=\"<lookup>\" user-agent=\"kubectl\" namespace=\"<none>\" uri=\"/api/v1/pods\""
                        + " response=\"200\"");
    }

    @Test
    void longFilesAreRenamedCompressedAndDeleted() throws IOException, InterruptedException {
        SimulatedClock clock = new SimulatedClock(NOW);
        RotatingFile file = file(1, 2, 0, true, clock);
        byte[] line = ("x".repeat(700_000) + "\n").getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 5; i++) {
            file.write(line);
            clock.advance(Duration.ofSeconds(1));
        }
        Await.until("compressed", () -> {
            file.tidy();
            return files().equals(List.of(
                    "audit-2026-01-02T03-04-08.000.log.gz", "audit-2026-01-02T03-04-09.000.log.gz", "audit.log"));
        });
        file.close();
        Path backup = directory.resolve("logs/audit-2026-01-02T03-04-09.000.log.gz");
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(backup))) {
            assertThat(in.readAllBytes()).isEqualTo(line);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                .isEqualTo("rw-------");
    }

    @Test
    void oldFilesAreDeleted() throws IOException, InterruptedException {
        SimulatedClock clock = new SimulatedClock(NOW);
        RotatingFile file = file(1, 0, 3, false, clock);
        Files.writeString(directory.resolve("logs/audit-notes.log"), "somebody's");
        byte[] line = "x".repeat(700_000).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 3; i++) {
            file.write(line);
            clock.advance(Duration.ofDays(2));
        }
        file.close();
        Await.until("tidied", () -> {
            file.tidy();
            return files().equals(List.of("audit-notes.log", "audit.log"))
                    || files().equals(List.of("audit-2026-01-06T03-04-05.000.log", "audit-notes.log", "audit.log"));
        });
    }

    @Test
    void aBatchIsPassedOnWhenItIsFullOrOldEnough() throws InterruptedException {
        Kept kept = new Kept(0);
        try (AuditSink sink =
                new BufferedSink(kept, new BufferedSink.Batching(100, 3, Duration.ofMillis(20), 0, 0, true), metrics)) {
            for (int i = 0; i < 7; i++) {
                sink.process(List.of(event("e" + i, "x")));
            }
            Await.until("sent", () -> kept.events() == 7);
        }
        assertThat(kept.batches).allSatisfy(batch -> assertThat(batch).hasSizeLessThanOrEqualTo(3));
    }

    @Test
    void aFullQueueDropsAndCounts() {
        Kept kept = new Kept(1);
        AuditSink sink = new BufferedSink(kept, new BufferedSink.Batching(10, 1, Duration.ZERO, 0, 0, false), metrics);
        for (int i = 0; i < 30; i++) {
            assertThat(sink.process(List.of(event("e" + i, "x")))).isTrue();
        }
        assertThat(errors("buffered")).isBetween(19L, 20L);
        kept.open.countDown();
        sink.close();
        assertThat(kept.events()).isEqualTo(30 - (int) errors("buffered"));
        sink.process(List.of(event("late", "x")));
        assertThat(errors("buffered")).isBetween(20L, 21L);
    }

    @Test
    void closingDisturbsNoWriteAndLosesNothing() throws Exception {
        SlowFile slow = new SlowFile(file(0, 0, 0, false, new SimulatedClock(NOW)));
        AuditSink sink = new BufferedSink(
                new LogSink(slow, true, metrics),
                new BufferedSink.Batching(10, 1, Duration.ZERO, 0, 0, false),
                metrics);
        for (int i = 0; i < 5; i++) {
            sink.process(List.of(event("e" + i, "x")));
        }
        slow.begun.await();
        Thread closing = Thread.ofPlatform().start(sink::close);
        Await.until("closing", () -> closing.getState() == Thread.State.WAITING);
        slow.pace.release(5);
        closing.join();
        assertThat(errors("log")).isZero();
        assertThat(slow.interrupted).isFalse();
        assertThat(Files.readAllLines(directory.resolve("logs/audit.log"))).hasSize(5);
    }

    /** Takes its time for each write. */
    private static final class SlowFile implements LogSink.Target {
        final LogSink.Target file;
        final CountDownLatch begun = new CountDownLatch(1);
        final Semaphore pace = new Semaphore(0);
        volatile boolean interrupted;

        SlowFile(LogSink.Target file) {
            this.file = file;
        }

        @Override
        public void write(byte[] lines) throws IOException {
            begun.countDown();
            pace.acquireUninterruptibly();
            interrupted |= Thread.currentThread().isInterrupted();
            file.write(lines);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    @Test
    void anInterruptedThreadWritesAllTheSame() throws IOException {
        RotatingFile file = file(0, 0, 0, false, new SimulatedClock(NOW));
        Thread.currentThread().interrupt();
        try {
            file.write("one\n".getBytes(StandardCharsets.UTF_8));
            file.write("two\n".getBytes(StandardCharsets.UTF_8));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
            file.close();
        }
        assertThat(directory.resolve("logs/audit.log")).hasContent("one\ntwo\n");
    }

    @Test
    void onlySoManyEventsOfAnEventLoopWaitForASinkThatBlocks() throws Exception {
        Kept kept = new Kept(1);
        Audit audit = audit(kept);
        int most = 10_000;
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        try {
            CountDownLatch told = new CountDownLatch(1);
            vertx.runOnContext(nothing -> {
                for (int i = 0; i < most + 7; i++) {
                    trail(audit).complete(429);
                }
                told.countDown();
            });
            told.await();
            assertThat(errors("audit")).isEqualTo(7);
            kept.open.countDown();
            Await.until("taken", () -> kept.events() == most);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void longEventsLoseTheirObjects() {
        Kept kept = new Kept(0);
        AuditSink sink = new TruncatingSink(kept, new TruncatingSink.Limits(2_000, 1_000), metrics);
        List<AuditEvent> events =
                new ArrayList<>(List.of(event("long", "x".repeat(2_000)), event("i".repeat(2_000), "x")));
        for (int i = 0; i < 5; i++) {
            events.add(event("e" + i, "x"));
        }
        assertThat(sink.process(events)).isTrue();
        assertThat(errors("truncate")).isEqualTo(1);
        assertThat(kept.events()).isEqualTo(6);
        AuditEvent cut = kept.batches.getFirst().getFirst();
        assertThat(cut.requestObject()).isNull();
        assertThat(cut.annotations()).containsEntry("audit.k8s.io/truncated", "true");
        assertThat(kept.batches).hasSizeGreaterThan(1);
    }

    @Test
    void aWebhookIsCalledAgainUntilItTakesTheEvents() {
        List<MapValue> sent = new ArrayList<>();
        WebhookSink.Webhook failing = json -> {
            sent.add(Json.decodeMap(json));
            if (sent.size() < 3) {
                throw new IllegalStateException("not yet");
            }
        };
        WebhookSink sink = new WebhookSink(failing, Duration.ofMillis(1), metrics);
        assertThat(sink.process(List.of(event("a", "x"), event("b", "y")))).isTrue();
        assertThat(sent).hasSize(3);
        assertThat(sent.getFirst().string("kind")).isEqualTo("EventList");
        assertThat(sent.getFirst().list("items")).hasSize(2);
        assertThat(errors("webhook")).isZero();
    }

    @Test
    void aDeadWebhookIsGivenUpAndDoesNotHoldUpTheEnd() {
        List<Integer> tries = Collections.synchronizedList(new ArrayList<>());
        WebhookSink dead = new WebhookSink(
                json -> {
                    tries.add(json.length);
                    throw new IllegalStateException("gone");
                },
                Duration.ofMillis(1),
                metrics);
        assertThat(dead.process(List.of(event("a", "x")))).isFalse();
        assertThat(tries).hasSize(5);
        WebhookSink slow = new WebhookSink(
                json -> {
                    throw new IllegalStateException("gone");
                },
                Duration.ofHours(1),
                metrics);
        AuditSink batches =
                new BufferedSink(slow, new BufferedSink.Batching(10, 2, Duration.ofHours(1), 1, 1, true), metrics);
        batches.process(List.of(event("a", "x"), event("b", "x"), event("c", "x")));
        batches.close();
        assertThat(errors("webhook")).isEqualTo(4);
    }

    @Test
    void onlyStrictModeRefusesRequests() {
        Kept kept = new Kept(0);
        kept.fails = true;
        trail(new LenientSink(kept)).received(pods(), false);
        AuditTrail strict = trail(kept);
        assertThatThrownBy(() -> strict.received(pods(), false))
                .isInstanceOfSatisfying(
                        StatusException.class,
                        failure -> assertThat(failure.code()).isEqualTo(500))
                .hasMessageContaining("failed to store audit event");
        strict.complete(500); // too late to fail anything
        assertThat(kept.events()).isEqualTo(3);
    }

    private static AuthorizationAttributes pods() {
        return new AuthorizationAttributes(UserInfo.of("alice"), "list", "", "v1", "pods", "", "", "", "");
    }

    private Audit audit(AuditSink sink) {
        return new Audit(new Audit.Setup(AuditPolicy.METADATA, sink, metrics), () -> NOW, new Random(1), metrics);
    }

    private AuditTrail trail(AuditSink sink) {
        return trail(audit(sink));
    }

    private static AuditTrail trail(Audit audit) {
        return Objects.requireNonNull(
                audit.begin(new AuditTrail.Origin("id", "/api/v1/pods", "GET", List.of(), "test")));
    }

    @Test
    void aFullDiskLosesNoOtherLine() throws IOException {
        RotatingFile file = file(0, 0, 0, false, new SimulatedClock(NOW));
        file.write("one\n".getBytes(StandardCharsets.UTF_8));
        file.close();
        assertThat(new LogSink(new FullDisk(), true, metrics).process(List.of(event("a", "x"))))
                .isFalse();
        assertThat(errors("log")).isEqualTo(1);
    }

    private static final class FullDisk implements LogSink.Target {
        @Override
        public void write(byte[] lines) throws IOException {
            throw new IOException("No space left on device");
        }

        @Override
        public void close() {}
    }
}
