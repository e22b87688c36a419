package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import org.junit.jupiter.api.Test;

/** When the store takes no writes any more, clients are told so; what is in memory can still be read. */
class UnavailableStoreTest {
    @Test
    void writesAreRefusedWithAStatus() {
        try (InProcess cluster = new InProcess()) {
            cluster.create("/api/v1/namespaces/default/configmaps", "{metadata: {name: a}}");
            cluster.store.close();
            StatusException failure =
                    cluster.failure("create", "/api/v1/namespaces/default/configmaps", "{metadata: {name: b}}");
            assertThat(failure.code()).isEqualTo(503);
            assertThat(failure.is(Reason.ServiceUnavailable)).isTrue();
            assertThat(failure).hasMessageContaining("the store is closed");
            assertThat(cluster.get("/api/v1/namespaces/default/configmaps/a")
                            .map("metadata")
                            .string("name"))
                    .isEqualTo("a");
        }
    }
}
