package dev.proa.control.endpointslice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.client.ObjectKey;
import java.util.List;
import org.junit.jupiter.api.Test;

class TriggerTimesTest {
    private static final ObjectKey KEY = new ObjectKey("default", "web");

    private final TriggerTimes times = new TriggerTimes();
    private final Service web = new Service(Json.decodeMap("""
            {"metadata":{"name":"web","namespace":"default","creationTimestamp":"2026-01-01T00:00:00Z"}}"""));

    private static Pod pod(String name, String since) {
        return new Pod(Json.decodeMap("""
                {"metadata":{"name":"%s","namespace":"default"},
                 "status":{"conditions":[{"type":"Ready","status":"True","lastTransitionTime":"%s"}]}}""".formatted(name, since)));
    }

    @Test
    void beginWithTheServiceAndGoOnWithTheEarliestChange() {
        Pod first = pod("a", "2026-01-01T00:00:05Z");
        assertThat(times.next(KEY, web, List.of(first))).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(times.next(KEY, web, List.of(first))).isEmpty();
        assertThat(times.next(
                        KEY,
                        web,
                        List.of(pod("a", "2026-01-01T00:00:09Z"), pod("b", "2026-01-01T00:00:07Z"), pod("c", ""))))
                .isEqualTo("2026-01-01T00:00:07Z");
        times.forget(KEY);
        assertThat(times.next(KEY, web, List.of())).isEqualTo("2026-01-01T00:00:00Z");
    }

    @Test
    void areMarkedAndTakenAwayAgain() {
        EndpointSlice slice = EndpointSlice.of("default", "web-1");
        EndpointSlice marked = new EndpointSlice(TriggerTimes.mark(slice, "2026-01-01T00:00:00Z"));
        assertThat(marked.annotations()).containsEntry(TriggerTimes.ANNOTATION, "2026-01-01T00:00:00Z");
        assertThat(TriggerTimes.mark(marked, "")).isEqualTo(slice.value());
        assertThat(TriggerTimes.mark(slice, "")).isSameAs(slice.value());
    }
}
