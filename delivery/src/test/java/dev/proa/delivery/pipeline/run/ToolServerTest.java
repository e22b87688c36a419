package dev.proa.delivery.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.client.ObjectKey;
import dev.proa.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolServerTest {
    @TempDir
    private Path folder;

    private void request(String id) throws Exception {
        Path at = Files.createDirectories(folder.resolve("requests").resolve(id));
        Files.writeString(at.resolve("tool"), "docker");
        Files.writeString(at.resolve("args"), "version\0");
    }

    @Test
    void fewRequestsAreAnsweredAtATime() throws Exception {
        JobContainer container =
                new JobContainer(new LocalCommands(), new ObjectKey("team", "pod"), "job", folder.toString());
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Semaphore gate = new Semaphore(0);
        ToolServer server = new ToolServer(container, Map.of("docker", (request, in, out) -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            gate.acquire();
            running.decrementAndGet();
            return 0;
        }));
        for (int i = 0; i < 8; i++) {
            request("r" + i);
            server.answer("r" + i);
        }

        Await.until("four run", running::get, count -> count == 4);
        gate.release(8);

        for (int i = 0; i < 8; i++) {
            Path exit = folder.resolve("requests/r" + i + "/exit");
            Await.until(exit + " is there", () -> Files.exists(exit), there -> there);
        }
        assertThat(most).hasValue(4);
    }
}
