package dev.proa.server.flowcontrol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.flowcontrol.FlowControl.Kind;
import dev.proa.server.flowcontrol.FlowControl.Request;
import dev.proa.server.flowcontrol.FlowControl.Ticket;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many requests are served at a time. */
class MaxInFlightTest {
    private final PrometheusRegistry metrics = new PrometheusRegistry();
    private final MaxInFlight flow = new MaxInFlight(16, 8, metrics);

    private static Request by(String user, Kind kind) {
        return request(UserInfo.of(user), kind, false);
    }

    private static Request request(UserInfo user, Kind kind, boolean local) {
        return new Request(
                user, user.name(), kind, local, AuthorizationAttributes.ofPath(user, "get", "/version"), name -> "");
    }

    private List<Ticket> fill(String user, Kind kind) {
        List<Ticket> seats = new ArrayList<>();
        while (seats.size() < 1_000) {
            Ticket ticket = flow.take(by(user, kind));
            if (ticket.refusal() != null) {
                return seats;
            }
            seats.add(ticket);
        }
        return seats;
    }

    @Test
    void nobodyKeepsEverybodyElseOut() {
        List<Ticket> seats = fill("greedy", Kind.MUTATING);
        assertThat(seats).hasSize(4);
        assertThat(fill("another", Kind.MUTATING)).hasSize(2);
        assertThat(fill("third", Kind.MUTATING)).hasSize(1);
        assertThat(fill("greedy", Kind.READ_ONLY))
                .as("reading is counted apart")
                .hasSize(8);
        assertThat(text())
                .contains("apiserver_current_inflight_requests{request_kind=\"mutating\"} 7.0")
                .contains("apiserver_current_inflight_requests{request_kind=\"readOnly\"} 8.0");
        seats.forEach(Ticket::leave);
        flow.take(by("greedy", Kind.MUTATING)).leave();
    }

    @Test
    void whatIsTooMuchIsRefusedAsByKubernetes() {
        fill("user", Kind.MUTATING);
        assertThat(flow.take(by("user", Kind.MUTATING)).refusal())
                .isNotNull()
                .hasMessage("Too many requests, please try again later.")
                .satisfies(refusal -> {
                    assertThat(refusal.code()).isEqualTo(429);
                    assertThat(refusal.retryAfterSeconds()).isEqualTo(1);
                });
        assertThat(text()).contains("apiserver_dropped_requests_total{request_kind=\"mutating\"} 2.0");
    }

    @Test
    void someAreExempt() {
        fill("user", Kind.MUTATING);
        fill("user", Kind.READ_ONLY);
        flow.take(by("user", Kind.LONG_RUNNING));
        UserInfo master = UserInfo.of("root", UserInfo.MASTERS);
        for (int i = 0; i < 100; i++) {
            flow.take(request(master, Kind.MUTATING, false));
            flow.take(request(UserInfo.of("user"), Kind.MUTATING, true));
        }
    }

    @Test
    void threadsAreBoundedEvenForThoseWhoAreExempt() {
        assertThat(fill("user", Kind.LONG_RUNNING)).hasSizeLessThan(1_001);
    }

    private String text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(out, metrics.scrape());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
