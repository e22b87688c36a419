package dev.proa.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.audit.AuditEvent.ObjectReference;
import dev.proa.server.auth.UserInfo;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on record of requests. */
class AuditLogTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.000067Z");

    @TempDir
    Path directory;

    private static Audit audit(AuditSink sink) {
        return new Audit(sink, () -> NOW, new Random(1), new PrometheusRegistry());
    }

    private static AuditTrail trail(Audit audit) {
        return Objects.requireNonNull(audit.begin(new AuditTrail.Origin(
                "/api/v1/namespaces/default/pods/p?pretty", "DELETE", List.of("127.0.0.1"), "kubectl")));
    }

    @Test
    void eachStageIsALine() throws IOException {
        Path file = directory.resolve("audit.log");
        try (AuditLog log = new AuditLog(file)) {
            AuditTrail trail = trail(audit(log));
            trail.by(UserInfo.of("alice", "team"), UserInfo.of("bob"));
            trail.about("delete", new ObjectReference("", "v1", "pods", "default", "p", ""));
            trail.received();
            trail.failed(StatusException.notFound(new Resource("", "pods"), "p"));
            trail.complete(404);
            trail.complete(200); // only the first counts
        }
        List<MapValue> events = Files.readAllLines(file).stream()
                .map(line -> Json.decodeMap(line))
                .toList();
        assertThat(events).hasSize(2);
        MapValue first = events.getFirst();
        assertThat(first.without("auditID"))
                .isEqualTo(
                        Json.decodeMap("{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Metadata\","
                                + "\"stage\":\"RequestReceived\",\"requestURI\":\"/api/v1/namespaces/default/pods/p?pretty\","
                                + "\"verb\":\"delete\",\"user\":{\"username\":\"alice\",\"groups\":[\"team\",\"system:authenticated\"]},"
                                + "\"impersonatedUser\":{\"username\":\"bob\",\"groups\":[\"system:authenticated\"]},"
                                + "\"sourceIPs\":[\"127.0.0.1\"],\"userAgent\":\"kubectl\",\"objectRef\":{\"resource\":\"pods\","
                                + "\"namespace\":\"default\",\"name\":\"p\",\"apiVersion\":\"v1\"},"
                                + "\"requestReceivedTimestamp\":\"2026-01-02T03:04:05.000067Z\","
                                + "\"stageTimestamp\":\"2026-01-02T03:04:05.000067Z\"}"));
        assertThat(events.getLast().string("stage")).isEqualTo("ResponseComplete");
        assertThat(events.getLast().string("auditID"))
                .isEqualTo(first.string("auditID"))
                .hasSize(36);
        assertThat(events.getLast().map("responseStatus"))
                .isEqualTo(
                        Json.decodeMap(
                                "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"pods \\\"p\\\" not found\",\"code\":404}"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void anotherRunAppends() throws IOException {
        Path file = directory.resolve("audit.log");
        for (int run = 0; run < 2; run++) {
            try (AuditLog log = new AuditLog(file)) {
                for (int i = 0; i < 100; i++) {
                    trail(audit(log)).complete(200);
                }
            }
        }
        assertThat(Files.readAllLines(file)).hasSize(200);
    }

    private record Broken(boolean isStrict) implements AuditSink {
        @Override
        public void process(AuditEvent event) {
            throw new IllegalStateException("the disk is full");
        }

        @Override
        public boolean mayBlock() {
            return false;
        }
    }

    @Test
    void aBrokenSinkFailsRequestsOnlyIfItIsStrict() {
        trail(audit(new Broken(false))).received();
        AuditTrail strict = trail(audit(new Broken(true)));
        assertThatThrownBy(strict::received)
                .isInstanceOfSatisfying(
                        StatusException.class,
                        failure -> assertThat(failure.code()).isEqualTo(500));
        strict.complete(500); // too late to fail anything
    }
}
