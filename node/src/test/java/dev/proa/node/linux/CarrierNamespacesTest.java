package dev.proa.node.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Virtual threads that wait for work in namespaces do not get carriers that are in them. */
class CarrierNamespacesTest {
    private static final int ROUNDS = 8;

    /** A JVM with many carriers, of which it starts one whenever a thread is woken that has none. */
    @Test
    void carriersStayOutside() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "making namespaces needs root");
        Process jvm = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djdk.virtualThreadScheduler.parallelism=" + 2 * ROUNDS,
                        "-cp",
                        System.getProperty("java.class.path"),
                        CarrierNamespacesTest.class.getName()))
                .redirectErrorStream(true)
                .start();
        String output = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(jvm.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(output).isEqualTo("0 threads elsewhere\n");
    }

    /**
     * Wakes virtual threads from threads in mount namespaces while all carriers are busy, and counts the threads of this process
     * that are in such a namespace then.
     */
    public static void main(String[] arguments) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        for (int i = 0; i < ROUNDS; i++) {
            CountDownLatch inside = new CountDownLatch(1);
            AtomicBoolean busy = new AtomicBoolean();
            Thread waiting = Thread.startVirtualThread(() -> enter(inside, busy));
            inside.await();
            Thread.startVirtualThread(() -> {
                busy.set(true);
                spin(stop);
            });
            waiting.join();
        }
        System.out.println(elsewhere() + " threads elsewhere");
        stop.set(true);
    }

    /** Waits for work on a thread in a namespace, which ends once another virtual thread has this one's carrier. */
    private static void enter(CountDownLatch inside, AtomicBoolean busy) {
        try {
            Namespaces.callInNew(
                    () -> {
                        inside.countDown();
                        spin(busy);
                        return "done";
                    },
                    Namespaces.Kind.MOUNT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void spin(AtomicBoolean until) {
        while (!until.get()) {
            Thread.onSpinWait();
        }
    }

    private static long elsewhere() throws IOException {
        Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/mnt"));
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(task -> !own.equals(namespace(task, own))).count();
        }
    }

    private static Path namespace(Path task, Path otherwise) {
        try {
            return Files.readSymbolicLink(task.resolve("ns/mnt"));
        } catch (IOException ended) {
            return otherwise;
        }
    }
}
