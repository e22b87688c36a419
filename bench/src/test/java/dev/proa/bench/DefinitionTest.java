package dev.proa.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.client.clock.Clock;
import dev.proa.client.http.Connection;
import dev.proa.embedded.ApiServerConfig;
import dev.proa.embedded.EmbeddedApiServer;
import org.junit.jupiter.api.Test;

class DefinitionTest {
    @Test
    void isAcceptedWithItsObjects() throws Exception {
        try (EmbeddedApiServer server =
                EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system()).listeningOn("127.0.0.1", 0))) {
            Connection connection = server.administrator();
            try (Subject subject = Subject.of(
                    connection, java.util.List.of(ProcessHandle.current().pid()))) {
                Definition.create(subject, "one", 10);
                String path = "/apis/one.bench.example.com/v1/namespaces/default/things";
                assertThat(subject.create(path, Definition.object("one", "a"))
                                .map("spec")
                                .string("field4"))
                        .isEqualTo("value4");
                assertThat(subject.processorMicros()).isPositive();
                Definition.delete(subject, "one");
            }
        }
    }
}
